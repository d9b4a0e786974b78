"""Which rows the directory does not show yet, and what came of writing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.directory.changes import Outcome
from identity.directory.registry import Desired, RowKind
from identity.projection import queue_group_changes
from kernel.clock import office_day

FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=10), timedelta(hours=1)

GONE = {
    RowKind.ORGANISATION: "valid_to <= :today",
    RowKind.ACCOUNT: "status = 'closed'",
    RowKind.GROUP: "EXISTS (SELECT FROM identity_organisation AS organisation"
    " WHERE organisation.id = organisation_id AND organisation.valid_to <= :today)",
}
"""Rows that shall have no entry."""
ORDER = {
    RowKind.ORGANISATION: "id",
    RowKind.ACCOUNT: "kind <> 'personal', id",  # custodians before what they keep
    RowKind.GROUP: "id",
}
HELD = "status IN ('suspended', 'closed') AND projected_dn IS NOT NULL"
"""Accounts whose people lose something when the change reaches the directory."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a run: the rows of a kind that are to stand, or those that are to go."""

    kind: RowKind
    removals: bool = False


PHASES = (
    Phase(RowKind.ORGANISATION),
    Phase(RowKind.ACCOUNT),
    Phase(RowKind.GROUP),
    Phase(RowKind.GROUP, removals=True),
    Phase(RowKind.ACCOUNT, removals=True),
    Phase(RowKind.ORGANISATION, removals=True),
)


def next_rows(
    session: Session, phase: Phase, now: datetime, limit: int, *, released_at: datetime | None
) -> list[UUID]:
    """Ids of rows to write now.

    With `released_at` the brake is on: accounts locked or closed after that moment wait.
    """
    gone = GONE[phase.kind] if phase.removals else f"({GONE[phase.kind]}) IS NOT TRUE"
    held = ""
    if phase.kind is RowKind.ACCOUNT and released_at is not None:
        held = f"AND NOT ({HELD} AND status_changed_at > :released_at)"
    statement = text(
        f"SELECT id FROM {phase.kind.value} WHERE revision <> projected_revision"
        f" AND (projection_retry_at IS NULL OR projection_retry_at <= :now) AND {gone} {held}"
        f" ORDER BY {ORDER[phase.kind]} LIMIT :limit"
    )
    parameters = {
        "now": now,
        "today": office_day(now),
        "limit": limit,
        "released_at": released_at,
    }
    return list(session.scalars(statement, parameters))


def record_outcomes(
    session: Session, kind: RowKind, written: Sequence[tuple[Desired, Outcome]], now: datetime
) -> None:
    """Note for exactly the revisions that were read what the directory now shows."""
    ids = [desired.id for desired, _ in written]
    queue_group_changes(session)
    lock = text(f"SELECT id FROM {kind.value} WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
    session.execute(lock, {"ids": ids})
    succeeded = [desired for desired, outcome in written if outcome.written]
    refused = [(desired, outcome) for desired, outcome in written if not outcome.written]
    if kind is RowKind.ACCOUNT:
        first = [desired.id for desired in succeeded if desired.entry and not desired.projected_dn]
        _touch_groups(session, first)
    if succeeded:
        _record_success(session, kind, succeeded)
    if refused:
        _record_refusal(session, kind, refused, now)


def _record_success(session: Session, kind: RowKind, rows: Sequence[Desired]) -> None:
    statement = text(
        f"UPDATE {kind.value} AS row SET projected_revision = done.revision,"
        " projected_dn = done.dn, projection_error = NULL, projection_attempts = 0,"
        " projection_retry_at = NULL"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[]), CAST(:dns AS text[]))"
        " AS done(id, revision, dn) WHERE row.id = done.id"
    )
    parameters = {
        "ids": [desired.id for desired in rows],
        "revisions": [desired.revision for desired in rows],
        "dns": [desired.entry.dn if desired.entry else None for desired in rows],
    }
    session.execute(statement, parameters)


def _record_refusal(
    session: Session, kind: RowKind, rows: Sequence[tuple[Desired, Outcome]], now: datetime
) -> None:
    statement = text(
        f"UPDATE {kind.value} AS row SET projection_error = done.code,"
        " projection_attempts = projection_attempts + 1,"
        " projection_retry_at = CAST(:now AS timestamptz)"
        " + least(:longest, :first * power(2, least(projection_attempts, 20)))"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[]), CAST(:codes AS text[]))"
        " AS done(id, revision, code) WHERE row.id = done.id AND row.revision = done.revision"
    )
    parameters = {
        "ids": [desired.id for desired, _ in rows],
        "revisions": [desired.revision for desired, _ in rows],
        "codes": [outcome.code for _, outcome in rows],
        "now": now,
        "first": FIRST_RETRY,
        "longest": LONGEST_RETRY,
    }
    session.execute(statement, parameters)


TOUCH_GROUPS = text("""
    WITH RECURSIVE line(id) AS (
        SELECT appointment.organisation_id FROM identity_appointment AS appointment
        JOIN identity_account AS account USING (person_id) WHERE account.id = ANY(:ids)
        UNION SELECT parent_id FROM identity_organisation JOIN line USING (id)
        WHERE parent_id IS NOT NULL
    )
    UPDATE identity_group SET revision = revision + 1 WHERE id IN (
        SELECT "group".id FROM identity_group AS "group" JOIN line ON line.id = organisation_id
        WHERE revision = projected_revision ORDER BY "group".id FOR NO KEY UPDATE OF "group"
    )
""")


def _touch_groups(session: Session, new_accounts: Sequence[UUID]) -> None:
    """Groups written before the entry of a member stood have to be written again."""
    if new_accounts:
        session.execute(TOUCH_GROUPS, {"ids": list(new_accounts)})
