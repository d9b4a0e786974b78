"""Our own processes, web and worker, as parts."""

import http.client
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from entrypoints.home import CHECKOUT, Home

ANSWER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Program:
    """A module of ours run by the same interpreter, from this checkout, on a home."""

    name: str
    module: str
    home: Home
    address: str | None = None
    """URL to ask whether it is ready; a program without one is ready as soon as it runs."""
    user: str | None = None  # the interpreter may lie below a home that no other user can enter
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL  # all that matters is in PostgreSQL by then
    companions: Mapping[str, str] = field(default_factory=dict)
    own_log: Path | None = None
    reopen_signal: signal.Signals = signal.SIGHUP

    def prepare(self) -> None:
        """Nothing: it finds its servers running and its schema migrated."""

    def command(self) -> list[str]:
        return [sys.executable, "-P", "-m", self.module]

    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "CONGVU_HOME": str(self.home.path),
            "CONGVU_PORT_BASE": str(self.home.port_base),
            "PYTHONPATH": str(CHECKOUT),
        }

    def ready(self) -> bool:
        if self.address is None:
            return True
        connection = http.client.HTTPConnection(
            urlsplit(self.address).netloc, timeout=ANSWER_SECONDS
        )
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()
