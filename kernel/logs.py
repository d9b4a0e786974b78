"""Structured logs: one JSON object a line, no personal data, no secrets.

Log identifiers of rows and codes of errors, never names, numbers, addresses or texts of people.
"""

import contextlib
import logging
import sys
from typing import ClassVar, TextIO

import structlog
from pydantic import BaseModel


class LogSettings(BaseModel):
    """What is written to the logs. Environment: CONGVU_LOG__*."""

    level: str = "INFO"
    """The least that is written: DEBUG, INFO, WARNING, ERROR or CRITICAL."""
    json_lines: bool = True
    """False for people at a terminal."""


class LineWriter:
    """Writes our own lines, one write(2) each: half the time of the way through `logging`.

    A full disk under the log must not refuse requests: the line is lost.
    """

    stream: ClassVar[TextIO] = sys.stderr
    """As of the last `configure_logs`, also for loggers that were used before it."""

    def __init__(self, *_: object) -> None: ...

    def msg(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # the latter when it is closed
            self.stream.write(f"{line}\n")

    debug = info = warning = error = critical = msg


def configure_logs(settings: LogSettings) -> None:
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.json_lines
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    level = logging.getLevelNamesMapping()[settings.level]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=LineWriter,
        cache_logger_on_first_use=True,
    )
    LineWriter.stream = sys.stderr
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True  # our own line carries the request id
