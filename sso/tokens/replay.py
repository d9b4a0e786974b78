"""Identifiers of other parties' JWTs that must not come a second time."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.async_database import AsyncDatabase
from sso.tokens.models import UsedIdentifier

USE = """
INSERT INTO sso_used_identifier (digest, expires_at) VALUES (%s, %s)
ON CONFLICT (digest) DO NOTHING RETURNING digest
"""


class UsedIdentifiers:
    """Shared by all processes through the database; the worker forgets what has expired."""

    def __init__(self, database: AsyncDatabase) -> None:
        self._database = database

    async def use(self, identifier: str, until: float) -> bool:
        """False when it was used before. `until` in seconds since 1970: then it is void anyway."""
        values = (_digest(identifier), datetime.fromtimestamp(until, UTC))
        async with self._database.connection() as connection:
            cursor = await connection.execute(USE, values)
            return await cursor.fetchone() is not None


def use_identifier(session: Session, identifier: str, until: float) -> bool:
    """The same in a transaction of the caller, which keeps others waiting until it ends."""
    statement = (
        insert(UsedIdentifier)
        .values(digest=_digest(identifier), expires_at=datetime.fromtimestamp(until, UTC))
        .on_conflict_do_nothing()
        .returning(UsedIdentifier.digest)
    )
    return session.scalar(statement) is not None


def _digest(identifier: str) -> bytes:
    return hashlib.sha256(identifier.encode()).digest()
