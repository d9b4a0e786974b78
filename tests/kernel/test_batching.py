"""Requests that arrive while others are worked on go together and do not disturb each other."""

import asyncio
import contextvars
from collections.abc import Sequence

import pytest

from kernel.batching import Batcher, TooBusy


class Doubling:
    """Doubles numbers when the gate is open; fails as it is told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, items: list[int]) -> Sequence[int | Exception]:
        self.batches.append(items)
        await self.gate.wait()
        if 13 in items:
            raise RuntimeError("unlucky")
        return [KeyError(item) if item < 0 else item * 2 for item in items]


async def started(batcher: Batcher[int, int], *items: int) -> "list[asyncio.Task[int]]":
    """These items stand in line, or in a batch that runs."""
    tasks = [asyncio.create_task(batcher.submit(item)) for item in items]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


def test_what_arrives_during_a_batch_goes_together_in_the_next_one() -> None:
    async def scenario() -> None:
        double = Doubling()
        batcher = Batcher(double)
        double.gate.clear()
        first = await started(batcher, 1)
        rest = await started(batcher, 2, 3, 4)
        assert double.batches == [[1]]
        double.gate.set()
        assert await asyncio.gather(*first, *rest) == [2, 4, 6, 8]
        assert double.batches == [[1], [2, 3, 4]]

    asyncio.run(scenario())


def test_a_single_item_waits_for_nobody() -> None:
    async def scenario() -> None:
        double = Doubling()
        batcher = Batcher(double)
        assert [await batcher.submit(1), await batcher.submit(2)] == [2, 4]
        assert double.batches == [[1], [2]]

    asyncio.run(scenario())


def test_a_batch_has_a_largest_size_and_keeps_the_order() -> None:
    async def scenario() -> None:
        double = Doubling()
        batcher = Batcher(double, largest_batch=3)
        answers = await asyncio.gather(*await started(batcher, *range(1, 9)))
        assert answers == [2, 4, 6, 8, 10, 12, 14, 16]
        assert double.batches == [[1, 2, 3], [4, 5, 6], [7, 8]]

    asyncio.run(scenario())


def test_an_error_is_raised_to_the_batch_or_to_the_item_that_it_is_about() -> None:
    async def scenario() -> None:
        double = Doubling()
        batcher = Batcher(double, largest_batch=2)
        tasks = await started(batcher, 1, 13, 2, -3, 4)
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in found] == [RuntimeError, RuntimeError, int, KeyError, int]

    asyncio.run(scenario())


def test_whoever_is_cancelled_leaves_the_others_alone() -> None:
    async def scenario() -> None:
        double = Doubling()
        batcher = Batcher(double)
        double.gate.clear()
        running = await started(batcher, 1, 2)
        waiting = await started(batcher, 3, 4)
        running[0].cancel()
        waiting[0].cancel()
        await asyncio.sleep(0)
        double.gate.set()
        assert list(await asyncio.gather(running[1], waiting[1])) == [4, 8]
        assert double.batches == [[1, 2], [4]]  # 3 had left the line before its turn

    asyncio.run(scenario())


def test_too_long_a_line_refuses_the_next_one() -> None:
    async def scenario() -> None:
        double = Doubling()
        batcher = Batcher(double, most_waiting=2)
        double.gate.clear()
        tasks = await started(batcher, 1)
        tasks += await started(batcher, 2, 3)
        with pytest.raises(TooBusy):
            await batcher.submit(4)
        double.gate.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6]
        assert await batcher.submit(5) == 10

    asyncio.run(scenario())


def test_too_few_answers_are_an_error_and_nobody_waits_for_ever() -> None:
    async def scenario() -> None:
        async def forgetful(items: list[int]) -> list[int]:
            return items[1:]

        with pytest.raises(RuntimeError, match="0 answers to 1"):
            await Batcher(forgetful).submit(1)

    asyncio.run(scenario())


def test_each_event_loop_has_its_own_line() -> None:
    async def double(items: list[int]) -> list[int]:
        return [item * 2 for item in items]

    batcher = Batcher(double)
    assert [asyncio.run(batcher.submit(number)) for number in (1, 2, 3)] == [2, 4, 6]


def test_a_loop_that_ends_takes_its_line_along() -> None:
    async def scenario() -> "asyncio.Task[int]":
        double = Doubling()
        double.gate.clear()
        (task,) = await started(Batcher(double), 1)
        return task

    assert asyncio.run(scenario()).cancelled()


def test_a_batch_does_not_run_in_the_context_of_who_came_first() -> None:
    request = contextvars.ContextVar("request", default="none")

    async def scenario() -> None:
        async def look(items: list[str]) -> list[str]:
            return [request.get() for _ in items]

        request.set("first")
        assert await Batcher(look).submit("x") == "none"

    asyncio.run(scenario())
