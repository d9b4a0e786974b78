"""Requests at a fixed rate, whatever the answers do: the latency that somebody outside sees.

A generator that waits for an answer before it asks again asks less when the server is slow, and
so hides the slowness (coordinated omission). Here every request has its moment, and its latency
counts from that moment, also when the answer before came late.
"""

import gc
import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.support.load import Request

CONNECTIONS = 32
"""Each has a thread and every 32nd moment: at 500/s one answer may take 64 ms before it delays
another."""
TIMEOUT_SECONDS = 10.0
OK = b"200"


@dataclass(frozen=True, slots=True)
class Steady:
    rate: float
    requests: int
    median: float
    """Milliseconds."""
    p99: float
    slowest: float


def ask_steadily(requests: Sequence[Request], *, rate: float, seconds: float) -> Steady:
    """`requests` in turn, `rate` of them a second. Raises RuntimeError unless all get a 200."""
    messages = [request.message() for request in requests]
    url = urlsplit(requests[0].url)
    count, begin = int(rate * seconds), time.perf_counter() + 0.5
    lanes = [Lane(url.hostname or "", url.port or 80) for _ in range(CONNECTIONS)]
    gc.disable()  # ours would count as the server's
    try:
        for number, lane in enumerate(lanes):
            moments = [begin + i / rate for i in range(number, count, CONNECTIONS)]
            chosen = [messages[i % len(messages)] for i in range(number, count, CONNECTIONS)]
            lane.start(list(zip(moments, chosen, strict=True)))
        for lane in lanes:
            lane.thread.join()
    finally:
        gc.enable()
    latencies = [1e3 * latency for lane in lanes for latency in lane.latencies]
    if len(latencies) != count:
        failures = {lane.failure for lane in lanes if lane.failure}
        raise RuntimeError(f"{count - len(latencies)} of {count} failed: {failures}")
    percentiles = statistics.quantiles(latencies, n=100)
    return Steady(rate, count, percentiles[49], percentiles[98], max(latencies))


class Lane:
    """A connection, and the thread that asks over it."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.latencies: list[float] = []
        self.failure: str | None = None

    def start(self, plan: list[tuple[float, bytes]]) -> None:
        self.thread = threading.Thread(target=self._run, args=(plan,), daemon=True)
        self.thread.start()

    def _run(self, plan: list[tuple[float, bytes]]) -> None:
        try:
            with self._socket:
                for moment, text in plan:
                    time.sleep(max(0.0, moment - time.perf_counter()))
                    self._socket.sendall(text)
                    read_answer(self._socket)
                    self.latencies.append(time.perf_counter() - moment)
        except (OSError, RuntimeError) as error:
            self.failure = repr(error)


def read_answer(connection: socket.socket) -> bytes:
    """Head and body. Raises RuntimeError unless it is 200 with a length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1] != OK:
        raise RuntimeError(f"unexpected answer: {data.decode(errors='replace')}")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _some(connection)
    return body


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise RuntimeError("the server hung up")
    return data
