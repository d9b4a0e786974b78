"""A part of the one-machine installation, run by a test instead of the supervisor."""

import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from entrypoints.embedded import process
from entrypoints.embedded.part import Part
from tests.support.daemon import wait_until


@dataclass(slots=True)
class Server:
    """A part that a test may stop and start."""

    part: Part
    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.part.prepare()
        output = self.folder / f"{self.part.name}.out"
        with output.open("ab") as stream:
            self._process = process.spawn(
                self.part.command(), environment=self.part.environment(), output=stream
            )
        wait_until(self.part.ready, self._process, output)

    def stop(self) -> None:
        if self._process is not None:
            process.stop(self._process, signal.SIGTERM, limit_seconds=10)
        self._process = None
