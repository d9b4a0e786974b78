"""The program that Postfix asks. An event loop for connections, a few threads for the database.

It is quick or it gives up: what cannot be looked up in time is answered as if nothing were wrong
(lists: put off), and when all threads are busy that happens at once instead of queueing.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.listener import Listener
from mail_admin.limits.protocol import (
    LONGEST_LINE_BYTES,
    NotOurProtocol,
    Request,
    answer,
    read_request,
)
from mail_admin.limits.service import failure_of
from mail_admin.limits.settings import LimitSettings

THREADS = 8
MOST_WAITING = 64
"""Questions that wait for a thread; further ones are answered at once, as in an outage."""
Decide = Callable[[Request], str]

log = structlog.get_logger("mail-policy")


class PolicyServer:
    def __init__(self, settings: LimitSettings, decide: Decide) -> None:
        self._settings = settings
        self._decide = decide
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="policy")
        self._waiting = 0

    async def serve(self, stop: asyncio.Event, *, ready: Callable[[], None] = lambda: None) -> None:
        """Until told to stop. Raises OSError when the port is taken."""
        settings = self._settings
        listener = Listener(
            settings.host, settings.port, self._talk, longest_line=LONGEST_LINE_BYTES
        )
        try:
            await listener.serve(stop, ready=ready)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                writer.write(answer(await self._answer_in_time(request)))
                await writer.drain()
        except NotOurProtocol as error:
            log.warning("request-malformed", reason=str(error))

    async def _answer_in_time(self, request: Request) -> str:
        if self._waiting >= MOST_WAITING:
            log.warning("too-busy")
            return failure_of(request)
        self._waiting += 1
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._decide, request)
        work.add_done_callback(self._one_less)
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                return await asyncio.shield(work)
        except TimeoutError:
            log.warning("not-answered-in-time")
        except SQLAlchemyError as error:
            log.warning("database-unavailable", error=type(error).__name__)
        return failure_of(request)

    def _one_less(self, work: "asyncio.Future[str]") -> None:
        self._waiting -= 1
        if not work.cancelled():
            work.exception()  # is told above, or nobody waits for it any more
