"""One transaction for the requests that arrive while another one commits."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from kernel.errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class TooBusy(Unavailable):
    code = "too-busy"

    def __init__(self) -> None:
        super().__init__(
            "Hệ thống đang quá tải; hãy thử lại sau giây lát.",
            "Too many requests are waiting; try again in a moment.",
        )


@dataclass(slots=True)
class Line(Generic[Item, Result]):
    """Those who wait on one event loop."""

    waiting: "deque[tuple[Item, asyncio.Future[Result]]]" = field(default_factory=deque)
    worker: "asyncio.Task[None] | None" = None


class Batcher(Generic[Item, Result]):
    """Collects what arrives while a batch runs, and runs it together as the next batch.

    A commit waits for the disk, and one commit for fifty rows waits no longer than one for a
    single row: batches grow with the load by themselves, and without load nobody waits for
    company. `run` gets a batch and answers in its order, an exception in the place of an item
    being raised to whoever submitted that one; what `run` itself raises is raised to all of the
    batch. It has to bound its own time. One batch at a time for each event loop.
    """

    def __init__(
        self,
        run: Callable[[list[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        largest_batch: int = 100,
        most_waiting: int = 1000,
    ) -> None:
        self._run = run
        self._largest_batch = largest_batch
        self._most_waiting = most_waiting
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, Line[Item, Result]] = (
            WeakKeyDictionary()
        )

    async def submit(self, item: Item) -> Result:
        """Raises TooBusy, and what `run` raises or answers for this item.

        Whoever is cancelled leaves the line; once its batch runs, the item is done all the same.
        """
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop)
        if line is None:
            line = self._lines[loop] = Line()
        if len(line.waiting) >= self._most_waiting:
            raise TooBusy
        future: asyncio.Future[Result] = loop.create_future()
        line.waiting.append((item, future))
        if line.worker is None:  # in a context of its own: it works for all, not for the first
            line.worker = loop.create_task(self._work(line), context=contextvars.Context())
        return await future

    async def _work(self, line: Line[Item, Result]) -> None:
        try:
            while batch := self._next_batch(line):
                await self._settle(batch)
        finally:
            line.worker = None

    def _next_batch(self, line: Line[Item, Result]) -> "list[tuple[Item, asyncio.Future[Result]]]":
        """The first in line who are still there; empty when nobody is."""
        remaining = (line.waiting.popleft() for _ in range(len(line.waiting)))
        present = (entry for entry in remaining if not entry[1].done())
        return list(islice(present, self._largest_batch))

    async def _settle(self, batch: "list[tuple[Item, asyncio.Future[Result]]]") -> None:
        answers: Sequence[Result | Exception]
        try:
            answers = await self._run([item for item, _ in batch])
            if len(answers) != len(batch):
                raise RuntimeError(f"{len(answers)} answers to {len(batch)} items")  # noqa: TRY301
        except Exception as error:  # noqa: BLE001  # raised to everybody who waits for it
            answers = [error] * len(batch)
        except BaseException:  # the loop is being shut down
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():  # its waiter was cancelled meanwhile
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
