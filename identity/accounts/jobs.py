"""Mail about passwords, sent by the worker."""

from uuid import UUID

import procrastinate
import structlog
from sqlalchemy.orm import Session

from identity.accounts import reset_mail
from identity.accounts.passwords import ResetSettings
from identity.accounts.queries import find_account_for_sign_in
from identity.accounts.resets import SentReset, discard_reset, issue_reset
from kernel.clock import Clock, office_day
from kernel.database import Database
from kernel.errors import DomainError
from kernel.jobs import defer
from kernel.mailer import Mailer, MailUnavailable
from kernel.return_path import MailKind, MailReference

log = structlog.get_logger("passwords")


class PasswordJobs:
    """Registers the task; web processes defer it, worker processes run it."""

    def __init__(
        self,
        jobs: procrastinate.App,
        database: Database,
        mailer: Mailer,
        settings: ResetSettings,
        *,
        public_url: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._settings = settings
        self._public_url = public_url
        self._clock = clock
        retry = procrastinate.RetryStrategy(
            max_attempts=5, exponential_wait=4, retry_exceptions={MailUnavailable}
        )
        self._mail = jobs.task(name="identity.password-reset-mail", retry=retry)(self._run_mail)

    @property
    def can_send(self) -> bool:
        """Whether a forgotten password can be replaced by mail at all."""
        return self._mailer.is_configured

    def request_reset(self, session: Session, typed: str) -> None:
        """Somebody typed a login or an address and forgot the password.

        The same work whether or not an account is meant: one look-up and one job, which knows
        neither what was typed nor the code. Limit how often before calling.
        """
        account = find_account_for_sign_in(session, typed, day=office_day(self._clock()))
        defer(session, self._mail, account_id=str(account.id) if account else None)

    def _run_mail(self, account_id: str | None) -> None:
        """Every attempt sends a fresh code: that of a failed one may have leaked or arrived."""
        if account_id is None or not self.can_send:
            return
        with self._database.transaction() as session:
            reset = issue_reset(session, UUID(account_id), self._settings, now=self._clock())
        if reset is None:
            log.info("no reset mail for this account", account=account_id)
            return
        self._send(reset, account_id)

    def _send(self, reset: SentReset, account_id: str) -> None:
        try:
            mail = reset_mail.compose(
                self._mailer, reset, public_url=self._public_url, now=self._clock()
            )
            self._mailer.send(mail, MailReference(MailKind.PASSWORD_RESET, reset.id))
        except DomainError as error:
            log.warning("reset mail not sent", account=account_id, code=error.code)
            with self._database.transaction() as session:
                discard_reset(session, reset, error.code)
            if isinstance(error, MailUnavailable):
                raise
