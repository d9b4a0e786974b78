"""What a server would have written to its log."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from kernel.logs import LineWriter, LogSettings, configure_logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, in the form and at the level that a server runs with."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", written)
    monkeypatch.setattr(LineWriter, "stream", written)  # restored afterwards
    configure_logs(LogSettings())
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)  # that is the caller
    yield written
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
