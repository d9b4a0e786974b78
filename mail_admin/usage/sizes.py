"""How much the mailboxes hold, asked of Dovecot once a day: no event tells it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus
from kernel.clock import office_day
from mail_admin.usage.collector import Counting, Tally
from mail_admin.usage.events import Observed, event_id
from mail_admin.usage.models import EventKind

SOURCE = "doveadm"
AT_ONCE = 200


def measure_sizes(
    counting: Counting, used_bytes: Callable[[str], int | None], clock: Callable[[], datetime]
) -> Tally:
    """One measurement for each mailbox and day; a repetition on the same day changes nothing."""
    with counting.database.transaction() as session:
        logins = _logins(session)
    total = Tally()
    for begin in range(0, len(logins), AT_ONCE):
        measured = list(_measured(logins[begin : begin + AT_ONCE], used_bytes, clock))
        total.add(counting.count(SOURCE, measured))
    return total


def _logins(session: Session) -> list[str]:
    statement = (
        select(Account.login)
        .where(Account.kind != AccountKind.SERVICE, Account.status != AccountStatus.CLOSED)
        .order_by(Account.login)
    )
    return list(session.scalars(statement))


def _measured(
    logins: list[str], used_bytes: Callable[[str], int | None], clock: Callable[[], datetime]
) -> Iterator[Observed]:
    for login in logins:
        size, now = used_bytes(login), clock()
        if size is not None:
            key = event_id(SOURCE, login, office_day(now).isoformat())
            yield Observed(key, now.timestamp(), login, EventKind.STORED.value, 0, size)
