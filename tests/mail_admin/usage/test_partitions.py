"""Months come by themselves, and go as a whole."""

import threading
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from kernel.database import Database
from mail_admin.usage.ingest import count_events
from mail_admin.usage.partitions import (
    DAY,
    EVENT,
    IMPORT,
    MONTH,
    Partitions,
    drop_old,
    list_partitions,
)
from mail_admin.usage.settings import RetentionSettings
from tests.mail_admin.usage.conftest import counted


def months(db: Database, table: str) -> list[date]:
    with db.transaction() as session:
        return list_partitions(session, table)


def test_several_processes_that_meet_a_new_month_make_it_once(db: Database) -> None:
    wanted = [date(2026, month, 1) for month in range(1, 13)]
    failures: list[Exception] = []

    def meet() -> None:
        try:
            Partitions(db).ensure(wanted)
        except Exception as error:  # noqa: BLE001  # told by the test itself
            failures.append(error)

    threads = [threading.Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert months(db, EVENT) == months(db, DAY) == months(db, MONTH) == wanted


def test_a_month_is_made_while_another_one_is_being_written(
    db: Database, partitions: Partitions
) -> None:
    partitions.ensure([date(2026, 11, 1)])
    with db.transaction() as session:
        count_events(session, "test", [counted("a", "read")])  # not committed yet
        partitions.ensure([date(2026, 12, 1)])
    assert months(db, EVENT) == [date(2026, 11, 1), date(2026, 12, 1)]


def test_events_go_earlier_than_days_and_months(db: Database, partitions: Partitions) -> None:
    partitions.ensure(
        [date(2025, 11, 1), date(2026, 7, 1), date(2026, 8, 1), date(2026, 11, 1)],
        (EVENT, DAY, MONTH, IMPORT),
    )
    retention = RetentionSettings(event_days=100, day_months=14)
    # 100 days before 23 November is 15 August
    assert drop_old(db, retention, date(2026, 11, 23)) == [f"{EVENT}_202511", f"{EVENT}_202607"]
    assert months(db, DAY)[0] == date(2025, 11, 1)
    drop_old(db, retention, date(2027, 2, 1))
    assert months(db, DAY)[0] == months(db, MONTH)[0] == months(db, IMPORT)[0] == date(2026, 7, 1)


def test_a_month_that_was_dropped_can_be_made_again(db: Database, partitions: Partitions) -> None:
    partitions.ensure([date(2026, 7, 1)])
    drop_old(db, RetentionSettings(event_days=40), date(2026, 11, 23))
    partitions.forget()
    partitions.ensure([date(2026, 7, 1)])
    assert months(db, EVENT) == [date(2026, 7, 1)]


def test_dropping_gives_up_rather_than_making_writers_queue(
    db: Database, partitions: Partitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mail_admin.usage.partitions.LOCK_TIMEOUT", "SET LOCAL lock_timeout = '50ms'"
    )
    partitions.ensure([date(2026, 7, 1)])
    with db.transaction() as session:
        session.execute(text(f"SELECT count(*) FROM {EVENT}"))  # a long report
        with pytest.raises(OperationalError):
            drop_old(db, RetentionSettings(event_days=40), date(2026, 11, 23))
    assert drop_old(db, RetentionSettings(event_days=40), date(2026, 11, 23)) == [f"{EVENT}_202607"]
