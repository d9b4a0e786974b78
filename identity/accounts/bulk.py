"""Changes of many accounts at once: the rules of `service`, in a few statements.

Whoever calls has looked at every account under the lock of `lock_accounts`. What
identity/protection forbids is refused here too.
"""

import enum
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from identity.accounts.models import Account, AccountStatus, Mailbox, PasswordReset
from identity.accounts.service import AccountAuditTag
from identity.projection import queue_group_changes
from identity.protection.service import require_may_end, require_other, require_say
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis

APART: dict[str, Any] = {"synchronize_session": False}


class BulkAuditTag(enum.StrEnum):
    PASSWORD_DEMANDED = "account:password-demanded"  # noqa: S105  # a tag, no password


def one_of(column: InstrumentedAttribute[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    """However many: an array is a single parameter."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def lock_accounts(session: Session, ids: Collection[UUID]) -> None:
    """In one order, after whoever changes groups, so that nobody waits for each other."""
    queue_group_changes(session)
    statement = select(Account.id).where(one_of(Account.id, ids)).order_by(Account.id)
    session.execute(statement.with_for_update())


def suspend_accounts(
    session: Session, actor: Actor, ids: Collection[UUID], *, now: datetime, basis: Basis
) -> None:
    require_may_end(session, actor, *ids)
    change = update(Account).where(one_of(Account.id, ids))
    values = {"status": AccountStatus.SUSPENDED, "status_changed_at": now}
    session.execute(change.values(values), execution_options=APART)
    open_ones = (PasswordReset.consumed_at.is_(None), PasswordReset.revoked_at.is_(None))
    revoke = update(PasswordReset).where(one_of(PasswordReset.account_id, ids), *open_ones)
    session.execute(revoke.values(revoked_at=now), execution_options=APART)
    _record(session, actor, AccountAuditTag.SUSPENDED, ids, basis)


def reinstate_accounts(
    session: Session, actor: Actor, ids: Collection[UUID], *, now: datetime, basis: Basis
) -> None:
    """Each back to what it was: active when a password had been chosen, pending otherwise."""
    require_say(session, actor, *ids)
    for status, had_password in (
        (AccountStatus.ACTIVE, Account.password_hash.is_not(None)),
        (AccountStatus.PENDING, Account.password_hash.is_(None)),
    ):
        change = update(Account).where(
            one_of(Account.id, ids), Account.status == AccountStatus.SUSPENDED, had_password
        )
        values = {"status": status, "status_changed_at": now}
        session.execute(change.values(values), execution_options=APART)
    _record(session, actor, AccountAuditTag.REINSTATED, ids, basis)


def demand_new_passwords(
    session: Session, actor: Actor, ids: Collection[UUID], *, basis: Basis
) -> None:
    """Signing in opens nothing but the choice of a new password; mail goes on working."""
    require_other(actor, *ids)
    require_say(session, actor, *ids)
    change = update(Account).where(one_of(Account.id, ids))
    session.execute(change.values(password_must_change=True), execution_options=APART)
    _record(session, actor, BulkAuditTag.PASSWORD_DEMANDED, ids, basis)


def change_quotas(
    session: Session,
    actor: Actor,
    quotas: Mapping[UUID, tuple[int | None, int | None]],
    *,
    basis: Basis,
) -> None:
    """Account to what its quota was and what it becomes."""
    groups: dict[int | None, list[UUID]] = {}
    for account_id, (_, after) in quotas.items():
        groups.setdefault(after, []).append(account_id)
    for after, ids in groups.items():
        change = update(Mailbox).where(one_of(Mailbox.account_id, ids))
        session.execute(change.values(quota_bytes=after), execution_options=APART)
    details = [
        (account_id, {"before": before, "after": after})
        for account_id, (before, after) in quotas.items()
    ]
    audit.record_many(session, actor, AccountAuditTag.QUOTA_CHANGED, details, basis)


def _record(
    session: Session, actor: Actor, tag: enum.StrEnum, ids: Collection[UUID], basis: Basis
) -> None:
    nothing: dict[str, Any] = {}
    audit.record_many(session, actor, tag, [(one, nothing) for one in ids], basis)
