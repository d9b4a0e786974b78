"""What can be asked for an account: open, hand over, suspend, reinstate, close."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, true, update
from sqlalchemy.orm import Session

from identity.accounts import queries
from identity.accounts.errors import (
    AccountStateForbids,
    ActivationCodeRejected,
    CustodianAlready,
    CustodianPeriodInvalid,
)
from identity.accounts.models import (
    Account,
    AccountKind,
    AccountStatus,
    ActivationCode,
    Custodian,
    Mailbox,
)
from identity.accounts.password_service import forget_password, put_password, revoke_resets
from identity.people.models import Person
from identity.people.queries import get_person
from identity.projection import queue_group_changes
from identity.protection.service import require_may_end, require_say
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import is_among
from kernel.tokens import new_code, normalise_code, token_hash


class AccountAuditTag(enum.StrEnum):
    CREATED = "account:created"
    CODE_ISSUED = "account:activation-code-issued"
    ACTIVATED = "account:activated"
    SUSPENDED = "account:suspended"
    REINSTATED = "account:reinstated"
    CLOSED = "account:closed"
    RENAMED = "account:renamed"
    QUOTA_CHANGED = "account:quota-changed"
    CUSTODIAN_ADDED = "account:custodian-added"
    CUSTODIAN_ENDED = "account:custodian-ended"


@dataclass(frozen=True, slots=True)
class AccountForm:
    kind: AccountKind
    login: str
    display_name: str
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    purpose: str | None = None
    quota_bytes: int | None = None


def create_account(
    session: Session, actor: Actor, form: AccountForm, *, now: datetime, basis: Basis
) -> Account:
    """A pending account with its mailbox; the caller gives it an address from the ledger."""
    queue_group_changes(session)
    account = Account(
        id=uuid4(),
        kind=form.kind,
        login=form.login,
        display_name=form.display_name,
        status=AccountStatus.PENDING,
        status_changed_at=now,
        person_id=form.person_id,
        organisation_id=form.organisation_id,
        purpose=form.purpose,
        created_at=now,
    )
    session.add(account)
    session.flush()
    session.add(Mailbox(account_id=account.id, quota_bytes=form.quota_bytes))
    audit.record(
        session,
        actor,
        AccountAuditTag.CREATED,
        account.id,
        basis,
        login=form.login,
        kind=form.kind.value,
    )
    return account


def suspend_account(
    session: Session, actor: Actor, account_id: UUID, *, now: datetime, basis: Basis
) -> Account:
    """Close an account to sign-ins; mail is still received.

    Raises AccountNotFound, AccountStateForbids, and what `require_may_end` raises.
    """
    account = _change(
        session,
        actor,
        account_id,
        AccountStatus.SUSPENDED,
        tag=AccountAuditTag.SUSPENDED,
        now=now,
        basis=basis,
    )
    revoke_resets(session, account_id, now)
    return account


def reinstate_account(
    session: Session, actor: Actor, account_id: UUID, *, now: datetime, basis: Basis
) -> Account:
    """Back to what it was: active when a password had been chosen, pending otherwise.

    Raises AccountNotFound, AccountStateForbids, RoleHolderProtected.
    """
    account = queries.get_account_for_update(session, account_id)
    require_say(session, actor, account_id)
    if account.status is not AccountStatus.SUSPENDED:
        raise AccountStateForbids(account.login, account.status.value, AccountStatus.ACTIVE.value)
    status = AccountStatus.ACTIVE if account.password_hash else AccountStatus.PENDING
    account.change_status(status, now)
    audit.record(session, actor, AccountAuditTag.REINSTATED, account_id, basis)
    return account


def close_account(
    session: Session, actor: Actor, account_id: UUID, *, now: datetime, basis: Basis
) -> Account:
    """End an account for good. Its login and addresses stay in the ledger.

    Raises AccountNotFound, AccountStateForbids, and what `require_may_end` raises.
    """
    account = _change(
        session,
        actor,
        account_id,
        AccountStatus.CLOSED,
        tag=AccountAuditTag.CLOSED,
        now=now,
        basis=basis,
    )
    forget_password(session, account, now)
    revoke_codes(session, [account_id], now)
    return account


def _change(
    session: Session,
    actor: Actor,
    account_id: UUID,
    status: AccountStatus,
    *,
    tag: AccountAuditTag,
    now: datetime,
    basis: Basis,
) -> Account:
    queue_group_changes(session)
    account = queries.get_account_for_update(session, account_id)
    require_may_end(session, actor, account_id)
    account.change_status(status, now)
    audit.record(session, actor, tag, account_id, basis)
    return account


def revoke_codes(session: Session, account_ids: Sequence[UUID], now: datetime) -> None:
    """Activation codes that are open stop working."""
    session.execute(
        update(ActivationCode)
        .where(
            is_among(ActivationCode.account_id, account_ids),
            ActivationCode.consumed_at.is_(None),
            ActivationCode.revoked_at.is_(None),
        )
        .values(revoked_at=now),
        execution_options={"synchronize_session": False},  # else every loaded object is looked at
    )


def issue_activation_codes(
    session: Session,
    actor: Actor,
    accounts: Sequence[Account],
    *,
    now: datetime,
    lifetime: timedelta,
    basis: Basis,
) -> list[str]:
    """A fresh code for each pending account, in the same order; earlier codes stop working.

    The codes exist in clear only in what is returned.
    Raises AccountStateForbids when an account is not pending, RoleHolderProtected.
    """
    require_say(session, actor, *(account.id for account in accounts))
    for account in accounts:
        if account.status is not AccountStatus.PENDING:
            raise AccountStateForbids(
                account.login, account.status.value, AccountStatus.ACTIVE.value
            )
    revoke_codes(session, [account.id for account in accounts], now)
    codes = [new_code() for _ in accounts]
    session.add_all(
        ActivationCode(
            account_id=account.id,
            code_hash=token_hash(normalise_code(code)),
            issued_at=now,
            expires_at=now + lifetime,
        )
        for account, code in zip(accounts, codes, strict=True)
    )
    audit.record_many(
        session,
        actor,
        AccountAuditTag.CODE_ISSUED,
        [(account.id, {"expires_at": (now + lifetime).isoformat()}) for account in accounts],
        basis,
    )
    return codes


def activate_account(session: Session, code: str, password_hash: str, *, now: datetime) -> Account:
    """Consume a code and set the password that was chosen; a replay finds nothing to consume.

    Raises ActivationCodeRejected, also when the account is no longer pending.
    """
    statement = (
        update(ActivationCode)
        .where(
            ActivationCode.code_hash == token_hash(normalise_code(code)),
            ActivationCode.consumed_at.is_(None),
            ActivationCode.revoked_at.is_(None),
            ActivationCode.expires_at > now,
        )
        .values(consumed_at=now)
        .returning(ActivationCode.account_id)
    )
    account_id = session.execute(statement).scalar_one_or_none()
    if account_id is None:
        raise ActivationCodeRejected
    account = queries.get_account_for_update(session, account_id)
    if account.status is not AccountStatus.PENDING:
        raise ActivationCodeRejected
    account.change_status(AccountStatus.ACTIVE, now)
    put_password(session, account, password_hash, now=now, keep=0)
    actor = Actor.system(f"activation of {account.login}")
    audit.record(session, actor, AccountAuditTag.ACTIVATED, account_id, Basis("activation code"))
    return account


def rename_account(
    session: Session, actor: Actor, account_id: UUID, display_name: str, *, basis: Basis
) -> Account:
    """Change what an organisation or service account is called.

    Raises AccountNotFound, RoleHolderProtected.
    """
    account = queries.get_account_for_update(session, account_id)
    require_say(session, actor, account_id)
    before, account.display_name = account.display_name, display_name
    audit.record(session, actor, AccountAuditTag.RENAMED, account_id, basis, before=before)
    return account


def change_quota(
    session: Session, actor: Actor, account_id: UUID, quota_bytes: int | None, *, basis: Basis
) -> Mailbox:
    """Raises AccountNotFound."""
    queries.get_account_for_update(session, account_id)
    mailbox = session.get_one(Mailbox, account_id)
    before, mailbox.quota_bytes = mailbox.quota_bytes, quota_bytes
    audit.record(
        session,
        actor,
        AccountAuditTag.QUOTA_CHANGED,
        account_id,
        basis,
        before=before,
        after=quota_bytes,
    )
    return mailbox


def add_custodian(
    session: Session,
    actor: Actor,
    account_id: UUID,
    person_id: UUID,
    *,
    valid_from: date,
    valid_to: date | None,
    basis: Basis,
    custodian_id: UUID | None = None,
) -> Custodian:
    """Let a person act as an organisation account for a period; `custodian_id`: of the row.

    Raises AccountNotFound, AccountStateForbids, PersonNotFound, CustodianPeriodInvalid,
    CustodianAlready where the period overlaps one that the person has.
    """
    account = queries.get_account_for_update(session, account_id)
    if account.kind is not AccountKind.ORGANISATION or account.status is AccountStatus.CLOSED:
        raise AccountStateForbids(account.login, account.kind.value, "custodian")
    if valid_to is not None and valid_to <= valid_from:
        raise CustodianPeriodInvalid
    person = get_person(session, person_id)
    _expect_no_custodian(session, account_id, person, valid_from, valid_to)
    custodian = Custodian(
        id=custodian_id or uuid4(),
        account_id=account_id,
        person_id=person_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(custodian)
    audit.record(
        session,
        actor,
        AccountAuditTag.CUSTODIAN_ADDED,
        account_id,
        basis,
        person=str(person_id),
        valid_from=valid_from.isoformat(),
    )
    return custodian


def _expect_no_custodian(
    session: Session, account_id: UUID, person: Person, valid_from: date, valid_to: date | None
) -> None:
    of_person = Custodian.account_id == account_id, Custodian.person_id == person.id
    present = session.scalar(
        select(Custodian.valid_from)
        .where(
            *of_person,
            queries.lasts_a_day(),
            Custodian.valid_to.is_(None) | (Custodian.valid_to > valid_from),
            true() if valid_to is None else Custodian.valid_from < valid_to,
        )
        .order_by(Custodian.valid_from)
        .limit(1)
    )
    if present is not None:
        raise CustodianAlready(person.full_name, present)
    empty = delete(Custodian).where(*of_person, ~queries.lasts_a_day())
    session.execute(empty)  # else it would hold the first day


def end_custodian(
    session: Session, actor: Actor, account_id: UUID, person_id: UUID, *, on: date, basis: Basis
) -> None:
    """Raises AccountNotFound, CustodianPeriodInvalid; nothing happens when there is none."""
    queries.get_account_for_update(session, account_id)
    statement = select(Custodian).where(
        Custodian.account_id == account_id,
        Custodian.person_id == person_id,
        Custodian.valid_to.is_(None) | (Custodian.valid_to > on),
    )
    custodians = session.scalars(statement).all()
    if custodians and all(custodian.valid_from > on for custodian in custodians):
        raise CustodianPeriodInvalid
    for custodian in custodians:
        custodian.valid_to = max(on, custodian.valid_from)
        if custodian.valid_from >= on:  # not a day of it is left; the audit trail has it
            session.flush()  # what follows changes of custodians is told of the end
            session.delete(custodian)
        audit.record(
            session,
            actor,
            AccountAuditTag.CUSTODIAN_ENDED,
            account_id,
            basis,
            person=str(person_id),
        )
