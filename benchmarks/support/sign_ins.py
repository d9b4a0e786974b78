"""People who sign in with their password: from an address each, or an office behind one."""

import asyncio
import itertools
import os
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import argon2
import uvloop

from benchmarks.support.comparison import Side
from benchmarks.support.load import Load, Request
from benchmarks.support.processes import Processes
from identity.accounts.passwords import PasswordSettings
from sso.sessions.cookies import SESSION_COOKIE

TIMEOUT_SECONDS = 120.0
AT_ONCE = 16
"""People who wait for their answer at any moment of a load."""
PATH = "/dang-nhap"


@dataclass(frozen=True, slots=True)
class Office:
    """Where people sign in, and who they are."""

    url: str
    logins: Sequence[str]
    password: str

    def load(self, seconds: float) -> Load:
        """One after the other for so long, a few of them at once."""
        return uvloop.run(self._load(seconds))

    def storm(self) -> Load:
        """All at once from behind one address, and each once."""
        return uvloop.run(self._storm())

    async def _load(self, seconds: float) -> Load:
        people = itertools.cycle(enumerate(self.logins))
        started = time.perf_counter()
        outcomes: list[float | None] = []

        async def queue() -> None:
            while time.perf_counter() < started + seconds:
                outcomes.append(await self._sign_in(*next(people)))

        await asyncio.gather(*(queue() for _ in range(AT_ONCE)))
        return _summary(outcomes, time.perf_counter() - started)

    async def _storm(self) -> Load:
        started = time.perf_counter()
        people = (self._sign_in(0, login) for login in self.logins)
        outcomes = await asyncio.gather(*people)
        return _summary(outcomes, time.perf_counter() - started)

    async def _sign_in(self, number: int, login: str) -> float | None:
        """Seconds until there was a session; None when there was none."""
        url, started = urlsplit(self.url), time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                reader, writer = await asyncio.open_connection(
                    url.hostname, url.port, local_addr=(_address(number), 0)
                )
                writer.write(self._form(login))
                head = await reader.readuntil(b"\r\n\r\n")
                writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return None
        return time.perf_counter() - started if _is_signed_in(head) else None

    def _form(self, login: str) -> bytes:
        body = urlencode({"identifier": login, "password": self.password})
        request = Request(f"{self.url}{PATH}", body=body)
        return request.message(f"Origin: {self.url}", "Connection: close")


@dataclass(frozen=True, slots=True)
class BareHashes:
    """Nothing but argon2id with the product's parameters, a thread for each processor."""

    settings: PasswordSettings

    def side(self) -> Side:
        return Side("argon2id alone", self._load, Processes((os.getpid(),)))

    def _load(self, seconds: float) -> Load:
        hasher = argon2.PasswordHasher(
            time_cost=self.settings.passes,
            memory_cost=self.settings.memory_kibibytes,
            parallelism=1,
        )
        hashed, taken = hasher.hash("password"), list[float | None]()
        started = time.perf_counter()

        def verify() -> None:
            while (begun := time.perf_counter()) < started + seconds:
                hasher.verify(hashed, "password")
                taken.append(time.perf_counter() - begun)

        processors = len(os.sched_getaffinity(0))
        threads = [threading.Thread(target=verify) for _ in range(processors)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return _summary(taken, time.perf_counter() - started)


def _summary(outcomes: Sequence[float | None], seconds: float) -> Load:
    latencies = [1e3 * outcome for outcome in outcomes if outcome is not None]
    failed = len(outcomes) - len(latencies)
    percentiles = statistics.quantiles(latencies or [0.0, 0.0], n=100)
    return Load(len(outcomes), seconds, failed, percentiles[49], percentiles[98])


def _address(number: int) -> str:
    """All of 127.0.0.0/8 is this machine."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def _is_signed_in(head: bytes) -> bool:
    return head.split(b" ", 2)[1] == b"303" and SESSION_COOKIE.encode() + b"=" in head
