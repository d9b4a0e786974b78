"""Mails on their way: each claimed, sent, and settled by itself."""

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

import structlog

from kernel.clock import Clock
from kernel.database import Database
from kernel.mailer import Mailer, MailNotConfigured, MailRefused, MailUnavailable
from kernel.return_path import MailKind, MailReference
from mail_admin.reminders import claims
from mail_admin.reminders.models import NoticeState
from mail_admin.reminders.planning import Mail

log = structlog.get_logger("reminders")


@dataclass
class Sent:
    """What became of a run."""

    sent: int = 0
    refused: int = 0
    not_due: int = 0
    """Their last one is too recent, somebody else sends them, or their address was refused."""
    by_kind: dict[str, int] = field(default_factory=dict)


class Sender:
    def __init__(self, database: Database, mailer: Mailer, clock: Clock) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock

    def send(self, mail: Mail, counts: Sent) -> None:
        """At most one of those who try it at the same time sends it.

        Raises MailUnavailable, MailNotConfigured; then the mail is as if nobody had tried.
        """
        now = self._clock()
        with self._database.transaction() as session:
            notice_id = claims.take(session, mail.claim, now)
        if notice_id is None:
            counts.not_due += 1
            return
        try:
            about = MailReference(MailKind.NOTICE, notice_id)
            self._mailer.send(self._compose(mail, notice_id, now), about)
        except MailRefused:
            log.info("mail-refused", kind=mail.claim.kind.value, subject=str(mail.claim.subject_id))
            self._settle(notice_id, NoticeState.REFUSED)
            counts.refused += 1
            return
        except (MailUnavailable, MailNotConfigured):
            with self._database.transaction() as session:
                claims.give_back(session, notice_id)
            raise
        self._settle(notice_id, NoticeState.SENT)
        counts.sent += 1
        kind = mail.claim.kind.value
        counts.by_kind[kind] = counts.by_kind.get(kind, 0) + 1

    def _settle(self, notice_id: UUID, state: NoticeState) -> None:
        with self._database.transaction() as session:
            claims.settle(session, notice_id, state, self._clock())

    def _compose(self, mail: Mail, notice_id: UUID, now: datetime) -> EmailMessage:
        """The Message-ID is that of the notice: sent twice after a crash it can be recognised."""
        message = self._mailer.compose(mail.claim.address, mail.subject, mail.text, now=now)
        domain = str(message["Message-ID"]).rstrip(">").rpartition("@")[2]
        del message["Message-ID"]
        message["Message-ID"] = f"<{notice_id}@{domain}>"
        return message
