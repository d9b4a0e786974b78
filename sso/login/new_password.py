"""Putting another password in the place of a known one, and ending what it had opened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.errors import CurrentPasswordWrong
from identity.accounts.models import Account, AccountStatus
from identity.accounts.password_service import holder, set_password
from identity.accounts.passwords import Passwords
from identity.accounts.queries import get_account, hashes_not_to_repeat, subject_of
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import Database
from kernel.errors import Conflict
from sso.login.password_step import Proven
from sso.login.service import NewSession, SignIn, Visitor
from sso.sessions.endings import end_everything
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
        account = self.account_of(proven)
        hashed = self._hash(account, new, now)
        with self._database.transaction() as session:
            changed = self._put(session, account, hashed, Basis("asked for at sign-in"), now)
            return self._sign_in.open(session, changed, visitor, now)

    def change(self, me: SignedIn, current: str, new: str, now: datetime) -> str:
        """Slow on purpose. The new secret of the session, which alone of all goes on.

        Raises TooManyAttempts, CurrentPasswordWrong, PasswordRefused, PasswordChangedMeanwhile.
        """
        limits = [self._throttling.of_current_password(str(me.account.id))]
        with self._database.transaction() as session:
            count_attempt(session, limits, now=now)
        if not self._passwords.verify(me.account.password_hash, current).matches:
            raise CurrentPasswordWrong
        hashed = self._hash(me.account, new, now)
        with self._database.transaction() as session:
            basis = Basis("changed by its holder")
            self._put(session, me.account, hashed, basis, now, but=me.session.id)
            forget_attempts(session, limits)
            return renew_secret(session, me.session.id)

    def _hash(self, account: Account, new: str, now: datetime) -> str:
        """Raises PasswordRefused."""
        history = self._passwords.policy.history
        with self._database.transaction() as session:
            subject = subject_of(session, account, day=office_day(now))
            former = hashes_not_to_repeat(session, account, history)
        return self._passwords.hash(new, subject, former=former)

    def _put(
        self,
        session: Session,
        account: Account,
        hashed: str,
        basis: Basis,
        now: datetime,
        *,
        but: UUID | None = None,
    ) -> Account:
        """Raises AccountStateForbids, PasswordChangedMeanwhile."""
        changed = set_password(
            session,
            holder(account),
            account.id,
            hashed,
            now=now,
            keep=self._passwords.policy.history,
            basis=basis,
            instead_of=account.password_hash,
        )
        end_everything(session, account.id, EndReason.PASSWORD_CHANGED, now=now, but=but)
        return changed
