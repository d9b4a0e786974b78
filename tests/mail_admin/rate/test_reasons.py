"""Reasons: each mailbox is in one group, and what the groups contribute adds up to the change."""

from datetime import UTC, date, datetime
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from identity.accounts.models import AccountStatus
from mail_admin.rate.periods import Window, month_window
from mail_admin.rate.queries import KeptWindow
from mail_admin.rate.reasons import Elsewhere, Reason, reason_of, reasoned
from mail_admin.rate.roster import Standing
from mail_admin.rate.settings import ServiceRule, UsageRateSettings

OCTOBER, NOVEMBER = month_window(date(2026, 10, 1)), month_window(date(2026, 11, 1))
MOMENT = datetime(2026, 12, 2, tzinfo=UTC)
LONG_AGO = datetime(2024, 1, 5, tzinfo=UTC)


def kept(window: Window, rule: ServiceRule = ServiceRule.THRESHOLD) -> KeptWindow:
    settings = UsageRateSettings(service_rule=rule)
    return KeptWindow(UUID(int=1), window, window.last_day, settings, MOMENT, MOMENT, None)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    days = draw(st.integers(0, 30))
    in_service = draw(st.booleans()) and days > 0
    return Standing(
        status=draw(st.sampled_from([status.value for status in AccountStatus])),
        on_leave=draw(st.booleans()),
        days_in_service=days,
        in_service=in_service,
        active=in_service and draw(st.booleans()),
    )


ROSTERS = st.dictionaries(st.integers(1, 30).map(lambda n: UUID(int=n)), standings(), max_size=30)
ELSEWHERE = st.builds(
    Elsewhere,
    st.sampled_from(list(AccountStatus)),
    st.sampled_from([LONG_AGO, datetime(2026, 11, 3, tzinfo=UTC)]),
)


def rate(rows: dict[UUID, Standing], rule: ServiceRule, days: int) -> Fraction | None:
    part = whole = Fraction(0)
    for row in rows.values():
        weight = Fraction(row.days_in_service, days) if rule is ServiceRule.PRO_RATA else 1
        whole += weight * row.in_service
        part += weight * row.active
    return part / whole if whole else None


@given(
    before=ROSTERS,
    now=ROSTERS,
    elsewhere=st.dictionaries(st.integers(1, 30).map(lambda n: UUID(int=n)), ELSEWHERE),
    rule=st.sampled_from(ServiceRule),
)
def test_the_groups_add_up_to_the_change(
    before: dict[UUID, Standing],
    now: dict[UUID, Standing],
    elsewhere: dict[UUID, Elsewhere],
    rule: ServiceRule,
) -> None:
    found = reasoned(
        before,
        now,
        elsewhere,
        kept_before=kept(OCTOBER, rule),
        kept_now=kept(NOVEMBER, rule),
    )
    was, is_now = rate(before, rule, 31), rate(now, rule, 30)
    if was is None or is_now is None:
        assert found is None
        return
    assert found is not None
    assert sum(one.contribution.total for one in found) == is_now - was
    counted = {account for rows in (before, now) for account, row in rows.items() if row.in_service}
    assert sum(one.mailboxes for one in found) == len(counted)
    assert len({one.reason for one in found}) == len(found)


def standing(status: str = "active", *, serves: bool = True, active: bool = True) -> Standing:
    return Standing(status, False, 30 if serves else 3, serves, serves and active)


def test_each_reason_has_its_case() -> None:
    old, new = Elsewhere(AccountStatus.ACTIVE, LONG_AGO), Elsewhere(AccountStatus.ACTIVE, MOMENT)
    closed = Elsewhere(AccountStatus.CLOSED, LONG_AGO)
    unused, away = standing(active=False), standing(serves=False)
    on_leave = Standing("active", True, 3, False, False)
    cases: list[tuple[Standing | None, Standing | None, Elsewhere | None, Reason]] = [
        (unused, standing(), None, Reason.STARTED),
        (standing(), unused, None, Reason.STOPPED),
        (standing(), standing(), None, Reason.SAME),
        (None, standing(), new, Reason.ISSUED_ACTIVE),
        (None, unused, new, Reason.ISSUED_UNUSED),
        (None, standing("pending", active=False), new, Reason.ISSUED_NEVER_ACTIVATED),
        (away, standing(), None, Reason.ISSUED_ACTIVE),
        (None, standing(), old, Reason.MOVED_IN),
        (standing(), None, old, Reason.MOVED_OUT),
        (standing(), None, closed, Reason.CLOSED),
        (standing(), standing("closed", serves=False), None, Reason.CLOSED),
        (standing(), standing("suspended", serves=False), None, Reason.LOCKED),
        (standing("suspended", serves=False), standing(), None, Reason.UNLOCKED),
        (standing(), on_leave, None, Reason.ON_LEAVE),
        (on_leave, standing(), None, Reason.RETURNED),
        (standing(), away, None, Reason.OTHERWISE),
    ]
    for before, now, elsewhere, reason in cases:
        assert reason_of(before, now, elsewhere, kept(OCTOBER)) is reason, reason
