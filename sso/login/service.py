"""Signing in: count the attempt, check the password, begin the session.

Three steps, since the check takes as long as it is meant to: a transaction before it, none
during it, a transaction after it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity.accounts.models import Account, AccountStatus
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
from sso.throttling.service import Limit, Throttling, count_attempt, forget_attempts


class SignInRefused(Invalid):
    """The same for a wrong password and for an account that there is not."""

    code = "sign-in-refused"

    def __init__(self) -> None:
        super().__init__(
            "Tên đăng nhập hoặc mật khẩu không đúng.",
            "The login or the password is wrong.",
            place="password",
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

    def begin(
        self, identifier: str, device: str | None, browser: Browser, now: datetime
    ) -> Attempt:
        """Raises TooManyAttempts."""
        with self._database.transaction() as session:
            account = find_account_for_sign_in(session, identifier, day=office_day(now))
            known = account is not None and is_known_device(session, account.id, device, now=now)
            limits = self._limits(identifier, account, device if known else None, browser)
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
        self,
        attempt: Attempt,
        verification: Verification,
        *,
        replaces: str | None,
        device: str | None,
        browser: Browser,
        now: datetime,
    ) -> NewSession:
        """Raises SignInRefused, AccountNotActive."""
        if not verification.matches or attempt.account_id is None:
            self._note_refusal(attempt, browser)
            raise SignInRefused
        with self._database.transaction() as session:
            account = get_account_for_update(session, attempt.account_id)
            if account.password_hash != attempt.password_hash:  # changed meanwhile
                raise SignInRefused
            if account.status is not AccountStatus.ACTIVE:
                raise AccountNotActive
            forget_attempts(session, attempt.limits[:1])  # those of a whole address stay counted
            former = find_session(session, replaces, settings=self._settings, now=now)
            if former is not None:
                end_session(session, former.session.id, EndReason.REPLACED, now=now)
            _, secret = start_session(
                session,
                account.id,
                acr=ACR_PASSWORD,
                amr=["pwd"],
                browser=browser,
                settings=self._settings,
                now=now,
            )
            device = remember_device(
                session, account.id, device, browser=browser, settings=self._settings, now=now
            )
            record_sign_on(
                session, account_actor(account), SignOnAuditTag.SIGNED_IN, account.id, browser
            )
            return NewSession(account, secret, device)

    def _limits(
        self, identifier: str, account: Account | None, device: str | None, browser: Browser
    ) -> tuple[Limit, ...]:
        if account is not None and device is not None:
            return (self._throttling.of_device(str(account.id), device),)
        by_login = self._throttling.of_login(str(account.id) if account else identifier)
        return (by_login, self._throttling.of_address(browser.address or ""))

    def _note_refusal(self, attempt: Attempt, browser: Browser) -> None:
        if attempt.account_id is None:
            return  # what was typed may be anything, a password too: it is nowhere recorded
        with self._database.transaction() as session:
            actor = Actor(ActorKind.ACCOUNT, "unknown", frozenset())
            record_sign_on(session, actor, SignOnAuditTag.REFUSED, attempt.account_id, browser)


def account_actor(account: Account) -> Actor:
    return Actor(ActorKind.ACCOUNT, account.login, frozenset(), account.id)
