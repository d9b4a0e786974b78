"""How much of the registry the directory does not show yet, and why."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.organisations.models import Group, Organisation

MIRRORED: tuple[type[Organisation | Account | Group], ...] = (Organisation, Account, Group)


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
            .where(row.projection_error.is_not(None))
            .group_by(row.projection_error)
        )
        for code, count in session.execute(statement):
            found[str(code)] = found.get(str(code), 0) + count
    return found
