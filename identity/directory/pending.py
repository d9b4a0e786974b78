"""How much of the registry the directory does not show yet, and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.organisations.models import Group, Organisation
from identity.projection import Projected

MIRRORED: tuple[type[Organisation | Account | Group], ...] = (Organisation, Account, Group)


def _refused(row: type[Projected]) -> ColumnElement[bool]:
    """What was refused still waits, and there is an index of what waits."""
    return and_(row.revision != row.projected_revision, row.projection_error.is_not(None))


def count_pending(session: Session) -> int:
    """Rows whose entry has still to be written, refused ones included."""
    counts = (
        select(func.count()).where(row.revision != row.projected_revision) for row in MIRRORED
    )
    return sum(session.scalar(count) or 0 for count in counts)


def refusals(session: Session) -> dict[str, int]:
    """Rows that the directory refused, by reason."""
    found: dict[str, int] = {}
    for row in MIRRORED:
        statement = (
            select(row.projection_error, func.count())
            .where(_refused(row))
            .group_by(row.projection_error)
        )
        for code, count in session.execute(statement):
            found[str(code)] = found.get(str(code), 0) + count
    return found


@dataclass(frozen=True, slots=True)
class RefusedRow:
    kind: str
    """Table of the row."""
    id: UUID
    name: str
    code: str
    attempts: int
    retry_at: datetime | None


def list_refused(session: Session, limit: int) -> list[RefusedRow]:
    """Rows that the directory refused, with the reason; those tried most often first."""
    names = (
        (Organisation, Organisation.name),
        (Account, Account.display_name),
        (Group, Organisation.name),
    )
    found: list[RefusedRow] = []
    for row, name in names:
        statement = select(
            row.id, name, row.projection_error, row.projection_attempts, row.projection_retry_at
        ).where(_refused(row))
        if row is Group:
            statement = statement.join(Organisation, Organisation.id == Group.organisation_id)
        most = statement.order_by(row.projection_attempts.desc(), row.id).limit(limit)
        found += [
            RefusedRow(row.__tablename__, row_id, shown, str(code), attempts, retry_at)
            for row_id, shown, code, attempts, retry_at in session.execute(most)
        ]
    return sorted(found, key=lambda one: -one.attempts)[:limit]
