"""Choosing a new password without the old one: by a single-use code, sent or handed over."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from identity.accounts import queries
from identity.accounts.actors import account_actor
from identity.accounts.errors import ResetCodeRejected, ResetNeedsActiveAccount
from identity.accounts.models import (
    Account,
    AccountKind,
    AccountStatus,
    PasswordReset,
    ResetChannel,
)
from identity.accounts.password_service import put_password, revoke_resets
from identity.accounts.passwords import Passwords, ResetSettings
from identity.people.models import Person
from identity.protection.service import require_other, require_say
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import Database, copy_rows, is_among
from kernel.tokens import new_code, normalise_code, token_hash

GROUPS_OF_LINK = 13
"""260 random bits: what is sent by mail is clicked, not typed."""
HOUR = timedelta(hours=1)
RESET_COLUMNS = ("id", "account_id", "channel", "code_hash", "issued_at", "expires_at")


class ResetAuditTag(enum.StrEnum):
    ISSUED = "account:password-reset-issued"
    NOT_SENT = "account:password-reset-not-sent"
    """The mail server did not take it; the code is gone."""
    RETURNED = "account:password-reset-returned"
    """The mail came back later; the code is gone, and the recovery address wants mending."""
    REDEEMED = "account:password-reset-redeemed"


@dataclass(frozen=True, slots=True)
class SentReset:
    """What the mail needs. The code exists in clear only here and in the mail."""

    id: UUID
    code: str
    login: str
    recovery_email: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"SentReset({self.id})"


def issue_reset(
    session: Session, account_id: UUID, settings: ResetSettings, *, now: datetime
) -> SentReset | None:
    """A code for the recovery mail; earlier ones of the account stop working.

    None where nothing may be sent: the account is not active or not a person's, has no recovery
    address, or has had its share for this hour.
    """
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or not _may_reset_by_mail(account):
        return None
    person = session.get_one(Person, account.person_id)
    if not person.recovery_email or _sent_since(session, account_id, now - HOUR) >= (
        settings.most_an_hour
    ):
        return None
    code = new_code(groups=GROUPS_OF_LINK)
    row = _issue(
        session,
        Actor.system("forgotten password"),
        account,
        code,
        ResetChannel.MAIL,
        now=now,
        lifetime=timedelta(minutes=settings.lifetime_minutes),
        basis=Basis("forgotten password"),
    )
    return SentReset(row.id, code, account.login, person.recovery_email, row.expires_at)


def _may_reset_by_mail(account: Account) -> bool:
    return account.kind is AccountKind.PERSONAL and account.status is AccountStatus.ACTIVE


def _sent_since(session: Session, account_id: UUID, moment: datetime) -> int:
    statement = select(func.count()).where(
        PasswordReset.account_id == account_id,
        PasswordReset.channel == ResetChannel.MAIL,
        PasswordReset.issued_at > moment,
    )
    return session.scalar(statement) or 0


def issue_office_reset(
    session: Session,
    actor: Actor,
    account_id: UUID,
    settings: ResetSettings,
    *,
    now: datetime,
    basis: Basis,
) -> tuple[str, datetime]:
    """A code for the administrator to hand over, and when it ends. Earlier codes stop working.

    The present password goes on working for mail, but signing in with it opens nothing but the
    choice of a new one: a mistaken reset locks nobody out. When a password is in wrong hands,
    suspend the account.
    Raises AccountNotFound, OwnAccountRefused, RoleHolderProtected, ResetNeedsActiveAccount:
    pending ones get an activation letter.
    """
    account = queries.get_account_for_update(session, account_id)
    require_other(actor, account_id)
    require_say(session, actor, account_id)
    if account.status is not AccountStatus.ACTIVE:
        raise ResetNeedsActiveAccount(account.login)
    account.password_must_change = True
    code = new_code()
    row = _issue(
        session,
        actor,
        account,
        code,
        ResetChannel.OFFICE,
        now=now,
        lifetime=timedelta(hours=settings.office_lifetime_hours),
        basis=basis,
    )
    return code, row.expires_at


def issue_office_resets(
    session: Session,
    actor: Actor,
    accounts: Sequence[Account],
    *,
    now: datetime,
    lifetime: timedelta,
    basis: Basis,
) -> list[str]:
    """The same for many at once, in a few statements; the codes in the same order.

    Raises ResetNeedsActiveAccount, OwnAccountRefused, RoleHolderProtected.
    """
    for account in accounts:
        if account.status is not AccountStatus.ACTIVE:
            raise ResetNeedsActiveAccount(account.login)
    ids = [account.id for account in accounts]
    require_other(actor, *ids)
    require_say(session, actor, *ids)
    apart = {"synchronize_session": False}
    demand = update(Account).where(is_among(Account.id, ids)).values(password_must_change=True)
    session.execute(demand, execution_options=apart)
    open_ones = (PasswordReset.consumed_at.is_(None), PasswordReset.revoked_at.is_(None))
    revoke = update(PasswordReset).where(is_among(PasswordReset.account_id, ids), *open_ones)
    session.execute(revoke.values(revoked_at=now), execution_options=apart)
    codes, ends = [new_code() for _ in accounts], now + lifetime
    rows = (
        (uuid4(), account_id, ResetChannel.OFFICE.value, _hash_of(code), now, ends)
        for account_id, code in zip(ids, codes, strict=True)
    )
    copy_rows(session, PasswordReset.__tablename__, RESET_COLUMNS, rows)
    details = {"channel": ResetChannel.OFFICE.value, "expires_at": ends.isoformat()}
    audit.record_many(session, actor, ResetAuditTag.ISSUED, [(one, details) for one in ids], basis)
    return codes


def _hash_of(code: str) -> bytes:
    return token_hash(normalise_code(code))


def _issue(
    session: Session,
    actor: Actor,
    account: Account,
    code: str,
    channel: ResetChannel,
    *,
    now: datetime,
    lifetime: timedelta,
    basis: Basis,
) -> PasswordReset:
    # who merely asks for a mail must not void what an administrator has handed over
    only = channel if channel is ResetChannel.MAIL else None
    revoke_resets(session, account.id, now, channel=only)
    row = PasswordReset(
        account_id=account.id,
        channel=channel,
        code_hash=_hash_of(code),
        issued_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        ResetAuditTag.ISSUED,
        account.id,
        basis,
        channel=channel.value,
        expires_at=row.expires_at.isoformat(),
    )
    return row


def discard_reset(session: Session, reset: SentReset, reason: str) -> None:
    """Take back a code whose mail could not be sent, so that it does not count for the hour."""
    statement = (
        delete(PasswordReset)
        .where(PasswordReset.id == reset.id)
        .returning(PasswordReset.account_id)
    )
    account_id = session.execute(statement).scalar_one_or_none()
    if account_id is not None:
        actor = Actor.system("forgotten password")
        audit.record(session, actor, ResetAuditTag.NOT_SENT, account_id, Basis(reason))


def record_returned_reset(session: Session, reset_id: UUID, failure: str, *, now: datetime) -> bool:
    """The mail with a code came back: nobody was meant to read it there. False when it is over.

    It goes on counting for the hour, so that nobody has us write to a dead address without end.
    """
    statement = (
        update(PasswordReset)
        .where(
            PasswordReset.id == reset_id,
            PasswordReset.channel == ResetChannel.MAIL,
            PasswordReset.consumed_at.is_(None),
            PasswordReset.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(PasswordReset.account_id)
    )
    account_id = session.execute(statement).scalar_one_or_none()
    if account_id is None:
        return False
    actor = Actor.system("returned mail")
    audit.record(session, actor, ResetAuditTag.RETURNED, account_id, Basis(failure))
    return True


def redeem_reset(
    database: Database,
    passwords: Passwords,
    code: str,
    new_password: str,
    now: datetime,
    *,
    then: Callable[[Session, Account], object] | None = None,
) -> Account:
    """Choose a new password by a code. Raises ResetCodeRejected, PasswordRefused.

    A refused password leaves the code good; of two people redeeming it at once one succeeds.
    `then` is done in the transaction of the change, such as ending what is open.
    """
    code_hash, history = token_hash(normalise_code(code)), passwords.policy.history
    with database.transaction() as session:
        account = queries.find_account_of_reset(session, code_hash, now)
        if account is None:
            raise ResetCodeRejected
        subject = queries.subject_of(session, account, day=office_day(now))
        former = queries.hashes_not_to_repeat(session, account, history)
    hashed = passwords.hash(new_password, subject, former=former)
    with database.transaction() as session:
        account = queries.get_account_for_update(session, account.id)
        channel = _consume(session, code_hash, now)
        if channel is None or account.status is not AccountStatus.ACTIVE:
            raise ResetCodeRejected
        put_password(session, account, hashed, now=now, keep=history)
        audit.record(
            session,
            account_actor(account),
            ResetAuditTag.REDEEMED,
            account.id,
            Basis("reset code"),
            channel=channel.value,
        )
        if then is not None:
            then(session, account)
        return account


def _consume(session: Session, code_hash: bytes, now: datetime) -> ResetChannel | None:
    statement = (
        update(PasswordReset)
        .where(
            PasswordReset.code_hash == code_hash,
            PasswordReset.consumed_at.is_(None),
            PasswordReset.revoked_at.is_(None),
            PasswordReset.expires_at > now,
        )
        .values(consumed_at=now)
        .returning(PasswordReset.channel)
    )
    return session.execute(statement).scalar_one_or_none()
