"""A part of the one-machine installation, run by a test instead of the supervisor."""

import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from entrypoints.embedded import process
from entrypoints.embedded.log_rotation import LogRotation
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

    def rotate_log(self, rotation: LogRotation) -> None:
        """As the supervisor does it."""
        assert self._process is not None
        assert self.part.own_log is not None
        rotation.rename(self.part.own_log)
        self._process.send_signal(self.part.reopen_signal)

    def stop(self) -> None:
        if self._process is not None:
            process.stop(self._process, signal.SIGTERM, limit_seconds=10)
        self._process = None
