"""Tells the mail servers what they cannot read in the directory, again and again."""

from datetime import timedelta
from threading import Event

import structlog

from identity.accounts.models import AccountKind, AccountStatus
from kernel.clock import Clock, office_day
from kernel.database import Database
from mail_admin.server import custodians, queries
from mail_admin.server.doveadm import Doveadm
from mail_admin.server.errors import MailServersUnavailable
from mail_admin.server.queries import Due

BATCH = 100
PAUSE_SECONDS = 1.0
"""Between two looks: a suspended person's open sessions end within 5 s, the directory included."""
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)
ENDED = {AccountStatus.SUSPENDED, AccountStatus.CLOSED}

log = structlog.get_logger()


class Follower:
    """Level-triggered: it looks at which revision the servers were told, never at what happened.

    Everything it does may be done twice, also by two workers at once.
    """

    def __init__(self, database: Database, doveadm: Doveadm, clock: Clock) -> None:
        self._database = database
        self._doveadm = doveadm
        self._clock = clock

    def run_until(self, stop: Event) -> None:
        while not stop.is_set():
            if not self.run():
                stop.wait(PAUSE_SECONDS)

    def run(self) -> int:
        """Tell what is due; gives how many accounts. A server that is down is tried again later."""
        with self._database.transaction() as session:
            batch = queries.due_accounts(session, self._clock(), BATCH)
        done = 0
        for due in batch:
            try:
                self._follow(due)
            except MailServersUnavailable as error:
                self._put_off(due, error)
                break  # the others would wait for the same server
            done += 1
        return done

    def _follow(self, due: Due) -> None:
        """Raises MailServersUnavailable."""
        closing = {due.login} if due.status in ENDED else set()
        if due.kind is AccountKind.ORGANISATION:
            today = office_day(self._clock())
            with self._database.transaction() as session:
                wanted = queries.custodian_logins(session, due.account_id, today)
            closing |= custodians.apply(self._doveadm, due.login, wanted)
        self._doveadm.end_sessions(sorted(closing))
        with self._database.transaction() as session:
            queries.record_applied(session, due.account_id, due.revision, self._clock())
        log.info("mail-servers-told", login=due.login, status=due.status.value)

    def _put_off(self, due: Due, error: MailServersUnavailable) -> None:
        pause = min(FIRST_RETRY * 2 ** min(due.attempts, 10), LONGEST_RETRY)
        with self._database.transaction() as session:
            queries.record_failed(session, due, self._clock() + pause)
        log.warning("mail-servers-unavailable", login=due.login, reason=str(error))
