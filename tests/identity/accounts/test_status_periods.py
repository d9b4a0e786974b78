from datetime import timedelta

from sqlalchemy import select, update

from identity.accounts.models import Account, AccountPeriod, AccountStatus
from kernel.database import Database
from tests.support.registry import NOW, Province

LATER = NOW + timedelta(days=3)


def periods(db: Database) -> list[tuple[AccountStatus, object, object]]:
    with db.transaction() as session:
        statement = select(AccountPeriod).order_by(AccountPeriod.began_at, AccountPeriod.ended_at)
        return [(row.status, row.began_at, row.ended_at) for row in session.scalars(statement)]


def test_a_fresh_account_is_pending_from_the_moment_it_was_made(
    db: Database, province: Province
) -> None:
    province.account(province.person(province.organisation()))
    assert periods(db) == [(AccountStatus.PENDING, NOW, None)]


def test_each_change_of_status_ends_one_period_and_begins_the_next(
    db: Database, province: Province
) -> None:
    account = province.account(province.person(province.organisation()))
    for status, days in ((AccountStatus.SUSPENDED, 1), (AccountStatus.PENDING, 3)):
        with db.transaction() as session:
            session.get_one(Account, account.id).change_status(status, NOW + timedelta(days=days))
    assert periods(db) == [
        (AccountStatus.PENDING, NOW, NOW + timedelta(days=1)),
        (AccountStatus.SUSPENDED, NOW + timedelta(days=1), LATER),
        (AccountStatus.PENDING, LATER, None),
    ]


def test_changes_that_leave_the_status_leave_the_periods(db: Database, province: Province) -> None:
    province.account(province.person(province.organisation()))
    with db.transaction() as session:
        session.execute(update(Account).values(display_name="Khác"))
    assert periods(db) == [(AccountStatus.PENDING, NOW, None)]


def test_a_clock_set_back_ends_no_period_before_it_began(db: Database, province: Province) -> None:
    account = province.account(province.person(province.organisation()))
    with db.transaction() as session:
        earlier = NOW - timedelta(hours=1)
        session.get_one(Account, account.id).change_status(AccountStatus.SUSPENDED, earlier)
    assert sorted(periods(db), key=str) == sorted(
        [(AccountStatus.PENDING, NOW, NOW), (AccountStatus.SUSPENDED, NOW, None)], key=str
    )
