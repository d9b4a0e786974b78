"""A supervisor over shell scripts: `python -m` this module, HOME START_LIMIT NAME=SCRIPT ...

The limit is in seconds. A part is ready once the file HOME/NAME.ready exists.
"""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from entrypoints.embedded.errors import PartFailed
from entrypoints.embedded.log_rotation import LogFileSettings, LogRotation
from entrypoints.embedded.supervisor import StopRequested, Supervisor

LARGEST = 64 * 1024
"""Bytes of a log."""


@dataclass(frozen=True, slots=True)
class ShellPart:
    name: str
    script: str
    home: Path
    address: str | None = None
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    companions: Mapping[str, str] = field(default_factory=dict)
    reopen_signal: signal.Signals = signal.SIGUSR1

    @property
    def own_log(self) -> Path:
        return self.home / "log" / f"{self.name}-own.log"

    def prepare(self) -> None:
        (self.home / f"{self.name}.ready").unlink(missing_ok=True)

    def command(self) -> list[str]:
        return ["/bin/bash", "-c", self.script]

    def environment(self) -> Mapping[str, str]:
        return {
            "READY": str(self.home / f"{self.name}.ready"),
            "LOG": str(self.own_log),
            "PATH": "/usr/bin:/bin",
        }

    def ready(self) -> bool:
        return (self.home / f"{self.name}.ready").exists()


def main(home: Path, start_limit: float, scripts: list[str]) -> int:
    supervisor = Supervisor(
        home,
        say=lambda line: print(line, flush=True),  # noqa: T201  # a test reads it
        start_limit_seconds=start_limit,
        stop_limit_seconds=0.5,
        rotation=LogRotation(LogFileSettings(largest_bytes=LARGEST, kept=3, check_seconds=0.05)),
    )
    try:
        with supervisor:
            for script in scripts:
                name, _, text = script.partition("=")
                supervisor.start(ShellPart(name, text, home))
            supervisor.watch()
    except StopRequested:
        return 0
    except PartFailed as error:
        print(error)  # noqa: T201  # likewise
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
