"""The mailboxes behind the figures: who counts and why, frozen with a month, and what differs."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from mail_admin.rate.mailboxes_sql import PLANNED, Question, mailboxes
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.periods import Window
from mail_admin.rate.queries import KeptWindow, days_of
from mail_admin.rate.report import KINDS_OF_SCOPE, Scope
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.tree import Node
from mail_admin.rate.use import MASKS

COLUMNS = (
    "account_id",
    "kind",
    "organisation_id",
    "moved_from",
    "status",
    "on_leave",
    "days_in_service",
    "active_days",
    "in_service",
    "active",
    "polling_only",
    "weekly_active",
    "dormant_days",
    "nearly_full",
    "web_days",
    "program_days",
    "sent_days",
    "read_days",
    "service_days",
)
LIVE = {"weekly_active": "used_7 AS weekly_active"}
COMPARED = (
    "organisation_id",
    "status",
    "on_leave",
    "days_in_service",
    "active_days",
    "in_service",
    "active",
)
"""What a correction shows when it differs."""


class MailboxState(enum.StrEnum):
    """Which of the mailboxes behind a number."""

    ISSUED = "issued"
    IN_SERVICE = "in-service"
    NOT_IN_SERVICE = "not-in-service"
    ACTIVE = "active"
    UNUSED = "unused"
    LOCKED = "locked"
    ON_LEAVE = "on-leave"
    NEVER_ACTIVATED = "never-activated"
    POLLING_ONLY = "polling-only"
    WEEKLY_ACTIVE = "weekly-active"
    DORMANT_30 = "dormant-30"
    DORMANT_60 = "dormant-60"
    DORMANT_90 = "dormant-90"
    NEARLY_FULL = "nearly-full"
    MOVED_IN = "moved-in"


CONDITIONS = {
    MailboxState.ISSUED: "true",
    MailboxState.IN_SERVICE: "in_service",
    MailboxState.NOT_IN_SERVICE: "NOT in_service",
    MailboxState.ACTIVE: "active",
    MailboxState.UNUSED: "in_service AND NOT active",
    MailboxState.LOCKED: "mailbox.status = 'suspended'",
    MailboxState.ON_LEAVE: "on_leave",
    MailboxState.NEVER_ACTIVATED: "mailbox.status = 'pending' AND mailbox.kind = 'personal'",
    MailboxState.POLLING_ONLY: "polling_only",
    MailboxState.WEEKLY_ACTIVE: "weekly_active",
    MailboxState.DORMANT_30: "dormant_days >= 30",
    MailboxState.DORMANT_60: "dormant_days >= 60",
    MailboxState.DORMANT_90: "dormant_days >= 90",
    MailboxState.NEARLY_FULL: "nearly_full",
    MailboxState.MOVED_IN: "moved_from IS NOT NULL",
}

IN_FORCE = text("""
SELECT organisation_id FROM identity_organisation_period
WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)
    AND (cast(:wanted AS uuid[]) IS NULL OR organisation_id = ANY(:wanted))
""")
FEW = text("""
SELECT :times * coalesce(sum(issued) FILTER (WHERE organisation_id = ANY(:wanted)), 0)
    <= coalesce(sum(issued), 0)
FROM mail_admin_rate_figure WHERE window_id = :window_id
""")
TIMES_QUICKER = 5
"""Reading a mailbox with all others than looking for it; measured in docs/performance.md."""
LISTED = """
SELECT mailbox.*, account.login, coalesce(person.full_name, account.display_name) AS name,
    account.person_id
FROM ({source}) AS mailbox
JOIN identity_account AS account ON account.id = mailbox.account_id
LEFT JOIN identity_person AS person ON person.id = account.person_id
WHERE mailbox.organisation_id = ANY(:wanted) AND mailbox.kind = ANY(:kinds)
    AND ({condition}) AND account.login COLLATE "C" > :after
ORDER BY account.login COLLATE "C" LIMIT :limit
"""
STANDINGS = """
SELECT account_id, status, on_leave, days_in_service, in_service, active FROM ({source}) AS mailbox
WHERE organisation_id = ANY(:wanted) AND kind = ANY(:kinds)
"""


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


def freeze(session: Session, window_id: UUID, window: Window, settings: UsageRateSettings) -> int:
    """Write down every mailbox behind the figures of a month that ends. Answers how many."""
    question, columns = _live(session, window, window.last_day, settings)
    statement = (
        f"{question.sql} INSERT INTO mail_admin_rate_mailbox (window_id, {', '.join(COLUMNS)})"
        f" SELECT :window_id, {columns} FROM mailbox"
    )
    result: Any = session.execute(text(statement), question.values | {"window_id": window_id})
    return int(result.rowcount)


def _live(
    session: Session,
    window: Window,
    reference_day: date,
    settings: UsageRateSettings,
    wanted: Sequence[UUID] | None = None,
) -> tuple[Question, str]:
    """The question and its columns; with `wanted` for those organisations alone."""
    session.execute(PLANNED)
    question = mailboxes(window, reference_day, settings, wanted)
    values = {"day": reference_day, "wanted": None if wanted is None else list(wanted)}
    question.values["tree"] = list(session.scalars(IN_FORCE, values))
    return question, ", ".join(LIVE.get(name, name) for name in COLUMNS)


@dataclass(frozen=True, slots=True)
class Standing:
    """As what a mailbox counts, and no more: there may be thousands to be compared."""

    status: str
    on_leave: bool
    days_in_service: int
    in_service: bool
    active: bool


def list_mailboxes(
    session: Session,
    kept: KeptWindow,
    organisations: Sequence[Node],
    state: MailboxState = MailboxState.ISSUED,
    *,
    scope: Scope = Scope.BOTH,
    after: str = "",
    limit: int = 1_000_000,
) -> list[RosterRow]:
    """In the order of logins; of a closed month as it was closed, else as it is now."""
    nodes = {node.id: node for node in organisations}
    head, source, values = _source(session, kept, nodes, scope)
    values |= {"after": after, "limit": limit}
    statement = head + LISTED.format(source=source, condition=CONDITIONS[state])
    rows = session.execute(text(statement), values).mappings().all()
    origins = _names(session, {row["moved_from"] for row in rows} - {None})
    return [
        _row(row, nodes[row["organisation_id"]], kept.window.starts_on, origins) for row in rows
    ]


def standings(
    session: Session, kept: KeptWindow, organisations: Sequence[Node], scope: Scope
) -> dict[UUID, Standing]:
    """By account, from where `list_mailboxes` reads."""
    nodes = {node.id: node for node in organisations}
    head, source, values = _source(session, kept, nodes, scope)
    rows = session.execute(text(head + STANDINGS.format(source=source)), values).all()
    return {account_id: Standing(*standing) for account_id, *standing in rows}


def _source(
    session: Session, kept: KeptWindow, organisations: Collection[UUID], scope: Scope
) -> tuple[str, str, dict[str, Any]]:
    """What a statement begins with, the rows it selects from, and what they bind."""
    values: dict[str, Any] = {
        "wanted": list(organisations),
        "kinds": [kind.value for kind in KINDS_OF_SCOPE[scope]],
    }
    if kept.closed_at is not None:
        values["window_id"] = kept.id
        return "", "SELECT * FROM mail_admin_rate_mailbox WHERE window_id = :window_id", values
    wanted = list(organisations) if _are_few(session, kept, organisations) else None
    question, columns = _live(session, kept.window, kept.reference_day, kept.settings, wanted)
    return question.sql, f"SELECT {columns} FROM mailbox", values | question.values


def _are_few(session: Session, kept: KeptWindow, organisations: Collection[UUID]) -> bool:
    """Whether looking for their mailboxes one by one is quicker than reading whole tables."""
    if NOWHERE in organisations:
        return False  # whoever counts there is at many places
    values = {"window_id": kept.id, "wanted": list(organisations), "times": TIMES_QUICKER}
    return bool(session.scalar(FEW, values))


def _names(session: Session, organisation_ids: set[UUID]) -> dict[UUID, str]:
    statement = text("SELECT id, name FROM identity_organisation WHERE id = ANY(:ids)")
    rows = session.execute(statement, {"ids": list(organisation_ids)})
    return {row.id: row.name for row in rows}


def _row(row: Any, node: Node, starts_on: date, origins: dict[UUID, str]) -> RosterRow:
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
        used={sign.value: days_of(row[column], starts_on) for sign, column in MASKS.items()},
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """A mailbox that would count otherwise now than when the month was closed."""

    account_id: UUID
    login: str
    name: str
    then: dict[str, Any] | None
    """None for one that was not there."""
    now: dict[str, Any] | None


def corrections(session: Session, kept: KeptWindow) -> list[Correction]:
    """Everything behind a closed month that differs from what is known today.

    By the definition of the time; so nothing has to be remembered for it.
    """
    question, columns = _live(session, kept.window, kept.window.last_day, kept.settings)
    then = ", ".join(f"old.{name} AS then_{name}" for name in COMPARED)
    now = ", ".join(f"fresh.{name} AS now_{name}" for name in COMPARED)
    differs = " OR ".join(f"old.{name} IS DISTINCT FROM fresh.{name}" for name in COMPARED)
    statement = f"""{question.sql}
        SELECT account.id, account.login, {then}, {now},
            coalesce(person.full_name, account.display_name) AS name,
            old.account_id IS NOT NULL AS was_there, fresh.account_id IS NOT NULL AS is_there
        FROM (SELECT * FROM mail_admin_rate_mailbox WHERE window_id = :window_id) AS old
        FULL JOIN (SELECT {columns} FROM mailbox) AS fresh USING (account_id)
        JOIN identity_account AS account ON account.id = account_id
        LEFT JOIN identity_person AS person ON person.id = account.person_id
        WHERE {differs} ORDER BY account.login"""
    values = question.values | {"window_id": kept.id}
    rows = session.execute(text(statement), values).mappings()
    return [
        Correction(
            row["id"],
            row["login"],
            row["name"],
            {name: row[f"then_{name}"] for name in COMPARED} if row["was_there"] else None,
            {name: row[f"now_{name}"] for name in COMPARED} if row["is_there"] else None,
        )
        for row in rows
    ]
