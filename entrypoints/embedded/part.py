"""What the supervisor asks of a server that it runs."""

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Part(Protocol):
    """One server process in the foreground, made ready, started and watched by the supervisor."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str | None:
        """Host and port, or URL, that others reach it by; None when nobody connects to it."""

    @property
    def user(self) -> str | None:
        """Operating-system user to run as; None for the supervisor's own."""

    @property
    def stop_signal(self) -> signal.Signals:
        """What makes it finish in good order."""

    @property
    def death_signal(self) -> signal.Signals:
        """What it gets from the kernel should the supervisor itself be killed."""

    @property
    def companions(self) -> Mapping[str, str]:
        """Other parts that the same process serves, with their addresses."""

    @property
    def own_log(self) -> Path | None:
        """A log that it opens itself, besides what it writes to its output."""

    @property
    def reopen_signal(self) -> signal.Signals:
        """What makes it open that log again after it was renamed."""

    def prepare(self) -> None:
        """Build what must be there before a start; called again before each restart."""

    def command(self) -> list[str]: ...

    def environment(self) -> Mapping[str, str]:
        """The whole environment of the process; nothing is inherited."""

    def ready(self) -> bool:
        """Whether it serves by now; asked every few milliseconds, so it must answer quickly."""
