"""Rotation of refresh tokens (RFC 9700 section 4.14.2), many requests in one transaction.

One UPDATE decides for each token whether it is the one in force; a commit for every request
would flush the disk as often. A token that was followed by its successor is either a retry of a
client that never got the answer, and gets the same answer again while the successor is unused
and the moment is near, or is used by two parties, and then nobody keeps the grant.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row

from kernel.async_database import AsyncDatabase
from kernel.clock import Clock
from sso.settings import SignOnSettings
from sso.tokens.issuing import GrantView
from sso.tokens.minting import Authentication
from sso.tokens.refresh import RefreshToken

ROTATE = """
WITH asked AS (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(generations)s::int[], %(clients)s::uuid[],
        %(thumbprints)s::text[], %(certificates)s::text[]
    ) AS asked(id, generation, client_id, thumbprint, certificate)
), owned AS (
    SELECT sso_grant.*, asked.generation AS asked_generation
    FROM asked JOIN sso_grant USING (id)
    WHERE sso_grant.client_id = asked.client_id
        AND (dpop_thumbprint IS NULL OR dpop_thumbprint = asked.thumbprint)
        AND (certificate_thumbprint IS NULL OR certificate_thumbprint = asked.certificate)
    ORDER BY id FOR NO KEY UPDATE OF sso_grant  -- in one order, or two batches wait for each other
), rotated AS (
    UPDATE sso_grant SET generation = sso_grant.generation + 1, refreshed_at = %(now)s
    FROM owned
    WHERE sso_grant.id = owned.id AND sso_grant.generation = owned.asked_generation
        AND sso_grant.revoked_at IS NULL AND sso_grant.expires_at > %(now)s
        AND NOT sso_grant.needs_check
    RETURNING sso_grant.id, owned.asked_generation
)
SELECT owned.id, account_id, actor_account_id, participation_id, scope, resources,
    authenticated_at, acr, amr, generation, asked_generation, refreshed_at, needs_check,
    revoked_at IS NULL AND expires_at > %(now)s AS is_live, rotated.id IS NOT NULL AS is_rotated
FROM owned LEFT JOIN rotated USING (id, asked_generation)
"""
REVOKE = """
UPDATE sso_grant SET revoked_at = %(now)s, revoke_reason = 'refresh_token_reused'
WHERE id = ANY(%(ids)s) AND revoked_at IS NULL
"""


class Refusal(enum.Enum):
    UNKNOWN = "unknown"
    """Not of this client, ended, or expired."""
    REUSED = "reused"
    """Two parties have it; the grant is revoked by now."""
    NEEDS_CHECK = "needs_check"
    """Whether the person may still use the client must be asked first."""
    CROSSED = "crossed"
    """Somebody else rotated it in the same moment: look again."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """One token to rotate, by whom, with what proof of possession."""

    token: RefreshToken
    client_id: UUID
    thumbprint: str | None = None
    certificate: str | None = None


class RefreshRotation:
    def __init__(self, database: AsyncDatabase, settings: SignOnSettings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    async def rotate(self, rotations: Sequence[Rotation]) -> list[GrantView | Refusal]:
        """The grants with the generation to hand out now, in the order asked for."""
        now = self._clock()
        values = {
            "ids": [rotation.token.grant_id for rotation in rotations],
            "generations": [rotation.token.generation for rotation in rotations],
            "clients": [rotation.client_id for rotation in rotations],
            "thumbprints": [rotation.thumbprint for rotation in rotations],
            "certificates": [rotation.certificate for rotation in rotations],
            "now": now,
        }
        async with self._database.connection() as connection, connection.transaction():
            rows = await _fetch(connection, ROTATE, values)
            found = {(row.id, row.asked_generation): self._judge(row, now) for row in rows}
            stolen = [key[0] for key, verdict in found.items() if verdict is Refusal.REUSED]
            if stolen:
                await connection.execute(REVOKE, {"ids": stolen, "now": now})
        return [
            found.get((rotation.token.grant_id, rotation.token.generation), Refusal.UNKNOWN)
            for rotation in rotations
        ]

    def _judge(self, row: Any, now: datetime) -> GrantView | Refusal:
        if row.is_rotated:
            return _view(row, row.asked_generation + 1)
        if not row.is_live:
            return Refusal.UNKNOWN
        if row.generation == row.asked_generation:
            return Refusal.NEEDS_CHECK if row.needs_check else Refusal.CROSSED
        if row.generation == row.asked_generation + 1 and self._is_recent(row.refreshed_at, now):
            return _view(row, row.generation)
        return Refusal.REUSED

    def _is_recent(self, refreshed_at: datetime, now: datetime) -> bool:
        return now - refreshed_at <= timedelta(seconds=self._settings.refresh_retry_seconds)


async def _fetch(
    connection: psycopg.AsyncConnection[Any], statement: str, values: dict[str, Any]
) -> list[Any]:
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


def _view(row: Any, generation: int) -> GrantView:
    return GrantView(
        id=row.id,
        account_id=row.account_id,
        actor_account_id=row.actor_account_id,
        participation_id=row.participation_id,
        scope=row.scope,
        resources=row.resources,
        authentication=Authentication(row.authenticated_at.astimezone(UTC), row.acr, row.amr),
        generation=generation,
    )
