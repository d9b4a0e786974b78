"""What time alone brings about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, func, insert, select, text, update

from identity.people.service import AppointmentForm, appoint
from kernel.clock import VIETNAM
from kernel.database import Base
from kernel.jobs import build_jobs
from sso.calendar import LOOK_BACK_DAYS, follow_calendar
from sso.cas.models import CasTicket, TicketKind
from sso.clients.models import Consent, PublishedCertificate
from sso.forgetting import OVER, forget_what_is_over
from sso.jobs import SignOnJobs
from sso.keys.models import SigningKey
from sso.logout.models import LogoutDelivery, LogoutProtocol
from sso.protocol.models import DeviceAuthorization, Interaction, PushedRequest
from sso.sessions.models import EndReason, KnownDevice, Participation, SignOnSession
from sso.sessions.service import Browser, end_session, participate, start_session
from sso.throttling.models import Throttle
from sso.tokens.grants import Approval, CodeForm, create_code, create_grant
from sso.tokens.minting import Authentication
from sso.tokens.models import AuthorizationCode, Grant, RevokedToken, UsedIdentifier
from tests.support.registry import BASIS, NOW, TODAY
from tests.support.sign_on import Application, Member, SignOnWorld

NOBODY = Browser(None, None)
YEAR = timedelta(days=365)


def count(world: SignOnWorld, table: type[Base]) -> int:
    with world.services.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def enter(
    world: SignOnWorld,
    member: Member,
    app: Application,
    at: datetime,
    *,
    acting_as: UUID | None = None,
) -> tuple[UUID, UUID]:
    """A session that entered a client and has a grant and a code of it; session and grant."""
    services = world.services
    settings = services.settings.sso
    client = services.sign_on.clients.get().by_id[app.id]
    with services.database.transaction() as session:
        started = start_session(
            session, member.id, acr="0", amr=[], browser=NOBODY, settings=settings, now=at
        )
        subject = acting_as or member.id
        sid = participate(session, started.id, app.id, subject, now=at)
        approval = Approval(
            client=client,
            account_id=subject,
            actor_account_id=member.id if acting_as else None,
            participation_id=sid,
            session_id=started.id,
            session_expires_at=at + settings.session_lifetime,
            scope=["openid"],
            resources=[],
            authentication=Authentication(at, "0", []),
        )
        grant = create_grant(session, approval, settings=settings, now=at)
        form = CodeForm(app.redirect_uri, "x" * 43, None, None)
        create_code(session, grant, form, settings=settings, now=at)
        return started.id, grant.id


def end(world: SignOnWorld, session_id: UUID, at: datetime) -> None:
    with world.services.database.transaction() as session:
        end_session(session, session_id, EndReason.SIGNED_OUT, now=at)


def leave_everything_behind(world: SignOnWorld, at: datetime) -> None:
    """A row of each kind, of somebody who came and left at that moment."""
    app = world.application(f"app-{at:%Y%m%d}", backchannel_logout_uri="https://app.example/leave")
    member = world.member()
    session_id, grant_id = enter(world, member, app, at)
    with world.services.database.transaction() as session:
        sid = session.scalar(select(Participation.id).where(Participation.session_id == session_id))
        common = {"client_id": app.id, "expires_at": at}
        session.add_all(
            [
                CasTicket(
                    id=uuid4(),
                    kind=TicketKind.SERVICE,
                    participation_id=sid,
                    service="https://app.example",
                    proxies=[],
                    with_credentials=False,
                    issued_at=at,
                    expires_at=at,
                    consumed_at=at,
                ),
                Interaction(
                    id=uuid4(),
                    secret_hash=uuid4().bytes,
                    parameters={},
                    created_at=at,
                    session_id=session_id,
                    **common,
                ),
                PushedRequest(reference_hash=uuid4().bytes, parameters={}, **common),
                DeviceAuthorization(
                    device_code_hash=uuid4().bytes,
                    user_code_hash=uuid4().bytes,
                    scope=[],
                    resources=[],
                    created_at=at,
                    interval_seconds=5,
                    grant_id=grant_id,
                    **common,
                ),
                KnownDevice(
                    id=uuid4(),
                    account_id=member.id,
                    secret_hash=uuid4().bytes,
                    created_at=at,
                    seen_at=at,
                    expires_at=at,
                ),
                Throttle(key=uuid4().bytes, failures=1, failed_at=at, free_at=at),
                UsedIdentifier(digest=uuid4().bytes, expires_at=at),
                RevokedToken(jti=uuid4().hex, expires_at=at),
            ]
        )
    end(world, session_id, at)
    with world.services.database.transaction() as session:
        heard = update(LogoutDelivery).where(LogoutDelivery.delivered_at.is_(None))
        session.execute(heard.values(created_at=at, delivered_at=at))


KINDS: list[type[Base]] = [
    AuthorizationCode,
    CasTicket,
    DeviceAuthorization,
    Grant,
    Interaction,
    KnownDevice,
    LogoutDelivery,
    Participation,
    PushedRequest,
    RevokedToken,
    SignOnSession,
    Throttle,
    UsedIdentifier,
]


def test_what_was_over_long_ago_is_forgotten_and_nothing_of_today(world: SignOnWorld) -> None:
    leave_everything_behind(world, NOW - YEAR)
    with world.services.database.transaction() as session:
        session.execute(
            update(SigningKey)
            .where(SigningKey.algorithm == "RS256")
            .values(withdrawn_at=NOW - YEAR)
        )
        nobodys = "https://gone.example/jwks"
        session.add(PublishedCertificate(address=nobodys, ends_at=NOW, seen_at=NOW))
    leave_everything_behind(world, NOW)
    before = {kind: count(world, kind) for kind in KINDS}
    gone = forget_what_is_over(world.services.database, world.services.settings.sso, now=NOW)
    assert gone == dict.fromkeys(OVER, 1) | {"sso_logout_delivery": 2}
    assert {kind: count(world, kind) for kind in KINDS} == {
        kind: number - gone[kind.__tablename__] for kind, number in before.items()
    }


def test_forgetting_knows_every_table_of_sign_on_that_grows(world: SignOnWorld) -> None:
    kept = {"sso_client", "sso_client_secret", "sso_mapped_username", "sso_consent"}
    tables = {name for name in Base.metadata.tables if name.startswith("sso_")}
    assert tables - set(OVER) == kept
    assert count(world, Consent) == 0


def test_whatever_refers_to_a_forgotten_row_is_found_by_an_index() -> None:
    """A deletion looks for such rows itself, in vain, and would read their whole table."""
    referring = {
        (table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in OVER
    }
    assert len(referring) > 5
    assert {
        (table, column) for table, column in referring if column not in leading_columns(table)
    } == set()


def leading_columns(name: str) -> set[str]:
    """Of the indexes that know every row of the table."""
    table = Base.metadata.tables[name]
    indexes = [i for i in table.indexes if i.dialect_options["postgresql"]["where"] is None]
    keys = [k for k in table.constraints if isinstance(k, UniqueConstraint | PrimaryKeyConstraint)]
    return {next(iter(index.columns)).name for index in [*indexes, *keys]}


@pytest.mark.parametrize("days", [30, 400])
def test_ended_sessions_are_remembered_as_long_as_the_regulations_want(
    world: SignOnWorld, days: int
) -> None:
    app, member = world.application(), world.member()
    session_id, _ = enter(world, member, app, NOW - timedelta(days=200))
    end(world, session_id, NOW - timedelta(days=200))
    settings = world.services.settings.sso.model_copy(update={"session_history_days": days})
    forget_what_is_over(world.services.database, settings, now=NOW)
    assert count(world, SignOnSession) == (1 if days == 400 else 0)
    assert count(world, Grant) == 0


def test_a_grant_that_outlives_its_session_keeps_what_it_refers_to(world: SignOnWorld) -> None:
    app, member = world.application(), world.member()
    session_id, grant_id = enter(world, member, app, NOW - YEAR)
    with world.services.database.transaction() as session:
        session.execute(
            update(Grant)
            .where(Grant.id == grant_id)
            .values(session_id=None, expires_at=NOW + timedelta(days=1))
        )
    end(world, session_id, NOW - YEAR)
    forget_what_is_over(world.services.database, world.services.settings.sso, now=NOW)
    assert (count(world, Grant), count(world, Participation), count(world, SignOnSession)) == (
        1,
        1,
        1,
    )


def test_a_ticket_is_kept_until_its_service_has_heard_of_the_logout(world: SignOnWorld) -> None:
    leave_everything_behind(world, NOW - YEAR)
    with world.services.database.transaction() as session:
        session.execute(
            update(LogoutDelivery)
            .where(LogoutDelivery.protocol == LogoutProtocol.CAS)
            .values(delivered_at=None)
        )
    forget_what_is_over(world.services.database, world.services.settings.sso, now=NOW)
    assert (count(world, CasTicket), count(world, SignOnSession)) == (1, 1)


def test_a_long_past_is_forgotten_in_batches(
    world: SignOnWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sso.forgetting.BATCH", 100)
    rows = [{"digest": uuid4().bytes, "expires_at": NOW - YEAR} for _ in range(250)]
    with world.services.database.transaction() as session:
        session.execute(insert(UsedIdentifier), rows)
    gone = forget_what_is_over(world.services.database, world.services.settings.sso, now=NOW)
    assert gone["sso_used_identifier"] == 250


class Calendar:
    """A day on which something begins or ends, and who was signed in before it."""

    def __init__(self, world: SignOnWorld) -> None:
        self.world = world
        self.app = world.application(backchannel_logout_uri="https://app.example/leave")
        self.member = world.member()
        self.day = TODAY + timedelta(days=10)

    def follow(self, after_days: int = 0) -> None:
        with self.world.services.database.transaction() as session:
            follow_calendar(session, self.day + timedelta(days=after_days))

    def told(self) -> int:
        return count(self.world, LogoutDelivery)

    def needs_check(self) -> int:
        with self.world.services.database.transaction() as session:
            return session.scalar(select(func.count()).where(Grant.needs_check)) or 0

    def checked(self) -> None:
        """As after the client's next refresh, on the day itself."""
        morning = datetime(2026, 12, 3, 8, 0, tzinfo=VIETNAM)
        with self.world.services.database.transaction() as session:
            session.execute(update(Grant).values(needs_check=False, refreshed_at=morning))


@pytest.fixture
def calendar(world: SignOnWorld) -> Calendar:
    return Calendar(world)


def move_on(calendar: Calendar) -> None:
    """Decided today, in force on the day."""
    world, person = calendar.world, calendar.member.account.person_id
    assert person is not None
    there = world.province.organisation("Sở Xây dựng")
    with world.services.database.transaction() as session:
        form = AppointmentForm(there.id, "Chuyên viên")
        appoint(session, world.officer, person, form, valid_from=calendar.day, basis=BASIS)


def test_a_move_that_was_decided_before_is_told_on_its_day_and_once(calendar: Calendar) -> None:
    move_on(calendar)
    enter(calendar.world, calendar.member, calendar.app, NOW)
    calendar.follow(after_days=-1)
    assert (calendar.told(), calendar.needs_check()) == (0, 0)
    calendar.follow()
    assert (calendar.told(), calendar.needs_check()) == (1, 1)
    calendar.checked()
    calendar.follow(after_days=1)
    assert (calendar.told(), calendar.needs_check()) == (1, 0)


def test_whoever_enters_after_the_day_has_begun_is_left_alone(calendar: Calendar) -> None:
    move_on(calendar)
    # ten past midnight in Vietnam
    enter(
        calendar.world,
        calendar.member,
        calendar.app,
        datetime(2026, 12, 2, 17, 10, tzinfo=NOW.tzinfo),
    )
    calendar.follow()
    assert (calendar.told(), calendar.needs_check()) == (0, 0)


def test_after_a_weekend_without_worker_it_catches_up(calendar: Calendar) -> None:
    move_on(calendar)
    enter(calendar.world, calendar.member, calendar.app, NOW)
    calendar.follow(after_days=LOOK_BACK_DAYS + 1)
    assert calendar.told() == 0
    calendar.follow(after_days=3)
    assert calendar.told() == 1


def test_a_custodian_whose_period_ends_is_noticed_on_the_day(calendar: Calendar) -> None:
    world, person = calendar.world, calendar.member.account.person_id
    assert person is not None
    office = world.member()
    with world.services.database.transaction() as session:
        session.execute(
            text("""
                INSERT INTO identity_custodian (id, account_id, person_id, valid_from, valid_to)
                VALUES (gen_random_uuid(), :account, :person, :since, :until)
            """),
            {"account": office.id, "person": person, "since": TODAY, "until": calendar.day},
        )
    enter(world, calendar.member, calendar.app, NOW, acting_as=office.id)
    calendar.follow(after_days=-1)
    assert (calendar.told(), calendar.needs_check()) == (0, 0)
    calendar.follow()
    assert (calendar.told(), calendar.needs_check()) == (1, 1)


@pytest.fixture
def sweeping(world: SignOnWorld) -> Callable[[datetime], None]:
    """The job that ends stale sessions, at a moment."""
    services = world.services

    def sweep(moment: datetime) -> None:
        jobs = build_jobs(services.settings.database.url)
        settings = services.settings.sso
        SignOnJobs(
            jobs, services.database, services.keys, settings, lambda: moment
        ).end_stale_sessions()

    return sweep


def test_idle_and_old_sessions_end_by_themselves(
    world: SignOnWorld, sweeping: Callable[[datetime], None]
) -> None:
    app, member = world.application(), world.member()
    enter(world, member, app, NOW)
    sweeping(NOW + timedelta(minutes=59))
    assert live(world) == 1
    sweeping(NOW + timedelta(minutes=60))
    assert live(world) == 0


def test_whoever_works_in_a_system_is_not_idle_but_leaves_at_the_end_of_the_day(
    world: SignOnWorld, sweeping: Callable[[datetime], None]
) -> None:
    app, member = world.application(), world.member()
    _, grant_id = enter(world, member, app, NOW)
    for minutes in range(5, 12 * 60, 5):
        moment = NOW + timedelta(minutes=minutes)
        with world.services.database.transaction() as session:
            session.execute(update(Grant).where(Grant.id == grant_id).values(refreshed_at=moment))
        sweeping(moment)
        assert live(world) == 1
    sweeping(NOW + timedelta(hours=12))
    assert live(world) == 0


def test_many_end_in_batches_and_none_that_somebody_else_is_changing(
    world: SignOnWorld,
    sweeping: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("sso.jobs", "sso.sessions.service"):
        monkeypatch.setattr(f"{module}.STALE_AT_ONCE", 2)
    app, member = world.application(), world.member()
    held, _ = enter(world, member, app, NOW)
    for _ in range(4):
        enter(world, member, app, NOW)
    with world.services.database.transaction() as session:
        session.get_one(SignOnSession, held, with_for_update=True)
        sweeping(NOW + timedelta(hours=2))
        assert live(world) == 1
    sweeping(NOW + timedelta(hours=2))
    assert live(world) == 0


def live(world: SignOnWorld) -> int:
    with world.services.database.transaction() as session:
        return session.scalar(select(func.count()).where(SignOnSession.ended_at.is_(None))) or 0


def test_the_worker_has_all_of_them_as_periodic_jobs(world: SignOnWorld) -> None:
    services = world.services
    names = {
        "sign-on.end-stale-sessions",
        "sign-on.keep-keys-ready",
        "sign-on.follow-calendar",
        "sign-on.forget",
    }
    assert isinstance(services.sign_on_jobs, SignOnJobs)
    assert names <= set(services.jobs.tasks)
    assert names <= {name for name, _ in services.jobs.periodic_registry.periodic_tasks}
