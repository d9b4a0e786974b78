"""Signing in: count the attempt, check the password, begin the session.

Three steps, since the check takes as long as it is meant to: one thing written before it, no
transaction during it, a transaction after it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from identity.accounts.actors import account_actor
from identity.accounts.models import Account, AccountStatus
from identity.accounts.password_age import password_state_now
from identity.accounts.password_service import replace_password_hash
from identity.accounts.passwords import Passwords, Verification
from identity.accounts.queries import (
    AccountForSignIn,
    find_account_for_sign_in,
    lock_account_for_sign_in,
)
from kernel.access import Actor, ActorKind
from kernel.clock import office_day
from kernel.database import Asked, Database
from kernel.errors import DomainError, Forbidden, Invalid
from sso.protocol.authorization import ACR_PASSWORD
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.service import (
    Browser,
    is_known_device,
    remember_device,
    replace_session,
    start_session,
)
from sso.settings import SignOnSettings
from sso.throttling.service import (
    Limit,
    Throttling,
    TooManyAttempts,
    count_attempt,
    note_success,
)

LOOKS = 2
"""At a password whose hash is renewed meanwhile."""
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
class Limits:
    """What an attempt is counted under: of a known browser alone, of a stranger in three ways."""

    own: Limit
    """Forgotten after a success."""
    login: tuple[Limit, ...] = ()
    """Taken back after a success."""
    address: tuple[Limit, ...] = ()
    """Counted after a failure."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt, before the password is checked."""

    account_id: UUID | None
    password_hash: str | None
    limits: Limits


class HashChanged(Exception):  # not a failure: the password is looked at once more
    """Another sign-in has kept the password by newer parameters, or it was changed."""

    def __init__(self, password_hash: str | None) -> None:
        super().__init__()
        self.password_hash = password_hash


@dataclass(frozen=True, slots=True)
class NewSession:
    account: Account | AccountForSignIn
    session_secret: str
    device_secret: str


@dataclass(frozen=True, slots=True)
class NewPasswordNeeded:
    """The password was right, and opens nothing but the choice of another one."""

    account: AccountForSignIn


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

    def __call__(
        self, identifier: str, password: str, visitor: Visitor, now: datetime
    ) -> NewSession | NewPasswordNeeded:
        """Slow on purpose. Raises TooManyAttempts, SignInRefused, AccountNotActive."""
        attempt = self.begin(identifier, visitor, now)
        for _ in range(LOOKS):
            verification = self.check(attempt, password)
            try:
                outcome = self.finish(attempt, verification, visitor, now)
            except HashChanged as changed:
                attempt = replace(attempt, password_hash=changed.password_hash)
                continue
            if verification.needs_rehash and isinstance(outcome, NewSession):
                self.renew_hash(attempt, password)
            return outcome
        raise SignInRefused

    def begin(self, identifier: str, visitor: Visitor, now: datetime) -> Attempt:
        """Raises TooManyAttempts."""
        device = visitor.device_secret
        with self._database.single_statements() as asked:
            account = find_account_for_sign_in(asked, identifier, day=office_day(now))
            account_id = account.id if account else NOBODY
            limits = (
                Limits(self._throttling.of_device(account_id, device or ""))
                if is_known_device(asked, account_id, device, now=now)
                else self._limits_of_strangers(identifier, visitor.browser.address or "", now)
            )
            counted = (limits.own, *limits.login)
            count_attempt(asked, counted, look_at=limits.address, now=now)
            return Attempt(
                account.id if account else None, account.password_hash if account else None, limits
            )

    def check(self, attempt: Attempt, password: str) -> Verification:
        """Slow on purpose, and as slow for an account that there is not."""
        return self._passwords.verify(attempt.password_hash, password)

    def finish(
        self, attempt: Attempt, verification: Verification, visitor: Visitor, now: datetime
    ) -> NewSession | NewPasswordNeeded:
        """Raises SignInRefused, AccountNotActive, TooManyAttempts, HashChanged."""
        if not verification.matches or attempt.account_id is None:
            raise self._refused(attempt, visitor.browser, now, SignInRefused())
        with self._database.driver_transaction() as asked:
            account = lock_account_for_sign_in(asked, attempt.account_id)
            if account.password_hash != attempt.password_hash:
                raise HashChanged(account.password_hash)
            if account.status is AccountStatus.ACTIVE:
                return self._let_in(asked, account, attempt.limits, visitor, now)
        raise self._refused(attempt, visitor.browser, now, AccountNotActive())

    def _let_in(
        self,
        asked: Asked,
        account: AccountForSignIn,
        limits: Limits,
        visitor: Visitor,
        now: datetime,
    ) -> NewSession | NewPasswordNeeded:
        """Raises TooManyAttempts."""
        note_success(
            asked, forget=[limits.own], take_back=limits.login, look_at=limits.address, now=now
        )
        state = password_state_now(asked, account, self._passwords.policy, now)
        if not state.opens_nothing:
            return self.open(asked, account, visitor, now)
        record_sign_on(
            asked,
            account_actor(account),
            SignOnAuditTag.PASSWORD_DUE,
            account.id,
            visitor.browser,
            condition=state.condition.value,
        )
        return NewPasswordNeeded(account)

    def open(
        self,
        asked: Asked,
        account: Account | AccountForSignIn,
        visitor: Visitor,
        now: datetime,
    ) -> NewSession:
        """A session for somebody whose password was right; the browser's former one ends."""
        browser, settings = visitor.browser, self._settings
        replace_session(asked, visitor.session_secret, settings=settings, now=now)
        started = start_session(
            asked,
            account.id,
            acr=ACR_PASSWORD,
            amr=["pwd"],
            browser=browser,
            settings=settings,
            now=now,
        )
        device = remember_device(
            asked,
            account.id,
            visitor.device_secret,
            browser=browser,
            settings=settings,
            now=now,
        )
        record_sign_on(asked, account_actor(account), SignOnAuditTag.SIGNED_IN, account.id, browser)
        return NewSession(account, started.secret, device)

    def renew_hash(self, attempt: Attempt, password: str) -> None:
        """Keep the password that was right by today's parameters. Slow on purpose."""
        if attempt.account_id is None or attempt.password_hash is None:
            return
        renewed = self._passwords.rehash(password)
        with self._database.transaction() as session:
            replace_password_hash(
                session, attempt.account_id, old_hash=attempt.password_hash, new_hash=renewed
            )

    def _limits_of_strangers(self, identifier: str, address: str, now: datetime) -> Limits:
        throttling = self._throttling
        return Limits(
            throttling.of_login_from(identifier, address),
            (throttling.of_login(identifier),),
            (throttling.of_address(address, now),),
        )

    def _refused(
        self, attempt: Attempt, browser: Browser, now: datetime, error: DomainError
    ) -> DomainError:
        """What to say, once it is recorded; what was typed may be a password.

        As long for an account that there is not. Of guesses that were all begun before the first
        failed, those beyond the limit of the address learn nothing.
        """
        with self._database.driver_transaction() as asked:
            actor = Actor(ActorKind.ACCOUNT, "unknown", frozenset())
            tag, account_id = SignOnAuditTag.REFUSED, attempt.account_id
            record_sign_on(asked, actor, tag, account_id, browser, code=error.code)
        try:
            with self._database.driver_transaction() as asked:
                count_attempt(asked, attempt.limits.address, now=now)
        except TooManyAttempts as too_many:
            return too_many
        return error
