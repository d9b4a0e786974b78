"""Several web processes on one port: started, restarted and stopped together.

Each has listening sockets of its own on the shared port (SO_REUSEPORT), so that the kernel
spreads connections evenly: of 64 that come at once to a shared socket, one process takes most.
The parent keeps the sockets, so what waits in the queue of a process that dies is answered by
its successor.
"""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from entrypoints.embedded import process
from entrypoints.telemetry import METRICS_FOLDER

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
AWAITED_SIGNALS = {signal.SIGCHLD, *STOP_SIGNALS}
STOP_SECONDS = 13.0
"""For all children together: each gives its requests ten seconds."""
BACKLOG = 2048
SHARED_FOLDER = "CONGVU_SHARED_FOLDER"
"""Set by the parent for its children: where they agree on what they do at once."""

log = structlog.get_logger("web")


@dataclass(slots=True)
class Child:
    sockets: Sequence[socket.socket]
    process: "subprocess.Popen[bytes]"


def listeners(host: str, port: int) -> list[socket.socket]:
    """One for each address of the host. Raises OSError."""
    return [_listening(family, address) for family, address in _addresses(host, port)]


def require_free(host: str, port: int) -> None:
    """Sharing a port must not mean sharing it with strangers. Raises OSError."""
    for family, address in _addresses(host, port):
        with _bound(family, address):
            pass


def inherited(descriptors: Sequence[str]) -> list[socket.socket]:
    """In the child: the sockets that the parent handed over."""
    return [socket.socket(fileno=int(descriptor)) for descriptor in descriptors]


def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


def _bound(family: int, address: Any, *options: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in (socket.SO_REUSEADDR, *options):
            made.setsockopt(socket.SOL_SOCKET, option, 1)
        if family == socket.AF_INET6:  # IPv4 has sockets of its own
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _listening(family: int, address: Any) -> socket.socket:
    listener = _bound(family, address, socket.SO_REUSEPORT)
    listener.listen(BACKLOG)
    return listener


class Family:
    """Runs until it is asked to stop or a child gives up."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module = module
        self._environment = environment
        self._children: list[Child] = []

    def run(self, count: int, host: str, port: int) -> int:
        """Exit code. For the main thread, since children die with the thread that started them."""
        try:
            require_free(host, port)
        except OSError as error:
            log.error("web-cannot-listen", host=host, port=port, reason=error.strerror)  # noqa: TRY400  # the place in the code says nothing
            return 1
        former = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED_SIGNALS)
        with tempfile.TemporaryDirectory(prefix="congvu-metrics-") as folder:
            self._environment = {**self._environment, METRICS_FOLDER: folder, SHARED_FOLDER: folder}
            try:
                for _ in range(count):
                    sockets = listeners(host, port)
                    self._children.append(Child(sockets, self._spawn(sockets)))
                return self._watch()
            finally:
                self._stop_all()
                signal.pthread_sigmask(signal.SIG_SETMASK, former)

    def _spawn(self, sockets: Sequence[socket.socket]) -> "subprocess.Popen[bytes]":
        descriptors = [listener.fileno() for listener in sockets]
        return process.spawn(
            [sys.executable, "-P", "-m", self._module, *map(str, descriptors)],
            environment=self._environment,
            death_signal=signal.SIGTERM,
            pass_fds=descriptors,
        )

    def _watch(self) -> int:
        """A child that was killed has a successor; one that gave up would give up again."""
        while True:
            if signal.sigwaitinfo(AWAITED_SIGNALS).si_signo in STOP_SIGNALS:
                return 0
            for child in self._children:
                code = child.process.poll()
                if code is None:
                    continue
                log.error("web-process-ended", pid=child.process.pid, code=code)
                if code >= 0:
                    return code or 1
                child.process = self._spawn(child.sockets)

    def _stop_all(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        for child in self._children:
            limit = max(deadline - time.monotonic(), 0.0)
            process.stop(child.process, signal.SIGTERM, limit_seconds=limit)
            for listener in child.sockets:
                listener.close()
