"""Beginning and ending at the same moment: whichever comes first, nothing is left over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from identity.accounts import service
from kernel.tokens import token_hash
from sso.logout.models import LogoutDelivery
from sso.sessions.models import EndReason, Participation, SignOnSession
from sso.sessions.service import (
    Browser,
    end_session,
    find_session,
    participate,
    start_session,
)
from sso.tokens.grants import Approval, CodeForm, consume_code, create_code, create_grant
from sso.tokens.minting import Authentication
from sso.tokens.models import Grant
from tests.support.installation import eventually
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, Member, SignOnWorld

Ending = Callable[["Scene"], None]


class Scene:
    """Somebody who is signed in and about to enter a client, perhaps as somebody else."""

    def __init__(self, world: SignOnWorld, *, acting: bool) -> None:
        self.world = world
        self.app: Application = world.application(backchannel_logout_uri="https://app.example/x")
        self.member: Member = world.member()
        self.subject: Member = world.member() if acting else self.member
        settings = world.services.settings.sso
        nobody = Browser(None, None)
        with world.services.database.transaction() as session:
            started = start_session(
                session, self.member.id, acr="0", amr=[], browser=nobody, settings=settings, now=NOW
            )
        self.session_id: UUID = started.id

    def enter(self, session: Session, *, in_a_session: bool = True) -> str:
        """What a sign-in writes once it has read that all is well; the code."""
        settings = self.world.services.settings.sso
        sid = None
        if in_a_session:
            subject = self.subject.id
            sid = participate(session, self.session_id, self.app.id, subject, now=NOW)
        approval = Approval(
            client=self.world.services.sign_on.clients.get().by_id[self.app.id],
            account_id=self.subject.id,
            actor_account_id=None if self.subject is self.member else self.member.id,
            participation_id=sid,
            session_id=self.session_id if in_a_session else None,
            session_expires_at=None,
            scope=["openid", "offline_access"],
            resources=[],
            authentication=Authentication(NOW, "0", []),
        )
        grant = create_grant(session, approval, settings=settings, now=NOW)
        form = CodeForm(self.app.redirect_uri, "x" * 43, None, None)
        return create_code(session, grant, form, settings=settings, now=NOW)

    def is_redeemable(self, code: str) -> bool:
        client = self.world.services.sign_on.clients.get().by_id[self.app.id]
        with self.world.services.database.transaction() as session:
            return consume_code(session, code, client, now=NOW) is not None

    def left_over(self) -> list[UUID]:
        """Participations and grants that are still in force."""
        with self.world.services.database.transaction() as session:
            live = select(Participation.id).where(Participation.ended_at.is_(None))
            good = select(Grant.id).where(Grant.revoked_at.is_(None))
            return [*session.scalars(live), *session.scalars(good)]


def suspend_the_person(scene: Scene) -> None:
    suspend(scene, scene.member)


def suspend_the_subject(scene: Scene) -> None:
    suspend(scene, scene.subject)


def suspend(scene: Scene, member: Member) -> None:
    with scene.world.services.database.transaction() as session:
        service.suspend_account(session, scene.world.officer, member.id, now=NOW, basis=BASIS)


def sign_out(scene: Scene) -> None:
    with scene.world.services.database.transaction() as session:
        end_session(session, scene.session_id, EndReason.SIGNED_OUT, now=NOW)
        # what may outlive a session is ended by hand where that is meant
        session.execute(text("UPDATE sso_grant SET revoked_at = now()"))


@contextmanager
def meanwhile(scene: Scene, ending: Ending) -> Iterator[None]:
    """The ending waits for the block's transaction."""
    thread = threading.Thread(target=ending, args=(scene,))
    thread.start()
    eventually(lambda: is_waiting(scene))
    yield
    thread.join()


def is_waiting(scene: Scene) -> bool:
    with scene.world.services.database.transaction() as session:
        waiting = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
        return bool(session.scalar(text(waiting)))


def test_neither_waits_for_the_other_for_ever(world: SignOnWorld) -> None:
    """A browser that is seen again enters a client, while its account is suspended."""
    scene = Scene(world, acting=False)
    later = NOW + timedelta(minutes=5)
    with world.services.database.transaction() as session:
        secret = uuid4().hex
        row = session.get_one(SignOnSession, scene.session_id)
        row.secret_hash = token_hash(secret)
    suspending = threading.Thread(target=suspend_the_person, args=(scene,))
    with world.services.database.transaction() as session:
        settings = world.services.settings.sso
        assert find_session(session, secret, settings=settings, now=later) is not None
        session.flush()
        suspending.start()
        eventually(lambda: is_waiting(scene))
        scene.enter(session)
    suspending.join()
    assert scene.left_over() == []


CASES = [
    pytest.param(suspend_the_person, False, id="suspended"),
    pytest.param(suspend_the_person, True, id="custodian suspended"),
    pytest.param(suspend_the_subject, True, id="organisation suspended"),
]


@pytest.mark.parametrize(("ending", "acting"), CASES)
def test_who_ends_it_waits_for_what_has_begun_and_ends_that_too(
    world: SignOnWorld, ending: Ending, *, acting: bool
) -> None:
    scene = Scene(world, acting=acting)
    begun = threading.Event()
    go_on = threading.Event()
    codes: list[str] = []

    def enter() -> None:
        with world.services.database.transaction() as session:
            codes.append(scene.enter(session))
            begun.set()
            go_on.wait(20)

    entering = threading.Thread(target=enter)
    entering.start()
    assert begun.wait(20)
    with meanwhile(scene, ending):
        go_on.set()
        entering.join()
    assert scene.left_over() == []
    assert not scene.is_redeemable(codes[0])
    with world.services.database.transaction() as session:
        assert len(session.scalars(select(LogoutDelivery)).all()) == 1


@pytest.mark.parametrize(("ending", "acting"), [*CASES, pytest.param(sign_out, False, id="out")])
def test_what_begins_after_the_end_has_ended(
    world: SignOnWorld, ending: Ending, *, acting: bool
) -> None:
    scene = Scene(world, acting=acting)
    with world.services.database.transaction() as session:
        assert session.get_one(SignOnSession, scene.session_id).ended_at is None
        ending(scene)
        code = scene.enter(session)
    assert scene.left_over() == []
    assert not scene.is_redeemable(code)


@pytest.mark.parametrize(("ending", "acting"), CASES)
def test_a_device_is_not_approved_for_an_account_that_is_no_longer_active(
    world: SignOnWorld, ending: Ending, *, acting: bool
) -> None:
    scene = Scene(world, acting=acting)
    ending(scene)
    with world.services.database.transaction() as session:
        scene.enter(session, in_a_session=False)
    assert scene.left_over() == []


def test_all_else_begins_as_before(world: SignOnWorld) -> None:
    scene = Scene(world, acting=True)
    with world.services.database.transaction() as session:
        codes = [scene.enter(session), scene.enter(session, in_a_session=False)]
    assert all(scene.is_redeemable(code) for code in codes)
    assert len(scene.left_over()) == 3
