"""Signing in: count the attempt, check the password, begin the session.

Three steps, since the check takes as long as it is meant to: a transaction before it, none
during it, a transaction after it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from identity.accounts.password_age import password_state
from identity.accounts.password_service import replace_password_hash
from identity.accounts.passwords import Passwords, Verification
from identity.accounts.queries import find_account_for_sign_in, get_account_for_update
from kernel.access import Actor, ActorKind
from kernel.clock import office_day
from kernel.database import Database
from kernel.errors import Forbidden, Invalid
from sso.protocol.authorization import ACR_PASSWORD
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.models import EndReason
from sso.sessions.service import (
    Browser,
    end_session,
    find_session,
    is_known_device,
    remember_device,
    start_session,
)
from sso.settings import SignOnSettings
from sso.throttling.service import (
    Limit,
    Throttling,
    count_attempt,
    forget_attempts,
    take_back_attempts,
)

NOBODY = UUID(int=0)
"""Asked about in place of an account that there is not."""


class SignInRefused(Invalid):
    """The same for a wrong password and for an account that there is not."""

    code = "sign-in-refused"

    def __init__(self) -> None:
        super().__init__(
            "Tên đăng nhập hoặc mật khẩu không đúng.",
            "The login or the password is wrong.",
        )


class AccountNotActive(Forbidden):
    """Said only to whoever knows the password."""

    code = "account-not-active"

    def __init__(self) -> None:
        super().__init__(
            "Tài khoản đang bị tạm khóa; hãy liên hệ bộ phận quản trị của cơ quan.",
            "The account is suspended; please ask the administrator of your organisation.",
        )


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser as it arrives: where from, and what its cookies say."""

    browser: Browser
    session_secret: str | None = None
    device_secret: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt, before the password is checked."""

    identifier: str
    account_id: UUID | None
    password_hash: str | None
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class NewSession:
    account: Account
    session_secret: str
    device_secret: str


@dataclass(frozen=True, slots=True)
class NewPasswordNeeded:
    """The password was right, and opens nothing but the choice of another one."""

    account: Account


class SignIn:
    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        throttling: Throttling,
        settings: SignOnSettings,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._throttling = throttling
        self._settings = settings

    def begin(self, identifier: str, visitor: Visitor, now: datetime) -> Attempt:
        """Raises TooManyAttempts."""
        device = visitor.device_secret
        with self._database.transaction() as session:
            account = find_account_for_sign_in(session, identifier, day=office_day(now))
            account_id = account.id if account else NOBODY
            known = is_known_device(session, account_id, device, now=now)
            limits = (
                (self._throttling.of_device(str(account_id), device or ""),)
                if known
                else self._limits_of_strangers(identifier, visitor.browser, now)
            )
            count_attempt(session, limits, now=now)
            return Attempt(
                identifier,
                account.id if account else None,
                account.password_hash if account else None,
                limits,
            )

    def check(self, attempt: Attempt, password: str) -> Verification:
        """Slow on purpose, and as slow for an account that there is not."""
        return self._passwords.verify(attempt.password_hash, password)

    def finish(
        self, attempt: Attempt, verification: Verification, visitor: Visitor, now: datetime
    ) -> NewSession | NewPasswordNeeded:
        """Raises SignInRefused, AccountNotActive."""
        if not verification.matches or attempt.account_id is None:
            self._note_refusal(attempt, visitor.browser)
            raise SignInRefused
        with self._database.transaction() as session:
            account = get_account_for_update(session, attempt.account_id)
            if account.password_hash != attempt.password_hash:  # changed meanwhile
                raise SignInRefused
            if account.status is not AccountStatus.ACTIVE:
                raise AccountNotActive
            forget_attempts(session, attempt.limits[:1])
            take_back_attempts(session, attempt.limits[1:], now=now)  # others' stay counted
            state = password_state(account, self._passwords.policy, now)
            if state.opens_nothing:
                record_sign_on(
                    session,
                    account_actor(account),
                    SignOnAuditTag.PASSWORD_DUE,
                    account.id,
                    visitor.browser,
                    condition=state.condition.value,
                )
                return NewPasswordNeeded(account)
            return self.open(session, account, visitor, now)

    def open(
        self, session: Session, account: Account, visitor: Visitor, now: datetime
    ) -> NewSession:
        """A session for somebody whose password was right; the browser's former one ends."""
        former = find_session(session, visitor.session_secret, settings=self._settings, now=now)
        if former is not None:
            end_session(session, former.session.id, EndReason.REPLACED, now=now)
        _, secret = start_session(
            session,
            account.id,
            acr=ACR_PASSWORD,
            amr=["pwd"],
            browser=visitor.browser,
            settings=self._settings,
            now=now,
        )
        device = remember_device(
            session,
            account.id,
            visitor.device_secret,
            browser=visitor.browser,
            settings=self._settings,
            now=now,
        )
        record_sign_on(
            session, account_actor(account), SignOnAuditTag.SIGNED_IN, account.id, visitor.browser
        )
        return NewSession(account, secret, device)

    def renew_hash(self, attempt: Attempt, password: str) -> None:
        """Keep the password that was right by today's parameters. Slow on purpose."""
        if attempt.account_id is None or attempt.password_hash is None:
            return
        renewed = self._passwords.rehash(password)
        with self._database.transaction() as session:
            replace_password_hash(
                session, attempt.account_id, old_hash=attempt.password_hash, new_hash=renewed
            )

    def _limits_of_strangers(
        self, identifier: str, browser: Browser, now: datetime
    ) -> tuple[Limit, ...]:
        by_login = self._throttling.of_login(identifier)
        return (by_login, self._throttling.of_address(browser.address or "", now))

    def _note_refusal(self, attempt: Attempt, browser: Browser) -> None:
        """As long for an account that there is not; what was typed may be a password."""
        with self._database.transaction() as session:
            actor = Actor(ActorKind.ACCOUNT, "unknown", frozenset())
            record_sign_on(session, actor, SignOnAuditTag.REFUSED, attempt.account_id, browser)


def account_actor(account: Account) -> Actor:
    return Actor(ActorKind.ACCOUNT, account.login, frozenset(), account.id)
