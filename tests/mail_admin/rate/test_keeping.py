"""What makes kept figures stale, and that nothing else does."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text

from mail_admin.rate.models import RateStale
from mail_admin.rate.periods import Window
from mail_admin.rate.settings import Sign, UsageRateSettings
from tests.support.small_usage import AFTER, Small, active_since
from tests.support.usage import LONG_AGO, Registry, use

DECEMBER = datetime(2026, 12, 3, tzinfo=UTC)


def test_figures_are_computed_once_and_then_confirmed(small: Small) -> None:
    assert small.refresh() == ["2026-10"]
    assert small.refresh() == []
    with small.db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(RateStale)) == 0


def test_late_events_change_the_month_they_belong_to(small: Small) -> None:
    with small.registry() as registry:
        first = small.account(registry, "active")
        use(registry.session, first, Sign.WEB, date(2026, 11, 2))
    assert small.refresh(DECEMBER) == ["2026-10", "2026-11"]
    with small.registry() as registry:
        use(registry.session, first, Sign.WEB, date(2026, 11, 2))
    assert small.refresh(DECEMBER) == ["2026-11"]
    with small.registry() as registry:
        use(registry.session, first, Sign.WEB, date(2026, 10, 2))
    assert small.refresh(DECEMBER) == ["2026-10", "2026-11"], "dormancy looks back"


def _leave(registry: Registry, small: Small) -> None:
    registry.leave(small.someone(registry), date(2026, 10, 20), None)


def _appointment(registry: Registry, small: Small) -> None:
    registry.person((small.finance, date(2026, 10, 2), None))


def _account(registry: Registry, small: Small) -> None:
    registry.account(active_since(date(2026, 10, 2)), organisation=small.finance)


def _organisation(registry: Registry, small: Small) -> None:
    registry.organisation((small.top, LONG_AGO, None))


def _end_of_an_appointment(registry: Registry, _small: Small) -> None:
    registry.session.execute(text("UPDATE identity_appointment SET valid_to = '2026-10-30'"))


def _moved_account(registry: Registry, small: Small) -> None:
    registry.session.execute(
        text("UPDATE identity_account SET organisation_id = :id WHERE kind = 'organisation'"),
        {"id": small.finance},
    )


@pytest.mark.parametrize(
    "change",
    [_leave, _appointment, _account, _organisation, _end_of_an_appointment, _moved_account],
)
def test_changes_of_the_registry_make_figures_stale(
    small: Small, change: Callable[[Registry, Small], None]
) -> None:
    small.refresh()
    with small.registry() as registry:
        change(registry, small)
    assert small.refresh() == ["2026-10"]
    assert small.refresh() == []


def test_what_begins_later_leaves_earlier_months_alone(small: Small) -> None:
    small.refresh()
    with small.registry() as registry:
        registry.session.execute(text("UPDATE identity_appointment SET valid_to = '2026-11-20'"))
    assert small.refresh() == []


def test_another_definition_is_applied_to_open_months(small: Small) -> None:
    small.refresh()
    small.settings = UsageRateSettings(minimum_active_days=3)
    assert small.refresh() == ["2026-10"]


def test_a_new_day_of_a_running_month_computes_it_again(small: Small) -> None:
    assert small.refresh(datetime(2026, 10, 20, tzinfo=UTC)) == ["2026-10"]
    assert small.refresh(datetime(2026, 10, 20, 9, tzinfo=UTC)) == []
    assert small.refresh(datetime(2026, 10, 21, tzinfo=UTC)) == ["2026-10"]
    assert small.refresh(AFTER) == ["2026-10"]


def test_windows_that_are_no_months_wait_until_somebody_asks(small: Small) -> None:
    window = Window(date(2026, 10, 10), date(2026, 11, 10))
    assert small.refresh(AFTER, window) == ["2026-10", window.label]
    with small.registry() as registry:
        _leave(registry, small)
    assert small.refresh() == ["2026-10"]
    assert small.refresh(AFTER, window) == [window.label]


def test_figures_stay_when_the_usage_behind_them_is_forgotten(small: Small) -> None:
    before = small.report().total
    with small.db.transaction() as session:
        session.execute(text("DROP TABLE mail_admin_usage_month_202610"))
    with small.registry() as registry:
        _leave(registry, small)
    assert small.refresh() == []
    assert small.report().total == before
