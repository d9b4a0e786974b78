"""The last day that somebody signed in, told by the months' masks."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from kernel.database import Database
from mail_admin.usage.ingest import count_events
from mail_admin.usage.last_use import last_sign_in
from mail_admin.usage.partitions import Partitions
from tests.mail_admin.usage.conftest import MAILBOXES, counted

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def at(month: int, day: int) -> float:
    return datetime(2026, month, day, 5, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("kind", ["web_sign_in", "program_sign_in"])
@pytest.mark.parametrize("days", [[(10, 31)], [(11, 1)], [(11, 30), (10, 5)], [(10, 1), (11, 2)]])
def test_the_latest_of_all_days_counts(
    db: Database, partitions: Partitions, kind: str, days: list[tuple[int, int]]
) -> None:
    partitions.ensure((OCTOBER, NOVEMBER))
    events = [counted(f"{month}-{day}", kind, at(month, day)) for month, day in days]
    with db.transaction() as session:
        count_events(session, "test", events)
        found = last_sign_in(session, UUID(MAILBOXES[0]))
    assert found == date(2026, *max(days))


def test_what_arrives_or_fails_is_no_sign_in(db: Database, partitions: Partitions) -> None:
    partitions.ensure((NOVEMBER,))
    events = [counted(kind, kind) for kind in ("delivered", "failed_sign_in", "service_sign_in")]
    with db.transaction() as session:
        count_events(session, "test", events)
        assert last_sign_in(session, UUID(MAILBOXES[0])) is None
