"""What is known of a request afterwards: an id, one log line, metrics; never its content."""

import os
import time
import traceback
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.embedded.process import is_alive
from entrypoints.http_errors import InternalError, error_response, problem_of
from kernel.http import ROUTE_NAME

REQUEST_ID = b"x-request-id"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client looks for it when it is imported; then metrics are in files of that folder."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Anything else that a client thinks of is counted together: a label is kept for ever."""

log = structlog.get_logger("web")


def whereabouts(error: Exception) -> dict[str, Any]:
    """Kind and place of an error without its words, which may quote what people typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]],
    }


def _forget_dead_processes(folder: Path) -> None:
    """What they counted stays; what they had just then does not."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not is_alive(pid):
            mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


class Telemetry:
    """A request id, one log line and the metrics of every request; never its content."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter(
            "congvu_http_requests", "Requests answered.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "congvu_http_request_seconds", "Time to answer.", ("route",), registry=self.registry
        )
        self.pending = Gauge(
            "congvu_directory_pending_entries",
            "Entries that the directory does not show yet.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.undelivered_logouts = Gauge(
            "congvu_sso_undelivered_logouts",
            "Logouts that a client has still to hear of.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self.spooled = Gauge(
            "congvu_audit_spool_bytes",
            "Audit records that wait for the database.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

    def exposition(self) -> bytes:
        """What Prometheus reads, of all web processes together."""
        folder = os.environ.get(METRICS_FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        _forget_dead_processes(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return generate_latest(together)

    @lru_cache(maxsize=1000)  # noqa: B019  # lives as long as the process; finding costs as much
    def _series(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return self.requests.labels(method, route, status), self.seconds.labels(route)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request and write its line."""
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = scope["state"].get(ROUTE_NAME) or getattr(scope.get("route"), "path", "-")
        counted, timed = self._series(method, route, status)
        counted.inc()
        timed.observe(seconds)
        log.info(
            "request",
            request_id=scope["state"]["request_id"],
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )


class TelemetryMiddleware:
    """Gives every request its id; counts it and writes its line when the answer begins.

    Plain ASGI: Starlette's BaseHTTPMiddleware took 100 µs of every request, and what runs
    inside it cannot hand context variables outwards.
    """

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = LastHand(app)
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = (REQUEST_ID, request_id.encode())
                # a new list: a hot path may answer with the same constant one every time
                message = {**message, "headers": [*message.get("headers", ()), own]}
                elapsed = time.perf_counter() - started
                self._telemetry.answered(scope, message["status"], elapsed)
            await send(message)

        await self._app(scope, receive, observed)


class LastHand:
    """What nobody foresaw is said in the log and answered, without its words.

    Inside the framework too, which would otherwise answer before anything is in the log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001  # the last hand
            request_id = scope["state"]["request_id"]
            # not log.exception: the words of an error may quote what people typed
            log.error("request failed", request_id=request_id, **whereabouts(error))  # noqa: TRY400
            if not begun:  # else the server notices that the answer has no end, and hangs up
                response = error_response(Request(scope), problem_of(InternalError()))
                await response(scope, receive, send)
