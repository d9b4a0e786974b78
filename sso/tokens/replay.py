"""Identifiers of other parties' JWTs that must not come a second time."""

import hashlib
from datetime import UTC, datetime

from kernel.async_database import AsyncDatabase

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
        digest = hashlib.sha256(identifier.encode()).digest()
        values = (digest, datetime.fromtimestamp(until, UTC))
        async with self._database.connection() as connection:
            cursor = await connection.execute(USE, values)
            return await cursor.fetchone() is not None
