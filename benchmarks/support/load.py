"""wrk, the load generator of both sides: as many requests as are answered, from 64 connections."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

SCRIPTS = Path(__file__).parent / "wrk"
CONNECTIONS = 64
THREADS = 2
RESULT = re.compile(r"^result (\d+) (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Load:
    requests: int
    seconds: float
    failed: int
    """Not connected, not answered in time, answered with an error, or with half an answer."""
    median: float
    """Milliseconds."""
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, at a URL."""

    url: str
    method: str = "POST"
    authorization: str = ""
    body: str = ""

    def message(self, *further: str) -> bytes:
        """The bytes of it in HTTP/1.1, for those who do not ask by wrk; `further` are headers."""
        url, body = urlsplit(self.url), self.body.encode()
        head = [f"{self.method} {url.path} HTTP/1.1", f"Host: {url.netloc}", *further]
        if self.authorization:
            head.append(f"Authorization: {self.authorization}")
        if body:
            head.append("Content-Type: application/x-www-form-urlencoded")
            head.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*head, "", ""]).encode() + body


def repeat(request: Request, seconds: float) -> Load:
    """The same request over and over."""
    arguments = (request.method, request.authorization, request.body)
    return _wrk("same_request", request.url, arguments, seconds, threads=THREADS)


def rotate(request: Request, seed: str, seconds: float) -> Load:
    """Refresh tokens: each connection sends the token of its answer before.

    `seed` is a path that answers with a first token, or `file:` and a file with one a line.
    A thread for each connection, since wrk's scripts know threads, not connections.
    """
    arguments = (request.authorization, seed)
    return _wrk("rotation", request.url, arguments, seconds, threads=CONNECTIONS)


def _wrk(script: str, url: str, arguments: Sequence[str], seconds: float, *, threads: int) -> Load:
    command = ["wrk", f"-t{threads}", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout", "10s"]
    done = subprocess.run(
        [*command, "-s", f"{script}.lua", url, "--", *arguments],
        cwd=SCRIPTS,  # where they find result.lua
        capture_output=True,
        text=True,
        check=False,
    )
    found = RESULT.search(done.stdout)
    if found is None:
        raise RuntimeError(f"wrk failed:\n{done.stdout}{done.stderr}")
    requests, duration, failed, median, p99 = (int(number) for number in found.groups())
    return Load(requests, duration / 1e6, failed, median / 1e3, p99 / 1e3)
