"""Whatever the order, the repetition and the company: days and months are what a recount says."""

import random
import threading
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kernel.database import Database
from mail_admin.usage.events import Counted, day_at, event_id
from mail_admin.usage.ingest import MOST, count_events, months_of
from mail_admin.usage.models import EventKind, UsageDay, UsageMonth
from mail_admin.usage.partitions import Partitions
from mail_admin.usage.recount import list_differences
from tests.mail_admin.usage.conftest import MAILBOXES, NOON, Shuffler, counted

MONTHS = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1))
FIRST = datetime(2026, 10, 30, 17, tzinfo=UTC)  # midnight in Vietnam
KINDS = [kind.value for kind in EventKind]

moments = st.integers(0, 40 * 24).map(lambda hours: (FIRST + timedelta(hours=hours)).timestamp())
drafts = st.lists(
    st.tuples(
        moments,
        st.integers(0, len(MAILBOXES) - 1),
        st.sampled_from(KINDS),
        st.integers(1, 5),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=60,
)


def told(rows: list[tuple[float, int, str, int, int]]) -> list[Counted]:
    return [
        counted(f"{number}", kind, at, mailbox=mailbox, amount=amount, size=size)
        for number, (at, mailbox, kind, amount, size) in enumerate(rows)
    ]


def assert_recounted(session: Session) -> None:
    for month in MONTHS:
        assert list_differences(session, month) == []


@settings(max_examples=60)
@given(rows=drafts, seed=st.integers(0, 2**32))
def test_days_and_months_equal_a_recount_whatever_the_order_and_repetition(
    db: Database, partitions: Partitions, rows: list[tuple[float, int, str, int, int]], seed: int
) -> None:
    events = told(rows)
    partitions.ensure(MONTHS)
    with db.transaction() as session:
        session.execute(text("TRUNCATE mail_admin_usage_event, mail_admin_usage_day"))
        session.execute(text("TRUNCATE mail_admin_usage_month"))
    new = 0
    for batch in Shuffler(random.Random(seed)).batches(events, repetition=0.5):  # noqa: S311
        with db.transaction() as session:
            new += count_events(session, "test", batch)
    assert new == len(events)
    with db.transaction() as session:
        assert_recounted(session)


def test_several_at_once_count_the_same_events_once_and_never_wait_for_each_other(
    db: Database,
) -> None:
    chance = random.Random(7)  # noqa: S311
    events = told(
        [
            (
                (FIRST + timedelta(hours=chance.randrange(800))).timestamp(),
                chance.randrange(len(MAILBOXES)),
                chance.choice(KINDS),
                1,
                chance.randrange(1000),
            )
            for _ in range(1500)
        ]
    )
    counts: list[int] = []
    failures: list[Exception] = []

    def work(seed: int) -> None:
        try:
            own = Partitions(db)
            for batch in Shuffler(random.Random(seed)).batches(events, repetition=0):  # noqa: S311
                for part in (batch[:100], batch[100:]):
                    own.ensure(months_of([event.day for event in part]))
                    with db.transaction() as session:
                        counts.append(count_events(session, "test", part))
        except Exception as error:  # noqa: BLE001  # told by the test itself
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(counts) == len(events)
    with db.transaction() as session:
        assert_recounted(session)


def test_a_day_is_a_day_of_vietnam_and_has_its_bit_in_the_month(
    db: Database, partitions: Partitions
) -> None:
    late = datetime(2026, 11, 15, 16, 59, 59, tzinfo=UTC).timestamp()
    early = datetime(2026, 11, 15, 17, 0, tzinfo=UTC).timestamp()
    partitions.ensure(MONTHS)
    with db.transaction() as session:
        count_events(
            session, "test", [counted("a", "sent", late, size=9), counted("b", "read", early)]
        )
        days = {row.day: (row.sent, row.read) for row in session.scalars(select(UsageDay))}
        month = session.scalars(select(UsageMonth)).one()
    assert days == {date(2026, 11, 15): (1, 0), date(2026, 11, 16): (0, 1)}
    assert (month.sent_days, month.read_days) == (1 << 14, 1 << 15)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_latest_size_counts_whichever_arrives_last(
    db: Database, partitions: Partitions, order: tuple[int, ...]
) -> None:
    sizes = [
        counted(f"{n}", "stored", NOON + n * 60, amount=0, size=size)
        for n, size in enumerate((100, 300, 200))
    ]
    partitions.ensure(MONTHS)
    for number in order:
        with db.transaction() as session:
            count_events(session, "test", [sizes[number]])
    with db.transaction() as session:
        assert session.scalars(select(UsageDay)).one().stored_bytes == 200
        assert session.scalars(select(UsageMonth)).one().stored_bytes == 200


def test_a_full_counter_stays_full_and_stops_nobody(db: Database, partitions: Partitions) -> None:
    partitions.ensure(MONTHS)
    for batch in range(3):
        events = [
            counted(f"{batch}-{n}", "read", amount=100_000) for n in range(MOST // 100_000 // 2)
        ]
        with db.transaction() as session:
            count_events(session, "test", events)
    with db.transaction() as session:
        assert session.scalars(select(UsageDay)).one().read == MOST
        assert session.scalars(select(UsageMonth)).one().read == MOST


def test_ids_tell_apart_what_differs_anywhere() -> None:
    assert event_id("dovecot", "a", "b") == event_id("dovecot", "a", "b")
    assert (
        len({event_id("a", "b"), event_id("ab"), event_id("a", "b", ""), event_id("b", "a")}) == 4
    )
    assert day_at(NOON) == date(2026, 11, 15)
