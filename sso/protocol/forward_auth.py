"""What a proxy asks before every request of a site: may this browser go on, and whose is it.

Made for nginx's `auth_request`: 200 with headers, 401 for whoever has to sign in, 403 when the
proxy names no site of ours. One query for all that ask at the same moment.
"""

from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

from kernel.async_database import AsyncDatabase
from kernel.batching import Batcher
from kernel.clock import Clock
from sso.protocol.http import (
    NO_STORE,
    Answer,
    BackChannelRequest,
    Header,
    parse_pairs,
    sort_pairs,
)
from sso.protocol.server import ProtocolServer
from sso.protocol.sites import Sites
from sso.sessions.service import TOUCH_AFTER
from sso.settings import SignOnSettings

SITE_COOKIE = "__Host-congvu-site"
LONGEST_COOKIE_HEADER = 16_384
PLAIN = "@._-+~,:"
"""Left as they are; everything else is percent-encoded UTF-8, since headers are ASCII."""

LIVE = """
SELECT asked.number, sso_session.id, sso_session.seen_at < %(stale)s
FROM unnest(%(grants)s::uuid[]) WITH ORDINALITY AS asked(grant_id, number)
JOIN sso_grant ON sso_grant.id = asked.grant_id
JOIN sso_participation ON sso_participation.id = sso_grant.participation_id
JOIN sso_session ON sso_session.id = sso_participation.session_id
WHERE sso_grant.revoked_at IS NULL AND NOT sso_grant.needs_check
    AND sso_grant.expires_at > %(now)s AND sso_participation.ended_at IS NULL
    AND sso_session.ended_at IS NULL AND sso_session.expires_at > %(now)s
    AND sso_session.seen_at > %(idle)s
"""
TOUCH = """
WITH free AS (
    SELECT id FROM sso_session WHERE id = ANY(%(sessions)s)
    FOR NO KEY UPDATE SKIP LOCKED  -- whoever has it locked is seeing it, too
)
UPDATE sso_session SET seen_at = %(now)s FROM free WHERE sso_session.id = free.id
"""


class ForwardAuth:
    def __init__(
        self,
        sites: Sites,
        server: ProtocolServer,
        database: AsyncDatabase,
        settings: SignOnSettings,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._server = server
        self._database = database
        self._settings = settings
        self._clock = clock
        self._questions: Batcher[UUID, bool] = Batcher(self._ask)

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises InvalidRequestError."""
        single, _ = sort_pairs(parse_pairs(request.query))
        client = self._server.query_client(single.get("client_id", ""))
        if client is None:
            return Answer(403, b"")
        cookie = _cookie(request.headers.get(b"cookie", b""))
        found = self._sites.session_of(client, cookie) if cookie else None
        if found is None or not await self._questions.submit(found.grant_id):
            return Answer(401, b"")
        told = [_header(f"x-auth-request-{name}", text) for name, text in found.told.items()]
        return Answer(200, b"", (*NO_STORE, _header("x-forwarded-user", found.told["User"]), *told))

    async def _ask(self, grants: Sequence[UUID]) -> list[bool | Exception]:
        now = self._clock()
        values = {
            "grants": list(grants),
            "now": now,
            "idle": now - self._settings.idle_lifetime,
            "stale": now - TOUCH_AFTER,
        }
        async with self._database.connection() as connection:
            rows = await (await connection.execute(LIVE, values)).fetchall()
            stale = {session for _, session, is_stale in rows if is_stale}
            if stale:
                await connection.execute(TOUCH, {"sessions": list(stale), "now": now})
        live = {number for number, _, _ in rows}
        return [number in live for number in range(1, len(grants) + 1)]


def _header(name: str, text: str) -> Header:
    return name.lower().encode(), quote(text, safe=PLAIN).encode()


def _cookie(header: bytes) -> str | None:
    """None unless there is exactly one."""
    if len(header) > LONGEST_COOKIE_HEADER:
        return None
    pairs = [part.strip().partition(b"=") for part in header.split(b";")]
    values = [value for name, _, value in pairs if name == SITE_COOKIE.encode()]
    return values[0].decode("latin-1") if len(values) == 1 else None
