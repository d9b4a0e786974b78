"""Progress as server-sent events: for a while, for a limited number of readers.

The stream runs on the event loop and borrows a connection for a millisecond twice a second, so it
holds neither a thread nor a connection. It ends by itself; browsers then ask again, and are looked
at as at any request.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from console.imports.addresses import PLAN_PATH
from console.imports.watching import STATEMENT, Standing, standing_of
from console.session.access import Imports
from identity.hr_import.errors import ImportPlanNotFound
from kernel.async_database import AsyncDatabase
from kernel.clock import Clock
from kernel.database import DatabaseUnavailable
from kernel.errors import Unavailable
from theme.language import language_of

router = APIRouter(include_in_schema=False)

MOST_READERS = 64
"""Of one process."""
LONGEST_SECONDS = 55.0
BETWEEN_SECONDS = 0.5
PING_SECONDS = 10.0
AGAIN_MILLISECONDS = 1000
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back
    "X-Content-Type-Options": "nosniff",
}


class TooManyReaders(Unavailable):
    code = "too-many-readers"

    def __init__(self) -> None:
        super().__init__(
            "Quá nhiều trang đang theo dõi tiến độ; trang sẽ tự tải lại.",
            "Too many pages follow progress; the page will reload by itself.",
        )


class Readers:
    """How many streams are open in this process."""

    def __init__(self) -> None:
        self.count = 0


readers = Readers()


@router.get(PLAN_PATH + "/tien-do")
async def follow(request: Request, plan_id: UUID, _: Imports) -> Response:
    database: AsyncDatabase = request.app.state.async_database
    clock: Clock = request.app.state.clock
    if readers.count >= MOST_READERS:
        raise TooManyReaders
    await _standing(database, plan_id, clock())
    events = _events(database, plan_id, clock, language_of(request))
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


async def _standing(database: AsyncDatabase, plan_id: UUID, now: datetime) -> Standing:
    """Raises ImportPlanNotFound, DatabaseUnavailable."""
    async with database.connection() as connection:
        cursor = await connection.execute(STATEMENT, {"plan_id": plan_id})
        row = await cursor.fetchone()
    if row is None:
        raise ImportPlanNotFound(plan_id)
    return standing_of(row, now)


async def _events(
    database: AsyncDatabase, plan_id: UUID, clock: Clock, language: str
) -> AsyncIterator[str]:
    readers.count += 1
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            yield f"retry: {AGAIN_MILLISECONDS}\n\n"
            async for event in _steps(database, plan_id, clock, language):
                yield event
    except (TimeoutError, DatabaseUnavailable, ImportPlanNotFound):
        return  # the browser asks again
    finally:
        readers.count -= 1


async def _steps(
    database: AsyncDatabase, plan_id: UUID, clock: Clock, language: str
) -> AsyncIterator[str]:
    said, pinged = "", 0.0
    while True:
        standing = await _standing(database, plan_id, clock())
        if standing.is_settled:
            yield "event: end\ndata: {}\n\n"
            return
        data = _as_json(standing, language)
        now = asyncio.get_running_loop().time()
        if data != said:
            yield f"event: step\ndata: {data}\n\n"
            said, pinged = data, now
        elif now - pinged > PING_SECONDS:
            yield ": still here\n\n"
            pinged = now
        await asyncio.sleep(BETWEEN_SECONDS)


def _as_json(standing: Standing, language: str) -> str:
    def words(message: object) -> str:
        return str(getattr(message, "vi" if language == "vi" else "en", ""))

    return json.dumps(
        {
            "percent": standing.percent,
            "words": words(standing.words),
            "note": words(standing.note),
        }
    )
