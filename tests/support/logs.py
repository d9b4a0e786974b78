"""What a server would have written to its log."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from structlog._config import BoundLoggerLazyProxy

from kernel.logs import LineWriter, LogSettings, configure_logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, in the form and at the level that a server runs with."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", written)
    monkeypatch.setattr(LineWriter, "stream", written)  # restored afterwards
    forget_cached_loggers()
    configure_logs(LogSettings())
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)  # that is the caller
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def forget_cached_loggers() -> None:
    """A logger keeps the level of its first use, in this process perhaps that of a command."""
    for module in list(sys.modules.values()):
        log = vars(module).get("log")
        if isinstance(log, BoundLoggerLazyProxy):
            vars(log).pop("bind", None)
