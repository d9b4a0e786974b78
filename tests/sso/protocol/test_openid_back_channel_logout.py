"""OpenID Connect Back-Channel Logout 1.0: whatever ends a session, its clients hear of it."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from congvu_sso import LogoutToken
from identity.accounts import service
from identity.accounts.provisioning import open_organisation_account
from identity.organisations.models import Organisation
from identity.people.service import AppointmentForm, appoint
from sso.sessions.models import EndReason
from sso.sessions.service import end_sessions_of, end_stale_sessions
from tests.support.clock import MovableClock
from tests.support.logout import Couriers, Receiver, couriers, read_token, receiver, rows
from tests.support.registry import BASIS, NOW, TODAY
from tests.support.sign_on import Application, Challenge, Member, SignOnWorld, answered

__all__ = ["couriers", "read_token", "receiver"]

LIMIT_SECONDS = 5.0
Read = Callable[[str, Application], LogoutToken]


@pytest.fixture
def system(world: SignOnWorld, receiver: Receiver) -> Application:
    return world.application(backchannel_logout_uri=receiver.address, allow_acting=True)


def suspend(world: SignOnWorld, member: Member) -> None:
    with world.services.database.transaction() as session:
        service.suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)


def sign_out_everywhere(world: SignOnWorld, member: Member) -> None:
    with world.services.database.transaction() as session:
        end_sessions_of(session, member.id, EndReason.ENDED_ELSEWHERE, now=NOW)


def test_the_logout_token_says_what_the_standard_wants_and_nothing_else(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, system: Application
) -> None:
    member = world.member()
    couriers.start()
    tokens = world.tokens(system, member)
    sign_out_everywhere(world, member)
    claims = world.claims(receiver.next_token())
    assert len(claims.pop("jti")) > 20
    assert claims == {
        "iss": world.services.sign_on.issuer,
        "aud": system.client_id,
        "sub": str(member.id),
        "sid": world.claims(tokens["id_token"])["sid"],
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 120,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }


def test_the_client_library_accepts_it(
    world: SignOnWorld,
    couriers: Couriers,
    receiver: Receiver,
    system: Application,
    read_token: Read,
) -> None:
    member = world.member()
    couriers.start()
    world.tokens(system, member)
    sign_out_everywhere(world, member)
    assert read_token(receiver.next_token(), system).subject == str(member.id)


@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
def test_it_is_signed_as_the_client_has_its_id_tokens_signed(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, algorithm: str, read_token: Read
) -> None:
    member = world.member()
    app = world.application(
        backchannel_logout_uri=receiver.address, id_token_signed_response_alg=algorithm
    )
    couriers.start()
    world.code(world.browser(), app, member)
    sign_out_everywhere(world, member)
    assert read_token(receiver.next_token(), app).subject == str(member.id)


def test_a_pairwise_client_hears_the_name_that_it_knows(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, read_token: Read
) -> None:
    member = world.member()
    app = world.application(backchannel_logout_uri=receiver.address, subject_type="pairwise")
    couriers.start()
    tokens = world.tokens(app, member)
    sign_out_everywhere(world, member)
    subject = read_token(receiver.next_token(), app).subject
    assert subject == world.claims(tokens["id_token"])["sub"] != str(member.id)


def test_a_suspended_person_is_out_of_every_client_within_five_seconds(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver
) -> None:
    member, browser = world.member(), world.browser()
    couriers.start()
    names = ["one", "two", "three"]
    for name in names:
        app = world.application(name, backchannel_logout_uri=receiver.address)
        world.code(browser, app, member)
    started = time.monotonic()
    suspend(world, member)
    heard = {world.claims(receiver.next_token())["aud"] for _ in names}
    assert time.monotonic() - started < LIMIT_SECONDS
    assert heard == set(names)


def test_only_clients_that_were_entered_hear_and_only_once(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, system: Application
) -> None:
    world.application("idle", backchannel_logout_uri=receiver.address)
    world.application("deaf")
    member, browser = world.member(), world.browser()
    couriers.start()
    world.code(browser, system, member)
    world.code(browser, system, member)
    world.code(browser, Application(system.id, "deaf", None), member)
    suspend(world, member)
    sign_out_everywhere(world, member)
    assert world.claims(receiver.next_token())["aud"] == system.client_id
    assert len(rows(world)) == 1


def test_a_person_who_moves_signs_in_anew_without_a_question(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, system: Application
) -> None:
    member, browser = world.member(), world.browser()
    couriers.start()
    before = world.claims(world.tokens(system, member, browser)["id_token"])["sid"]
    move(world, member)
    assert world.claims(receiver.next_token())["sid"] == before
    challenge = Challenge()
    code = answered(world.authorize(browser, system, challenge))["code"]
    after = world.exchange(system, code, challenge).json()
    assert world.claims(after["id_token"])["sid"] != before


def move(world: SignOnWorld, member: Member) -> None:
    there = world.province.organisation("Sở Xây dựng")
    person = member.account.person_id
    assert person is not None
    with world.services.database.transaction() as session:
        form = AppointmentForm(there.id, "Chuyên viên")
        appoint(session, world.officer, person, form, valid_from=TODAY, basis=BASIS)


def test_a_session_that_nobody_used_for_long_ends_for_the_clients_too(
    world: SignOnWorld,
    couriers: Couriers,
    receiver: Receiver,
    system: Application,
    clock: MovableClock,
) -> None:
    couriers.start()
    world.code(world.browser(), system, world.member())
    settings = world.services.settings.sso
    clock.now += settings.idle_lifetime
    with world.services.database.transaction() as session:
        assert end_stale_sessions(session, settings, now=clock.now) == 1
    receiver.next_token()


def test_signing_out_at_one_client_is_heard_by_the_others(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, system: Application
) -> None:
    member, browser = world.member(), world.browser()
    couriers.start()
    world.code(browser, system, member)
    other = world.application("other")
    hint = world.tokens(other, member, browser)["id_token"]
    browser.get("/oauth2/logout", params={"id_token_hint": hint})
    assert world.claims(receiver.next_token())["aud"] == system.client_id


class Office:
    """An organisation account with a custodian who has entered a client as it."""

    def __init__(self, world: SignOnWorld, system: Application) -> None:
        self.world = world
        self.organisation: Organisation = world.province.organisation()
        with world.services.database.transaction() as session:
            account = open_organisation_account(
                session,
                world.officer,
                self.organisation.id,
                stem="vanthu",
                purpose="van thu",
                display_name="Văn thư Sở Tài chính",
                quota_bytes=None,
                now=NOW,
                basis=BASIS,
            )
        self.account = world.activate(account)
        self.custodian = world.member(organisation=self.organisation)
        person = self.custodian.account.person_id
        assert person is not None
        self.person = person
        with world.services.database.transaction() as session:
            service.add_custodian(
                session,
                world.officer,
                account.id,
                person,
                valid_from=TODAY - timedelta(days=1),
                valid_to=None,
                basis=BASIS,
            )
        browser = world.browser()
        page = browser.sign_in(self.custodian, world.authorize(browser, system))
        response = browser.post(str(page.url), {"account": str(account.id)})
        assert answered(browser.follow(response))["code"]


@pytest.fixture
def office(world: SignOnWorld, receiver: Receiver) -> Office:
    app = world.application(
        "office",
        backchannel_logout_uri=receiver.address,
        allow_acting=True,
        allowed_account_kinds=["personal", "organisation"],
    )
    return Office(world, app)


def test_a_client_hears_when_the_organisation_that_was_acted_for_is_suspended(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, office: Office
) -> None:
    couriers.start()
    suspend(world, office.account)
    assert world.claims(receiver.next_token())["sub"] == str(office.account.id)


def test_a_client_hears_when_a_custodian_may_no_longer_act(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver, office: Office
) -> None:
    couriers.start()
    with world.services.database.transaction() as session:
        service.end_custodian(
            session, world.officer, office.account.id, office.person, on=TODAY, basis=BASIS
        )
    assert world.claims(receiver.next_token())["sub"] == str(office.account.id)


class ChangedTheirMind(RuntimeError):
    """Rolls a transaction back."""


def suspend_and_change_ones_mind(world: SignOnWorld, member: Member) -> None:
    with world.services.database.transaction() as session:
        service.suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)
        session.flush()
        raise ChangedTheirMind


def test_what_is_rolled_back_is_not_told(world: SignOnWorld, system: Application) -> None:
    member = world.member()
    world.code(world.browser(), system, member)
    with pytest.raises(ChangedTheirMind):
        suspend_and_change_ones_mind(world, member)
    assert rows(world) == []
