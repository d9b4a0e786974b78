"""The mailboxes behind the figures: as what they count, frozen with a month, and what differs."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel.database import uuid_array
from mail_admin.rate.mailboxes_sql import PLANNED, Chosen, Question, mailboxes
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.periods import Window
from mail_admin.rate.queries import KeptWindow
from mail_admin.rate.report import KINDS_OF_SCOPE, Scope
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.tree import Node

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
LIVE_COLUMNS = ", ".join(LIVE.get(name, name) for name in COLUMNS)
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
""")
FEW = text("""
SELECT :times * coalesce(sum(issued) FILTER (WHERE organisation_id = ANY(:wanted)), 0)
    <= coalesce(sum(issued), 0)
FROM mail_admin_rate_figure WHERE window_id = :window_id
""")
TIMES_QUICKER = 5
"""Reading a mailbox with all others than looking for it; measured in docs/performance.md."""
STANDINGS = """
SELECT account_id, status, on_leave, days_in_service, in_service, active FROM ({source}) AS mailbox
WHERE organisation_id = ANY(:counted_at) AND kind = ANY(:kinds)
"""


def freeze(session: Session, window_id: UUID, window: Window, settings: UsageRateSettings) -> int:
    """Write down every mailbox behind the figures of a month that ends. Answers how many."""
    question = ask(session, window, window.last_day, settings)
    statement = (
        f"{question.sql} INSERT INTO mail_admin_rate_mailbox (window_id, {', '.join(COLUMNS)})"
        f" SELECT :window_id, {LIVE_COLUMNS} FROM mailbox"
    )
    result: Any = session.execute(text(statement), question.values | {"window_id": window_id})
    return int(result.rowcount)


def ask(
    session: Session,
    window: Window,
    reference_day: date,
    settings: UsageRateSettings,
    chosen: Chosen | None = None,
) -> Question:
    session.execute(PLANNED)
    question = mailboxes(window, reference_day, settings, chosen)
    question.values["tree"] = uuid_array(session.scalars(IN_FORCE, {"day": reference_day}).all())
    return question


@dataclass(frozen=True, slots=True)
class Source:
    """Where mailboxes with their standing are read from."""

    head: str
    """What the statement begins with."""
    sql: str
    """Selects COLUMNS."""
    values: dict[str, Any]


def live(
    session: Session, kept: KeptWindow, binds: dict[str, Any], chosen: Chosen | None
) -> Source:
    question = ask(session, kept.window, kept.reference_day, kept.settings, chosen)
    return Source(question.sql, f"SELECT {LIVE_COLUMNS} FROM mailbox", binds | question.values)


def whom(organisations: Collection[UUID], scope: Scope) -> dict[str, Any]:
    kinds = [kind.value for kind in KINDS_OF_SCOPE[scope]]
    return {"counted_at": uuid_array(organisations), "kinds": kinds}


def are_few(session: Session, kept: KeptWindow, organisations: Collection[UUID]) -> bool:
    """Whether looking for their mailboxes one by one is quicker than reading whole tables."""
    if NOWHERE in organisations:
        return False  # whoever counts there is at many places
    values = {"window_id": kept.id, "wanted": uuid_array(organisations), "times": TIMES_QUICKER}
    return bool(session.scalar(FEW, values))


class Standing(NamedTuple):
    """As what a mailbox counts, and no more: there may be thousands to be compared."""

    status: str
    on_leave: bool
    days_in_service: int
    in_service: bool
    active: bool


def standings(
    session: Session, kept: KeptWindow, organisations: Sequence[Node], scope: Scope
) -> dict[UUID, Standing]:
    """By account."""
    nodes = {node.id: node for node in organisations}
    found = source(session, kept, nodes, scope)
    statement = text(found.head + STANDINGS.format(source=found.sql))
    rows = session.execute(statement, found.values).all()
    return {row[0]: Standing._make(row[1:]) for row in rows}


def source(
    session: Session, kept: KeptWindow, organisations: Collection[UUID], scope: Scope
) -> Source:
    """Of a closed month as it was closed, else as it is now."""
    binds = whom(organisations, scope)
    if kept.closed_at is not None:
        frozen = "SELECT * FROM mail_admin_rate_mailbox WHERE window_id = :window_id"
        return Source("", frozen, binds | {"window_id": kept.id})
    few = are_few(session, kept, organisations)
    chosen = Chosen.of_organisations(list(organisations)) if few else None
    return live(session, kept, binds, chosen)


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
    question = ask(session, kept.window, kept.window.last_day, kept.settings)
    then = ", ".join(f"old.{name} AS then_{name}" for name in COMPARED)
    now = ", ".join(f"fresh.{name} AS now_{name}" for name in COMPARED)
    differs = " OR ".join(f"old.{name} IS DISTINCT FROM fresh.{name}" for name in COMPARED)
    statement = f"""{question.sql}
        SELECT account.id, account.login, {then}, {now},
            coalesce(person.full_name, account.display_name) AS name,
            old.account_id IS NOT NULL AS was_there, fresh.account_id IS NOT NULL AS is_there
        FROM (SELECT * FROM mail_admin_rate_mailbox WHERE window_id = :window_id) AS old
        FULL JOIN (SELECT {LIVE_COLUMNS} FROM mailbox) AS fresh USING (account_id)
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
