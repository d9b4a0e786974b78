"""What feeds the usage tables: events in order, with a token of how far they were read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from mail_admin.usage.events import Observed
from mail_admin.usage.log_progress import Progress

DATA_FAULTS = (
    *(DataError, IntegrityError),
    *(ValueError, ArithmeticError, LookupError, TypeError, RecursionError),
)
"""What is wrong with something that was read, and will be again. Whatever else PostgreSQL says,
such as that it is stopping or has no such table, is wrong with everything: that is waited out."""


def fault_name(error: BaseException) -> str:
    """By its kind: its words may quote what was read."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"{type(error).__name__} {state}" if state else type(error).__name__


@dataclass(slots=True)
class Batch:
    """What is counted in one transaction, and the token that is stored in the same one."""

    events: Sequence[Observed]
    token: Any = None
    faults: dict[str, int] = field(default_factory=dict)
    """Lines or records that said nothing, by the reason."""
    error: Exception | None = None
    """One of DATA_FAULTS that came of understanding it: something in it cannot be understood."""


class Source(Protocol):
    """Another mail server feeds us by one of these: a log, a queue, an interface that is asked."""

    @property
    def name(self) -> str:
        """Kept with each event: `dovecot`, `postfix`, or what else feeds us. 40 characters."""

    def resume(self, session: Session) -> None:
        """Begin after the last batch that was committed; called first, and after every failure."""

    def next_batch(self) -> Batch | None:
        """What happened since the batch before; None when nothing did. Never waits for more.

        After it has given one it is asked again only once that one is committed.
        """

    def commit(self, session: Session, batch: Batch) -> None:
        """Store the token, in the transaction that counts the batch.

        Raises PositionMoved when another reader has stored one meanwhile: nothing is counted then.
        """

    def committed(self, batch: Batch) -> None:
        """The transaction is through: the next batch begins after this one."""

    def narrow(self, batch: Batch) -> bool:
        """Something in it cannot be counted: give less at once, until it stands alone.

        False when the batch is the least that there is. `resume` follows.
        """

    def park(self, session: Session, batch: Batch, fault: str) -> None:
        """Note where what cannot be counted stands, in the transaction that passes over it."""

    def skip(self, session: Session, batch: Batch) -> None:
        """As `commit`, of what could not even be understood."""

    def progress(self) -> Progress | None:
        """For those who look after it; None when it cannot tell. Raises OSError."""

    def close(self) -> None: ...


class PositionMoved(Exception):  # never leaves the collector
    """Two readers at once: this one begins again from where the other has got to."""
