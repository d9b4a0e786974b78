"""Is a token that somebody shows us still good? Signature in memory, state in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.async_database import AsyncDatabase
from kernel.batching import Batcher
from sso.tokens.minting import Minter, TokenType

STATES = """
SELECT revoked.jti IS NULL AND (asked.grant_id IS NULL OR (
        sso_grant.id IS NOT NULL AND sso_grant.revoked_at IS NULL AND NOT sso_grant.needs_check
    )) AS is_active
FROM unnest(%(jtis)s::text[], %(grants)s::uuid[]) WITH ORDINALITY AS asked(jti, grant_id, number)
LEFT JOIN sso_revoked_token AS revoked ON revoked.jti = asked.jti
LEFT JOIN sso_grant ON sso_grant.id = asked.grant_id
ORDER BY asked.number
"""


@dataclass(frozen=True, slots=True)
class Question:
    jti: str
    grant_id: UUID | None


class AccessTokenReader:
    """Questions that arrive while one query runs share the next one."""

    def __init__(self, minter: Minter, database: AsyncDatabase) -> None:
        self._minter = minter
        self._database = database
        self._questions: Batcher[Question, bool] = Batcher(self._ask)

    async def read(self, text: str, now: datetime) -> dict[str, Any] | None:
        """The claims of an access token of ours that is good at this moment; None for any other.

        A suspended account, an ended session, a revoked grant count at once.
        """
        claims = self.signed(text, now)
        if claims is None:
            return None
        grant = claims.get("grant_id")
        question = Question(claims["jti"], UUID(grant) if grant else None)
        return claims if await self._questions.submit(question) else None

    def signed(self, text: str, now: datetime) -> dict[str, Any] | None:
        """The claims if it is ours and has not expired, whatever became of its grant since."""
        claims = self._minter.read(text, TokenType.ACCESS)
        return claims if claims is not None and claims["exp"] > now.timestamp() else None

    async def _ask(self, questions: Sequence[Question]) -> list[bool | Exception]:
        values = {
            "jtis": [question.jti for question in questions],
            "grants": [question.grant_id for question in questions],
        }
        async with self._database.connection() as connection:
            cursor = await connection.execute(STATES, values)
            return [is_active for (is_active,) in await cursor.fetchall()]
