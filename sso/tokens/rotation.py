"""Rotation of refresh tokens (RFC 9700 section 4.14.2), many requests in one statement.

One UPDATE takes all tokens that are in force, and the answer does not wait for the disk: should
PostgreSQL fall before the last moment is on it, a token of a later generation than the row's is
one that we made and the row forgot, and moves the row on.

Those that it leaves are looked at one by one: a token that was followed by its successor is
either a retry of a client that never got the answer, and gets the same answer again while the
successor is unused and the moment is near, or is used by two parties, and then nobody keeps the
grant.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import DeadlockDetected
from psycopg.rows import namedtuple_row

from kernel.async_database import AsyncDatabase, Connection
from kernel.clock import Clock
from sso.settings import SignOnSettings
from sso.tokens.issuing import GrantView
from sso.tokens.minting import Authentication
from sso.tokens.refresh import RefreshToken

ASKED = """unnest(
    %(ids)s::uuid[], %(generations)s::int[], %(clients)s::uuid[],
    %(thumbprints)s::text[], %(certificates)s::text[]
) WITH ORDINALITY AS asked(id, generation, client_id, thumbprint, certificate, number)"""
OWNED = """sso_grant.id = asked.id AND sso_grant.client_id = asked.client_id
    AND (dpop_thumbprint IS NULL OR dpop_thumbprint = asked.thumbprint)
    AND (certificate_thumbprint IS NULL OR certificate_thumbprint = asked.certificate)"""
TOLD = """sso_grant.id, account_id, actor_account_id, participation_id, scope, resources,
    authenticated_at, acr, amr, sso_grant.generation"""
ROTATE = f"""
WITH setting AS (SELECT set_config('synchronous_commit', 'off', true))
UPDATE sso_grant SET generation = asked.generation + 1, refreshed_at = %(now)s
FROM {ASKED}, setting
WHERE {OWNED} AND sso_grant.generation <= asked.generation
    AND revoked_at IS NULL AND expires_at > %(now)s AND NOT needs_check
RETURNING {TOLD}, asked.number
"""
JUDGE = f"""
SELECT {TOLD}, asked.number, asked.generation AS asked_generation, refreshed_at, needs_check,
    revoked_at IS NULL AND expires_at > %(now)s AS is_live
FROM {ASKED} JOIN sso_grant ON {OWNED}
"""
REVOKE = """
UPDATE sso_grant SET revoked_at = %(now)s, revoke_reason = 'refresh_token_reused'
WHERE id = ANY(%(ids)s) AND revoked_at IS NULL
"""


class Refusal(enum.Enum):
    UNKNOWN = "unknown"
    """Not of this client, ended, or expired."""
    NEEDS_CHECK = "needs_check"
    """Whether the person may still use the client must be asked first."""
    CROSSED = "crossed"
    """Somebody else rotated it in the same moment: look again."""


@dataclass(frozen=True, slots=True)
class Reused:
    """Two parties have the token; the grant is revoked by now."""

    account_id: UUID


Outcome = GrantView | Reused | Refusal
Outcomes = dict[int, Outcome]
"""By the place in the list of what was asked, since two may ask with the same token."""


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

    async def rotate(self, rotations: Sequence[Rotation]) -> list[Outcome]:
        """The grants with the generation to hand out now, in the order asked for."""
        now = self._clock()
        async with self._database.connection() as connection:
            try:
                rows = await _fetch(connection, ROTATE, _arrays(rotations, now))
            except DeadlockDetected:  # another process has some of them in another order
                return [Refusal.CROSSED for _ in rotations]
            found: Outcomes = {row.number: _view(row) for row in rows}
            if len(found) < len(rotations):
                found |= await self._judged(connection, rotations, found, now)
        return [found.get(place, Refusal.UNKNOWN) for place in range(1, len(rotations) + 1)]

    async def _judged(
        self, connection: Connection, rotations: Sequence[Rotation], found: Outcomes, now: datetime
    ) -> Outcomes:
        """Why they were not rotated; grants of stolen tokens are revoked by the way."""
        rows = await _fetch(connection, JUDGE, _arrays(rotations, now))
        rest = [row for row in rows if row.number not in found]
        verdicts = {row.number: self._judge(row, now) for row in rest}
        stolen = [row.id for row in rest if isinstance(verdicts[row.number], Reused)]
        if stolen:
            await connection.execute(REVOKE, {"ids": stolen, "now": now})
        return verdicts

    def _judge(self, row: Any, now: datetime) -> Outcome:
        if not row.is_live:
            return Refusal.UNKNOWN
        if row.generation <= row.asked_generation:
            return Refusal.NEEDS_CHECK if row.needs_check else Refusal.CROSSED
        if row.generation == row.asked_generation + 1 and self._is_recent(row.refreshed_at, now):
            return _view(row)
        return Reused(row.account_id)

    def _is_recent(self, refreshed_at: datetime, now: datetime) -> bool:
        return now - refreshed_at <= timedelta(seconds=self._settings.refresh_retry_seconds)


async def _fetch(connection: Connection, statement: str, values: dict[str, Any]) -> list[Any]:
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


def _arrays(rotations: Sequence[Rotation], now: datetime) -> dict[str, Any]:
    """Ids as array literals: making a parameter of each costs more than all else here."""
    return {
        "ids": _literal(rotation.token.grant_id for rotation in rotations),
        "generations": _literal(rotation.token.generation for rotation in rotations),
        "clients": _literal(rotation.client_id for rotation in rotations),
        "thumbprints": [rotation.thumbprint for rotation in rotations],
        "certificates": [rotation.certificate for rotation in rotations],
        "now": now,
    }


def _literal(values: Iterable[UUID | int]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _view(row: Any) -> GrantView:
    return GrantView(
        id=row.id,
        account_id=row.account_id,
        actor_account_id=row.actor_account_id,
        participation_id=row.participation_id,
        scope=row.scope,
        resources=row.resources,
        authentication=Authentication(row.authenticated_at.astimezone(UTC), row.acr, row.amr),
        generation=row.generation,
    )
