"""Mailboxes that exist for the usage tables alone, and a clock."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from kernel.database import Database
from mail_admin.usage.events import Counted, day_at, event_id
from mail_admin.usage.partitions import Partitions

NOON = datetime(2026, 11, 15, 5, 0, tzinfo=UTC).timestamp()
MAILBOXES = [str(UUID(int=number + 1)) for number in range(5)]


def counted(
    name: str, kind: str, at: float = NOON, *, mailbox: int = 0, amount: int = 1, size: int = 0
) -> Counted:
    """An event whose id is its name."""
    return Counted(day_at(at), event_id(name), at, MAILBOXES[mailbox], kind, amount, size)


@dataclass(frozen=True, slots=True)
class Shuffler:
    random: random.Random

    def batches(self, events: list[Counted], repetition: float) -> Iterator[list[Counted]]:
        """All of them in any order, some of them again, in batches of any size."""
        told = events + [one for one in events if self.random.random() < repetition]
        self.random.shuffle(told)
        while told:
            size = self.random.randint(1, max(1, len(told)))
            yield told[:size]
            told = told[size:]


@pytest.fixture
def partitions(db: Database) -> Partitions:
    return Partitions(db)
