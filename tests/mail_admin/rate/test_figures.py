from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from identity.accounts.models import AccountStatus
from mail_admin.rate.branch import Branch
from mail_admin.rate.errors import NoFigures, OrganisationNotInReport
from mail_admin.rate.periods import PeriodKind
from mail_admin.rate.report import Scope
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.settings import ServiceRule, Sign, UsageRateSettings
from tests.support.small_usage import AFTER, Small, active_since, facts
from tests.support.usage import LONG_AGO, morning, use


def test_polling_programs_are_no_use_and_pending_mailboxes_count_as_unused(small: Small) -> None:
    report = small.report()
    assert facts(report, "H03.1") == {"in_service": 3, "active": 2, "rate": 2 / 3}
    assert facts(report, "H03.2") == {"in_service": 2, "active": 1, "rate": 1 / 2}
    assert facts(report, "H03") == {"in_service": 5, "active": 3, "rate": 3 / 5}
    total = report.total
    assert (total.issued, total.polling_only, total.never_activated) == (5, 1, 1)
    assert (total.sent, total.delivered) == (6, 14)


def test_persons_and_organisations_are_told_apart(small: Small) -> None:
    assert facts(small.report(scope=Scope.PERSONS), "H03.2")["rate"] == 0
    assert facts(small.report(scope=Scope.ORGANISATIONS), "H03.2")["rate"] == 1
    assert facts(small.report(scope=Scope.ORGANISATIONS), "H03.1")["rate"] is None


def test_locking_unused_mailboxes_raises_the_rate_but_not_the_share_of_issued(
    small: Small,
) -> None:
    before = small.report()
    with small.registry() as registry:
        person = registry.person((small.finance, LONG_AGO, None))
        locked = [
            *active_since(date(2026, 1, 5)),
            (AccountStatus.SUSPENDED, morning(date(2026, 10, 4))),
        ]
        registry.account(locked, person=person)
    after = small.report()
    assert after.total_rate == before.total_rate
    assert after.total.locked == 1
    assert after.total.active / after.total.issued < before.total.active / before.total.issued


def test_use_by_a_setting_that_counts_programs(small: Small) -> None:
    small.settings = UsageRateSettings(active_by=list(Sign))
    assert small.report().total.active == 4
    small.settings = UsageRateSettings(minimum_active_days=2)
    assert small.report().total.active == 0


def test_pro_rata_weighs_mailboxes_by_their_days_in_service(small: Small) -> None:
    small.settings = UsageRateSettings(service_rule=ServiceRule.PRO_RATA)
    with small.registry() as registry:
        person = registry.person((small.finance, LONG_AGO, None))
        account = registry.account(active_since(date(2026, 10, 23)), person=person)
        use(registry.session, account, Sign.READ, date(2026, 10, 30))
    report = small.report()
    assert report.total.service_days == 5 * 31 + 9
    assert report.total_rate == pytest.approx((3 * 31 + 9) / (5 * 31 + 9))


def test_leave_and_locked_days_are_no_days_in_service(small: Small) -> None:
    with small.registry() as registry:
        person = registry.person((small.health, LONG_AGO, None))
        registry.leave(person, date(2026, 10, 10), None)
        registry.account(active_since(date(2026, 1, 5)), person=person)
    report = small.report()
    assert report.total.on_leave == 1
    assert (report.total.issued, report.total.in_service) == (6, 5)
    rows = small.mailboxes("H03.2", MailboxState.ON_LEAVE)
    assert [row.days_in_service for row in rows] == [9]


def test_who_moves_counts_where_they_were_on_the_last_day_and_both_sides_show_it(
    small: Small,
) -> None:
    with small.registry() as registry:
        move = date(2026, 10, 20)
        person = registry.person((small.finance, LONG_AGO, move), (small.health, move, None))
        account = registry.account(active_since(date(2026, 1, 5)), person=person)
        use(registry.session, account, Sign.WEB, date(2026, 10, 2))
    report = small.report()
    rows = {row.node.code: row for row in report.rows}
    assert facts(report, "H03.2") == {"in_service": 3, "active": 2, "rate": 2 / 3}
    assert (rows["H03.2"].all.came, rows["H03.2"].all.left) == (1, 0)
    assert (rows["H03.1"].all.came, rows["H03.1"].all.left) == (0, 1)
    assert (rows["H03"].all.came, rows["H03"].all.left) == (0, 0)
    (moved,) = small.mailboxes("H03.2", MailboxState.MOVED_IN)
    assert moved.moved_from == "Sở Tài chính"


def test_a_merger_does_not_rewrite_the_months_before_it(small: Small) -> None:
    before = small.report()
    merger = date(2026, 11, 1)
    with small.registry() as registry:
        session = registry.session
        for statement in (
            "UPDATE identity_organisation_period SET valid_to = :day WHERE organisation_id = :id",
            "UPDATE identity_organisation SET valid_to = :day WHERE id = :id",
            "UPDATE identity_appointment SET valid_to = :day WHERE organisation_id = :id",
        ):
            session.execute(text(statement), {"day": merger, "id": small.health})
        people = session.execute(
            text("SELECT person_id FROM identity_appointment WHERE organisation_id = :id"),
            {"id": small.health},
        ).scalars()
        for person in people.all():
            registry.appoint(person, small.finance, merger)
    after = small.report()
    assert [(row.node, row.all) for row in after.rows] == [
        (row.node, row.all) for row in before.rows
    ]
    with small.registry() as registry:
        (row,) = small.mailboxes("H03.1", MailboxState.ACTIVE)[:1]
        use(registry.session, row.account_id, Sign.WEB, date(2026, 11, 2))
    november = small.report(month="2026-11")
    assert [row.node.code for row in november.rows] == ["H03", "H03.1"]
    assert november.rows[1].all.officials == 4
    assert november.unplaced is not None, "its own mailbox was given to nobody"
    assert november.unplaced.all.issued == 1
    with pytest.raises(OrganisationNotInReport):
        small.report(month="2026-11", branch=Branch("H03.2"))


def test_the_mailboxes_behind_a_number_say_why_they_count(small: Small) -> None:
    small.report()
    active = small.mailboxes("H03.1", MailboxState.ACTIVE)
    assert [row.used["web"] for row in active] == [[date(2026, 10, 5)], [date(2026, 10, 6)]]
    (unused,) = small.mailboxes("H03.1", MailboxState.UNUSED)
    assert (unused.days_in_service, unused.active_days) == (31, 0)
    assert unused.used["program"] == [date(2026, 10, 9)]
    assert len(small.mailboxes("H03", MailboxState.NEVER_ACTIVATED)) == 1


def test_dormant_mailboxes_are_counted_from_the_last_day_back(small: Small) -> None:
    with small.registry() as registry:
        for days in (20, 45, 70, 100):
            person = registry.person((small.health, LONG_AGO, None))
            account = registry.account(active_since(date(2026, 1, 5)), person=person)
            used = date.fromordinal(date(2026, 10, 31).toordinal() - days)
            use(registry.session, account, Sign.READ, used)
    report = small.report()
    row = next(row for row in report.rows if row.node.code == "H03.2")
    assert (row.all.dormant_30, row.all.dormant_60, row.all.dormant_90) == (3, 2, 1)
    assert len(small.mailboxes("H03.2", MailboxState.DORMANT_60)) == 2


def test_over_80_percent_of_the_quota(small: Small) -> None:
    with small.registry() as registry:
        session = registry.session
        for stored in (79, 81):
            person = registry.person((small.health, LONG_AGO, None))
            account = registry.account(active_since(LONG_AGO), person=person, quota=100)
            use(session, account, Sign.READ, date(2026, 10, 3))
            session.execute(
                text(
                    "UPDATE mail_admin_usage_month SET stored_bytes = :bytes WHERE account_id = :id"
                ),
                {"bytes": stored, "id": account},
            )
    assert small.report().total.nearly_full == 1


def test_a_running_month_says_so_and_counts_what_will_be_in_service(small: Small) -> None:
    tenth = datetime(2026, 10, 10, 3, 0, tzinfo=UTC)
    report = small.report(now=tenth)
    assert not report.is_over
    assert report.last.reference_day == date(2026, 10, 10)
    assert report.total.in_service == 5
    assert small.report().is_over


def test_longer_periods_are_weighted_by_mailboxes_with_the_plain_mean_beside(
    small: Small,
) -> None:
    with small.registry() as registry:
        person = registry.person((small.finance, LONG_AGO, None))
        account = registry.account(active_since(date(2026, 11, 1)), person=person)
        use(registry.session, account, Sign.WEB, date(2026, 11, 20))
    december = datetime(2026, 12, 2, tzinfo=UTC)
    report = small.report(now=december, kind=PeriodKind.QUARTER)
    assert [window.label for window in report.windows] == ["2026-10", "2026-11"]
    assert [window.label for window in report.missing] == ["2026-12"]
    assert report.total_rate == pytest.approx((3 + 1) / (5 + 6))
    assert report.total_average_monthly == pytest.approx((3 / 5 + 1 / 6) / 2)
    assert report.total.issued == 5 + 6
    assert report.total.officials == 5, "a state is that of the end"


def test_from_10_december_to_10_december(small: Small) -> None:
    report = small.report(kind=PeriodKind.YEAR_10_DECEMBER)
    labels = [window.label for window in report.windows]
    assert labels == ["2026-09-10/2026-10-09", "2026-10-10/2026-11-09"]
    rates = [rate for _, rate in report.monthly]
    assert rates == [pytest.approx(2 / 5), pytest.approx(1 / 5)]


def test_a_month_is_compared_with_the_one_before(small: Small) -> None:
    assert small.report().total_previous_rate is None
    with small.registry() as registry:
        person = registry.person((small.finance, LONG_AGO, None))
        account = registry.account(active_since(LONG_AGO), person=person)
        use(registry.session, account, Sign.WEB, date(2026, 9, 3))
    report = small.report()
    assert report.total_previous_rate == pytest.approx(1 / 6)
    assert report.rows[0].change == pytest.approx(3 / 6 - 1 / 6)


def test_a_month_without_usage_has_no_figures(small: Small) -> None:
    with pytest.raises(NoFigures):
        small.report(month="2026-08")
    assert small.refresh(AFTER) == []
