"""What an answer is made of leaves together."""

import asyncio
from collections.abc import Callable

from entrypoints.gathered_writes import GatheringTransport


class Recorder:
    """What reaches the transport underneath, in its order."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def close(self) -> None:
        self.done.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.done

    def get_extra_info(self, name: str) -> str:
        return name


def after_a_turn(act: Callable[[GatheringTransport], None]) -> list[bytes | str]:
    recorder = Recorder()

    async def turn() -> None:
        loop = asyncio.get_running_loop()
        act(GatheringTransport(recorder, loop))  # type: ignore[arg-type]
        await asyncio.sleep(0)

    asyncio.run(turn())
    return recorder.done


def test_head_and_body_leave_together() -> None:
    def answer(transport: GatheringTransport) -> None:
        transport.write(b"head ")
        transport.write(b"body")

    assert after_a_turn(answer) == [b"head body"]


def test_nothing_is_lost_when_the_connection_is_closed_at_once() -> None:
    def answer(transport: GatheringTransport) -> None:
        transport.write(b"all of it")
        transport.close()

    assert after_a_turn(answer) == [b"all of it", "closed"]


def test_nothing_is_written_to_whoever_has_gone() -> None:
    def answer(transport: GatheringTransport) -> None:
        transport.write(b"too late")
        transport._transport.close()

    assert after_a_turn(answer) == ["closed"]


def test_everything_else_is_the_transport_s() -> None:
    def ask(transport: GatheringTransport) -> None:
        assert transport.get_extra_info("peername") == "peername"

    assert after_a_turn(ask) == []
