"""What people allowed clients to be told, where a client has to ask."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from sso.clients.models import Consent


def given(session: Session, account_id: UUID, client_id: UUID) -> set[str]:
    statement = select(Consent.scopes).where(
        Consent.account_id == account_id, Consent.client_id == client_id
    )
    return set(session.scalar(statement) or ())


def give(
    session: Session, account_id: UUID, client_id: UUID, scopes: Collection[str], *, now: datetime
) -> None:
    """Adds to what was given before, also by another page at the same moment."""
    statement = insert(Consent).values(
        id=uuid4(),
        account_id=account_id,
        client_id=client_id,
        scopes=sorted(set(scopes)),
        granted_at=now,
    )
    both = func.unnest(Consent.scopes + statement.excluded.scopes).column_valued("name")
    united = func.array(select(both).distinct().order_by(both).scalar_subquery())
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "client_id"],
            set_={"scopes": united, "granted_at": now},
        )
    )


def withdraw(session: Session, account_id: UUID, client_id: UUID) -> None:
    session.execute(
        delete(Consent).where(Consent.account_id == account_id, Consent.client_id == client_id)
    )
