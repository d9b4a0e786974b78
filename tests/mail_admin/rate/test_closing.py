from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kernel.audit import AuditRecord
from mail_admin.rate.errors import MonthClosed, MonthNotOver, NoFigures
from mail_admin.rate.settings import Sign, UsageRateSettings
from tests.support.small_usage import AFTER, OPERATOR, Small, facts
from tests.support.usage import LONG_AGO, use


def test_a_closed_month_keeps_figures_formula_and_target(small: Small) -> None:
    before = small.report()
    small.close()
    small.settings = UsageRateSettings(minimum_active_days=5, target=0.5)
    with small.registry() as registry:
        use(registry.session, small.account(registry, "unused"), Sign.WEB, date(2026, 10, 30))
    after = small.report()
    assert after.is_closed
    assert [row.all for row in after.rows] == [row.all for row in before.rows]
    assert (after.formula, after.target) == (before.formula, 0.9)


def test_what_was_corrected_later_is_listed(small: Small) -> None:
    small.report()
    small.close()
    assert small.corrections() == []
    with small.registry() as registry:
        use(registry.session, small.account(registry, "unused"), Sign.WEB, date(2026, 10, 30))
        person = small.someone(registry)
        registry.leave(person, date(2026, 10, 4), date(2026, 10, 29))
        newcomer = registry.person((small.health, LONG_AGO, None))
        registry.account(small.old_account, person=newcomer)
    found = {one.login: one for one in small.corrections()}
    assert len(found) == 3
    late = next(one for one in found.values() if one.now and one.then and not one.then["active"])
    assert late.now is not None
    assert (late.now["active"], late.now["active_days"]) == (True, 1)
    away = next(one for one in found.values() if one.then and one.then["active"])
    assert away.now is not None
    assert away.now["days_in_service"] == 6
    fresh = next(one for one in found.values() if one.then is None)
    assert fresh.now is not None
    assert fresh.now["in_service"] is True
    assert facts(small.report(), "H03")["active"] == 3, "frozen all the same"


def test_the_mailboxes_behind_a_closed_month_are_those_of_the_closing(small: Small) -> None:
    small.report()
    before = small.mailboxes("H03")
    small.close()
    with small.registry() as registry:
        use(registry.session, small.account(registry, "unused"), Sign.WEB, date(2026, 10, 30))
        registry.session.execute(text("UPDATE identity_appointment SET valid_to = '2026-10-02'"))
    assert small.mailboxes("H03") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mail_admin_rate_window SET definition = '{}'",
        "DELETE FROM mail_admin_rate_window",
        "UPDATE mail_admin_rate_figure SET active = active + 1",
        "DELETE FROM mail_admin_rate_figure",
        "UPDATE mail_admin_rate_total SET active = active + 1",
        "DELETE FROM mail_admin_rate_total",
        "DELETE FROM mail_admin_rate_organisation",
        "UPDATE mail_admin_rate_mailbox SET active = true",
        "DELETE FROM mail_admin_rate_mailbox",
        "TRUNCATE mail_admin_rate_figure",
        "TRUNCATE mail_admin_rate_total",
        "TRUNCATE mail_admin_rate_window CASCADE",
        (
            "INSERT INTO mail_admin_rate_organisation SELECT window_id, gen_random_uuid(), NULL,"
            " 9 + place, 0, 'other', 'x', NULL, 9 + place FROM mail_admin_rate_organisation"
        ),
    ],
)
def test_the_database_itself_refuses_to_change_a_closed_month(small: Small, statement: str) -> None:
    small.report()
    small.close()
    with pytest.raises(IntegrityError), small.db.transaction() as session:
        session.execute(text(statement))


def test_only_months_that_are_over_can_be_closed_and_once(small: Small) -> None:
    with pytest.raises(MonthNotOver):
        small.close(month="2026-11")
    with pytest.raises(NoFigures):
        small.close(month="2026-08")
    small.close()
    with pytest.raises(MonthClosed):
        small.close()


def test_closing_is_audited_with_its_basis(small: Small) -> None:
    small.close()
    with small.db.transaction() as session:
        record = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "usage:month-closed")
        ).one()
    assert (record.actor_label, record.document_number) == (OPERATOR.label, "15/BC-SKHCN")
    assert record.details["month"] == "2026-10"
    assert record.details["mailboxes"] == 5


CHANGES = st.lists(
    st.sampled_from(
        [
            "UPDATE identity_appointment SET valid_to = '2026-10-15'",
            "UPDATE identity_appointment SET valid_from = '2026-10-25'",
            "UPDATE identity_account_period SET began_at = '2026-10-20 00:00+07'",
            "UPDATE identity_organisation_period SET name = 'Khác'",
            "UPDATE identity_organisation_period SET parent_id = NULL",
            "UPDATE identity_leave SET valid_to = '2026-10-20'",
            "UPDATE mail_admin_usage_month SET web_days = 1023, sent = 7",
            "UPDATE mail_admin_usage_month SET web_days = 0",
            "DELETE FROM mail_admin_usage_month",
            "DELETE FROM identity_appointment",
        ]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=15)
@given(changes=CHANGES)
def test_no_later_change_reaches_a_closed_month(small: Small, changes: list[str]) -> None:
    small.close_once()
    frozen = small.frozen()
    with small.db.transaction() as session:
        for change in changes:
            session.execute(text(change))
    small.refresh(AFTER)
    assert small.frozen() == frozen
