"""Understands Postfix's log: who sent, how much, and for how many recipients outside.

Three lines tell of one message, apart by seconds or by days: smtpd says who signed in, qmgr the
size and the sender, smtp each recipient handed over. What was said before is kept by queue id until
the message is removed, and stored, so that nothing is lost between two processes of ours.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from identity.addresses.models import MailDomain
from kernel.database import driver_connection, errors_of_sqlalchemy
from mail_admin.usage.events import Observed, event_id, plain_name
from mail_admin.usage.log_time import YearlessTimes, iso_moment, queued_at
from mail_admin.usage.models import EventKind, QueuedMessage
from mail_admin.usage.settings import UsageSettings

SOURCE = "postfix"
LINE = re.compile(
    r"(?:(\w{3} [ \d]\d [\d:]{8})|(\d{4}-\S+)) \S+ [\w./-]*?"
    r"(smtpd|qmgr|smtp)\[\d+\]: (?:\[[^]]*\] )?([0-9A-Za-z]{6,40}): (.*)",
    re.DOTALL,
)
SIGNED_IN = re.compile(r"client=\S+,.* sasl_username=([^,\s]+)")
QUEUED = re.compile(r"from=<([^>]*)>, size=(\d{1,15}), nrcpt=\d+ ")
HANDED_OVER = re.compile(r"to=<([^>]*)>,.* status=sent ")
DOMAINS_SECONDS = 60.0

STORE = """
INSERT INTO mail_admin_queued_message (source, queue_id, login, sender, at)
SELECT %s, queue_id, login, sender, to_timestamp(at)
FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[]) AS told (queue_id, login, sender, at)
ORDER BY queue_id
ON CONFLICT (source, queue_id)
DO UPDATE SET login = excluded.login, sender = excluded.sender, at = excluded.at
"""
REMOVE = "DELETE FROM mail_admin_queued_message WHERE source = %s AND queue_id = ANY(%s)"
FORGET = text("DELETE FROM mail_admin_queued_message WHERE at < :before")
"""Postfix gives a message up after five days (maximal_queue_lifetime)."""


class Queued(NamedTuple):
    login: str
    sender: str
    """Empty until the queue manager has told it."""
    at: float


class PostfixReader:
    remembers = True

    def __init__(self, settings: UsageSettings, clock: Callable[[], datetime]) -> None:
        self._times = YearlessTimes(ZoneInfo(settings.postfix_time_zone), clock)
        self._more_inside = {name.lower() for name in settings.inside_domains}
        self._clock = clock
        self._inside: set[str] = set()
        self._inside_since = float("-inf")
        self._queue: dict[str, Queued] = {}
        self._changed: set[str] = set()
        self._stored: set[str] = set()

    def resume(self, session: Session) -> None:
        rows = session.scalars(select(QueuedMessage).where(QueuedMessage.source == SOURCE))
        self._queue = {
            row.queue_id: Queued(row.login, row.sender, row.at.timestamp()) for row in rows
        }
        self._stored = set(self._queue)
        self._changed = set()
        self._learn_domains(session)

    def commit(self, session: Session) -> None:
        cursor = driver_connection(session)
        kept = [key for key in self._changed if key in self._queue]
        gone = [key for key in self._changed if key not in self._queue and key in self._stored]
        with errors_of_sqlalchemy("queued messages"):
            if kept:
                logins, senders, moments = zip(*(self._queue[key] for key in kept), strict=True)
                cursor.execute(STORE, [SOURCE, kept, list(logins), list(senders), list(moments)])
            if gone:
                cursor.execute(REMOVE, [SOURCE, gone])
        self._stored.update(kept)
        self._stored.difference_update(gone)
        self._changed = set()
        self._learn_domains(session)

    def _learn_domains(self, session: Session) -> None:
        now = self._clock().timestamp()
        if now - self._inside_since > DOMAINS_SECONDS:
            self._inside = {*self._more_inside, *session.scalars(select(MailDomain.name))}
            self._inside_since = now

    def read(self, lines: Sequence[str]) -> tuple[list[Observed], Counter[str]]:
        events: list[Observed] = []
        faults: Counter[str] = Counter()
        for line in lines:
            found = LINE.match(line)
            if found is None:
                continue
            syslog, iso, program, queue_id, said = found.groups()
            if program == "smtpd":
                if signed := SIGNED_IN.match(said):
                    at = queued_at(queue_id)
                    if at is None:
                        at = self._times.moment(syslog) if syslog else iso_moment(iso)
                    if at is None:
                        faults["malformed"] += 1
                        continue
                    self._keep(queue_id, Queued(plain_name(signed[1]) or "", "", at))
            elif queue_id in self._queue:
                if program == "qmgr":
                    events += self._managed(queue_id, said)
                else:
                    events += self._handed_over(queue_id, said)
        return events, faults

    def _managed(self, queue_id: str, said: str) -> list[Observed]:
        if said == "removed":
            del self._queue[queue_id]
            self._changed.add(queue_id)
            return []
        found, message = QUEUED.match(said), self._queue[queue_id]
        if found is None or message.sender:  # told again at every attempt
            return []
        message = message._replace(sender=plain_name(found[1]) or "<>")
        self._keep(queue_id, message)
        return self._of_both(message, EventKind.SENT.value, (queue_id,), int(found[2]))

    def _handed_over(self, queue_id: str, said: str) -> list[Observed]:
        found = HANDED_OVER.match(said)
        if found is None or found[1].rpartition("@")[2].lower() in self._inside:
            return []
        # the answer of the other server in it makes the id say nothing of the recipient
        return self._of_both(
            self._queue[queue_id], EventKind.SENT_OUTSIDE.value, (queue_id, said), 0
        )

    @staticmethod
    def _of_both(message: Queued, kind: str, key: tuple[str, ...], size: int) -> list[Observed]:
        """For whoever signed in, and for the mailbox they sent as if that is another one."""
        login, sender, at = message
        moment = f"{at:.6f}"  # short queue ids come again
        events = [Observed(event_id(SOURCE, kind, moment, *key), at, login, kind, 1, size)]
        if sender and "@" in sender:
            own = event_id(SOURCE, kind, "as", moment, *key)
            events.append(Observed(own, at, sender, kind, 1, size, unless=login))
        return events

    def _keep(self, queue_id: str, message: Queued) -> None:
        self._queue[queue_id] = message
        self._changed.add(queue_id)


def forget_old(session: Session, before: datetime) -> None:
    session.execute(FORGET, {"before": before.astimezone(UTC)})
