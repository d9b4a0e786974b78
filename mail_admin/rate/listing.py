"""Lists of the mailboxes behind a number: who counts, as what, and why.

Of a month that is not closed every mailbox is looked at anew. A page is found by looking at the
next ones in the order of the list, until it is full; only where hardly any is meant, at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database import uuid_array
from mail_admin.rate.mailboxes_sql import OF_ORGANISATIONS, Chosen
from mail_admin.rate.periods import Window
from mail_admin.rate.queries import KeptWindow, days_of
from mail_admin.rate.report import Scope
from mail_admin.rate.roster import CONDITIONS, MailboxState, Source, are_few, live, source, whom
from mail_admin.rate.tree import Node
from mail_admin.rate.use import MASKS

EVERYTHING = 1_000_000
FIRST_LOOK, LARGEST_LOOK = 512, 4096
"""Mailboxes looked at together; where a page needs more, it is quicker to read all of them."""
MORE_THAN_NEEDED = 1.25
LISTED = """
SELECT mailbox.*, account.login, coalesce(person.full_name, account.display_name) AS name,
    account.person_id
FROM ({source}) AS mailbox
JOIN identity_account AS account ON account.id = mailbox.account_id
LEFT JOIN identity_person AS person ON person.id = account.person_id
WHERE mailbox.organisation_id = ANY(:counted_at) AND mailbox.kind = ANY(:kinds)
    AND ({condition}) AND account.login COLLATE "C" > :after
ORDER BY account.login COLLATE "C" LIMIT :limit
"""
NEXT = """
SELECT account.id, account.login FROM {whose} WHERE account.kind = ANY(:kinds)
    AND account.login ~>~ :after ORDER BY account.login USING ~<~ LIMIT :most
"""
"""The operators compare bytes as the collation C does, and have an index."""
OF_ALL = "identity_account AS account"
OF_FEW = f"({OF_ORGANISATIONS}) AS account"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One mailbox with what makes it count or not."""

    account_id: UUID
    person_id: UUID | None
    """None for a mailbox of an organisation."""
    login: str
    name: str
    kind: str
    organisation_id: UUID
    organisation_code: str | None
    organisation_name: str
    status: str
    on_leave: bool
    days_in_service: int
    active_days: int
    in_service: bool
    active: bool
    polling_only: bool
    dormant_days: int
    moved_from: str | None
    """Name of the organisation on the first day, when that was another one."""
    used: dict[str, list[date]]
    """By web, program, sent, read: on which days."""


def list_mailboxes(
    session: Session,
    kept: KeptWindow,
    organisations: Sequence[Node],
    state: MailboxState = MailboxState.ISSUED,
    *,
    scope: Scope = Scope.BOTH,
    after: str = "",
    limit: int = EVERYTHING,
) -> list[RosterRow]:
    """In the order of logins; of a closed month as it was closed, else as it is now."""
    nodes = {node.id: node for node in organisations}
    wanted = Wanted(kept, list(nodes), state, scope)
    is_page = kept.closed_at is None and limit <= FIRST_LOOK
    rows = _page(session, wanted, after, limit) if is_page else _rest(session, wanted, after, limit)
    origins = _names(session, {row["moved_from"] for row in rows} - {None})
    return [_row(row, nodes[row["organisation_id"]], kept.window, origins) for row in rows]


@dataclass(frozen=True, slots=True)
class Wanted:
    kept: KeptWindow
    organisations: Sequence[UUID]
    state: MailboxState
    scope: Scope


def _page(session: Session, wanted: Wanted, after: str, limit: int) -> list[Any]:
    few = are_few(session, wanted.kept, wanted.organisations)
    statement = text(NEXT.format(whose=OF_FEW if few else OF_ALL))
    binds = whom(wanted.organisations, wanted.scope)
    found: list[Any] = []
    looked_at, most = 0, FIRST_LOOK
    while most <= LARGEST_LOOK:
        values = binds | {"wanted": uuid_array(wanted.organisations), "after": after, "most": most}
        following = session.execute(statement, values).all()
        chosen = Chosen.accounts([row.id for row in following])
        of_these = live(session, wanted.kept, binds, chosen)
        found += _read(session, of_these, wanted.state, after, limit - len(found))
        if len(found) == limit or len(following) < most:
            return found
        looked_at, after = looked_at + most, following[-1].login
        still = (limit - len(found)) * looked_at / max(len(found), 1)
        most = max(FIRST_LOOK, int(MORE_THAN_NEEDED * still))
    return found + _rest(session, wanted, after, limit - len(found))


def _rest(session: Session, wanted: Wanted, after: str, limit: int) -> list[Any]:
    all_of_them = source(session, wanted.kept, wanted.organisations, wanted.scope)
    return _read(session, all_of_them, wanted.state, after, limit)


def _read(
    session: Session, found: Source, state: MailboxState, after: str, limit: int
) -> list[Any]:
    statement = found.head + LISTED.format(source=found.sql, condition=CONDITIONS[state])
    values = found.values | {"after": after, "limit": limit}
    return [*session.execute(text(statement), values).mappings()]


def _names(session: Session, organisation_ids: set[UUID]) -> dict[UUID, str]:
    statement = text("SELECT id, name FROM identity_organisation WHERE id = ANY(:ids)")
    rows = session.execute(statement, {"ids": list(organisation_ids)})
    return {row.id: row.name for row in rows}


def _row(row: Any, node: Node, window: Window, origins: dict[UUID, str]) -> RosterRow:
    return RosterRow(
        account_id=row["account_id"],
        person_id=row["person_id"],
        login=row["login"],
        name=row["name"],
        kind=row["kind"],
        organisation_id=row["organisation_id"],
        organisation_code=node.code,
        organisation_name=node.name,
        status=row["status"],
        on_leave=row["on_leave"],
        days_in_service=row["days_in_service"],
        active_days=row["active_days"],
        in_service=row["in_service"],
        active=row["active"],
        polling_only=row["polling_only"],
        dormant_days=row["dormant_days"],
        moved_from=origins.get(row["moved_from"]),
        used={sign.value: days_of(row[column], window.starts_on) for sign, column in MASKS.items()},
    )
