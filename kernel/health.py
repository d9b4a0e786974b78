"""Looking at whether the parts work: all at once, each for a limited time, each failing alone."""

import enum
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.errors import DomainError
from kernel.messages import Message

LIMIT_SECONDS = 4.0

log = structlog.get_logger("health")


class State(enum.StrEnum):
    GOOD = "good"
    WARN = "warn"
    """Works, but somebody should look."""
    BAD = "bad"
    OFF = "off"
    """Not in use here."""


@dataclass(frozen=True, slots=True)
class Finding:
    state: State
    message: Message


@dataclass(frozen=True, slots=True)
class Examined:
    name: str
    finding: Finding
    seconds: float | None
    """None while it has not answered."""


Check = Callable[[], Finding]
Timed = tuple[Finding, float]
SILENT = Finding(
    State.BAD,
    Message(
        f"Không trả lời trong {LIMIT_SECONDS:.0f} giây.",
        f"Did not answer within {LIMIT_SECONDS:.0f} seconds.",
    ),
)
NO_DATABASE = Finding(
    State.BAD,
    Message("Không hỏi được cơ sở dữ liệu.", "The database could not be asked."),
)
UNFORESEEN = Finding(
    State.BAD,
    Message(
        "Có lỗi ngoài dự kiến khi kiểm tra; nhật ký web.log trên máy chủ ghi rõ.",
        "Something unforeseen went wrong while looking; web.log on the server says what.",
    ),
)


class Examiner:
    """One thread for each check at most: whoever asks while one hangs waits for the same one."""

    def __init__(self, checks: Mapping[str, Check], limit_seconds: float = LIMIT_SECONDS) -> None:
        self._checks = checks
        self._limit_seconds = limit_seconds
        self._pool = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="health")
        self._running: dict[str, Future[Timed]] = {}
        self._lock = threading.Lock()

    def examine(self) -> list[Examined]:
        """In the order of the checks."""
        asked = {name: self._asked(name, check) for name, check in self._checks.items()}
        wait(asked.values(), timeout=self._limit_seconds)
        return [_examined(name, future) for name, future in asked.items()]

    def _asked(self, name: str, check: Check) -> "Future[Timed]":
        with self._lock:
            running = self._running.get(name)
            if running is None or running.done():
                running = self._running[name] = self._pool.submit(_timed, name, check)
            return running


def _examined(name: str, future: "Future[Timed]") -> Examined:
    if not future.done():
        return Examined(name, SILENT, None)
    return Examined(name, *future.result())


def _timed(name: str, check: Check) -> Timed:
    began = time.perf_counter()
    finding = _finding(name, check)
    return finding, time.perf_counter() - began


def _finding(name: str, check: Check) -> Finding:
    try:
        return check()
    except DomainError as error:  # made to be read by people
        return Finding(State.BAD, error.message)
    except SQLAlchemyError:
        return NO_DATABASE
    except Exception:
        log.exception("check-failed", check=name)
        return UNFORESEEN
