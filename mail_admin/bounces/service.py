"""A mail of ours came back: what was sent is known to have reached nobody."""

from dataclasses import dataclass

import structlog

from identity.accounts.resets import record_returned_reset
from kernel.clock import Clock
from kernel.database import Database
from kernel.return_path import MailKind, MailReference, ReturnPath
from mail_admin.bounces.report import Failure, read_report
from mail_admin.reminders.claims import come_back

log = structlog.get_logger("bounces")


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    database: Database
    return_path: ReturnPath
    clock: Clock

    def take(self, recipient: str, content: bytes) -> None:
        """Repeating it changes nothing. Nothing of the content is kept or logged.

        Raises SQLAlchemyError.
        """
        mail = self.return_path.read(recipient)
        if mail is None:
            log.info("returned-to-nothing-of-ours")
            return
        failure = read_report(content)
        if failure is None:
            log.info("returned-without-failure", kind=mail.kind.name, id=str(mail.id))
            return
        changed = self._record(mail, failure)
        log.info(
            "mail-came-back",
            kind=mail.kind.name,
            id=str(mail.id),
            status=failure.status,
            changed=changed,
        )

    def _record(self, mail: MailReference, failure: Failure) -> bool:
        now = self.clock()
        with self.database.transaction() as session:
            if mail.kind is MailKind.NOTICE:
                return come_back(
                    session, mail.id, failure.status, now, for_good=failure.is_for_good
                )
            return record_returned_reset(session, mail.id, failure.status, now=now)
