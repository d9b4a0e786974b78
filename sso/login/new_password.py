"""Putting another password in the place of a known one, and ending what it had opened."""

from datetime import datetime

from sqlalchemy.orm import Session

from identity.accounts.errors import PasswordChangedMeanwhile, PasswordRefused
from identity.accounts.models import Account, AccountStatus
from identity.accounts.password_change import change_password, replace_password
from identity.accounts.passwords import Passwords
from identity.accounts.queries import get_account
from kernel.audit import Basis
from kernel.database import Database
from kernel.errors import Conflict
from sso.endings import end_everything
from sso.login.password_step import Proven
from sso.login.service import NewSession, SignIn, Visitor
from sso.sessions.models import EndReason
from sso.sessions.service import SignedIn, renew_secret
from sso.throttling.service import Throttling, count_attempt, forget_attempts


class PasswordStepOver(Conflict):
    code = "password-step-over"

    def __init__(self) -> None:
        super().__init__(
            "Đã quá thời gian đổi mật khẩu; hãy đăng nhập lại.",
            "The time to choose a new password is over; please sign in again.",
        )


class NewPassword:
    def __init__(
        self, database: Database, passwords: Passwords, sign_in: SignIn, throttling: Throttling
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._sign_in = sign_in
        self._throttling = throttling

    def account_of(self, proven: Proven | None) -> Account:
        """Whose right password has just been shown. Raises PasswordStepOver."""
        if proven is None:
            raise PasswordStepOver
        with self._database.transaction() as session:
            account = get_account(session, proven.account_id)
        if account.status is not AccountStatus.ACTIVE or not proven.is_still(account):
            raise PasswordStepOver
        return account

    def choose(
        self, proven: Proven | None, new: str, visitor: Visitor, now: datetime
    ) -> NewSession:
        """Instead of one that is too old: then sign in. Slow on purpose.

        Raises PasswordStepOver, PasswordRefused, PasswordChangedMeanwhile.
        """
        opened: list[NewSession] = []

        def then(session: Session, changed: Account) -> None:
            end_everything(session, changed.id, EndReason.PASSWORD_CHANGED, now=now)
            opened.append(self._sign_in.open(session, changed, visitor, now))

        replace_password(
            self._database,
            self._passwords,
            self.account_of(proven),
            new,
            now,
            basis=Basis("asked for at sign-in"),
            then=then,
        )
        return opened[0]

    def change(self, me: SignedIn, current: str, new: str, now: datetime) -> str:
        """Slow on purpose. The new secret of the session, which alone of all goes on.

        Raises TooManyAttempts, CurrentPasswordWrong, PasswordRefused, PasswordChangedMeanwhile.
        """
        limits = [self._throttling.of_current_password(me.account.id)]
        with self._database.transaction() as session:
            count_attempt(session, limits, now=now)
        renewed: list[str] = []

        def then(session: Session, changed: Account) -> None:
            end_everything(
                session, changed.id, EndReason.PASSWORD_CHANGED, now=now, but=me.session.id
            )
            forget_attempts(session, limits)
            renewed.append(renew_secret(session, me.session.id))

        try:
            change_password(
                self._database, self._passwords, me.account.id, current, new, now, then=then
            )
        except (PasswordRefused, PasswordChangedMeanwhile):  # the current one was right
            with self._database.transaction() as session:
                forget_attempts(session, limits)
            raise
        return renewed[0]
