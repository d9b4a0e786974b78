"""What all kinds of plans share when they are applied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import starmap
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Integer, Uuid, cast, func, update
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, Mailbox
from identity.accounts.service import AccountAuditTag
from identity.accounts.settings import MailboxSettings
from identity.addresses.models import Address, AddressRole
from identity.hr_import.models import ImportRow
from identity.hr_import.progress import Progress, counted
from identity.people.citizen_numbers import CitizenNumbers
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import copy_rows


@dataclass(frozen=True, slots=True)
class Context:
    """What all rows of one application share."""

    session: Session
    actor: Actor
    numbers: CitizenNumbers
    mailboxes: MailboxSettings
    basis: Basis
    day: date
    now: datetime
    plan_id: UUID
    progress: Progress


@dataclass(frozen=True, slots=True)
class NewAccount:
    kind: AccountKind
    display_name: str
    given: dict[str, Any]
    """`local_part`, `domain_id` and `policy_id` that the plan chose."""
    quota_bytes: int | None
    position: int
    """Of the row of the plan."""
    person_id: UUID | None = None
    organisation_id: UUID | None = None
    purpose: str | None = None


ACCOUNT_COLUMNS = (
    "id",
    "person_id",
    "organisation_id",
    "purpose",
    "kind",
    "login",
    "display_name",
    "status",
    "status_changed_at",
    "created_at",
)
MAILBOX_COLUMNS = ("account_id", "quota_bytes")
ADDRESS_COLUMNS = (
    "id",
    "account_id",
    "domain_id",
    "policy_id",
    "local_part",
    "role",
    "given_on",
)


def open_accounts(context: Context, wanted: Sequence[NewAccount]) -> None:
    """Pending accounts with mailbox and primary address, in bulk."""
    if not wanted:
        return
    opened = [(uuid4(), account) for account in wanted]
    copy = (
        (Account.__tablename__, ACCOUNT_COLUMNS, _account_row),
        (Mailbox.__tablename__, MAILBOX_COLUMNS, _mailbox_row),
        (Address.__tablename__, ADDRESS_COLUMNS, _address_row),
    )
    for table, columns, row in copy:
        rows: Iterable[tuple[Any, ...]] = starmap(partial(row, context), opened)
        if table == Account.__tablename__:
            rows = counted(rows, context.progress)
        copy_rows(context.session, table, columns, rows)
    _note_accounts(context, [(new.position, account_id) for account_id, new in opened])
    subjects = (
        (account_id, {"login": account.given["local_part"], "kind": account.kind.value})
        for account_id, account in opened
    )
    tag = AccountAuditTag.CREATED
    audit.record_many(context.session, context.actor, tag, subjects, context.basis)


def _note_accounts(context: Context, opened: Sequence[tuple[int, UUID]]) -> None:
    """Beside their rows of the plan, so that letters can be made for just these."""
    positions, ids = zip(*opened, strict=True)
    made = (
        func.unnest(cast(list(positions), ARRAY(Integer)), cast(list(ids), ARRAY(Uuid)))
        .table_valued("position", "account_id")
        .render_derived()
    )
    context.session.execute(
        update(ImportRow)
        .where(ImportRow.plan_id == context.plan_id, ImportRow.position == made.c.position)
        .values(account_id=made.c.account_id)
        .execution_options(synchronize_session=False)
    )


def _account_row(context: Context, account_id: UUID, account: NewAccount) -> tuple[Any, ...]:
    return (
        account_id,
        account.person_id,
        account.organisation_id,
        account.purpose,
        account.kind.value,
        account.given["local_part"],
        account.display_name,
        AccountStatus.PENDING.value,
        context.now,
        context.now,
    )


def _mailbox_row(_context: Context, account_id: UUID, account: NewAccount) -> tuple[Any, ...]:
    return (account_id, account.quota_bytes)


def _address_row(context: Context, account_id: UUID, account: NewAccount) -> tuple[Any, ...]:
    policy_id = account.given["policy_id"]
    return (
        uuid4(),
        account_id,
        UUID(account.given["domain_id"]),
        UUID(policy_id) if policy_id else None,
        account.given["local_part"],
        AddressRole.PRIMARY.value,
        context.day,
    )
