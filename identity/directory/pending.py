"""How much of the registry the directory does not show yet."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.organisations.models import Group, Organisation


def count_pending(session: Session) -> int:
    """Rows whose entry has still to be written, refused ones included."""
    return sum(
        session.scalar(select(func.count()).where(row.revision != row.projected_revision)) or 0
        for row in (Organisation, Account, Group)
    )
