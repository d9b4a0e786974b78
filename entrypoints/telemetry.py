"""What is known of a request afterwards: an id, one log line, metrics; never its content."""

import time
import traceback
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from entrypoints.http_errors import InternalError, problem_of
from kernel.http import problem_response

REQUEST_ID = "X-Request-Id"

log = structlog.get_logger("web")


def whereabouts(error: Exception) -> dict[str, Any]:
    """Kind and place of an error without its words, which may quote what people typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]],
    }


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
        )

    async def observe(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        request.state.request_id = request_id = uuid.uuid4().hex
        started = time.perf_counter()
        try:
            response = await call_next(request)
        except Exception as error:  # noqa: BLE001  # the last hand: said, counted and answered
            # not log.exception: the words of an error may quote what people typed
            log.error("request failed", request_id=request_id, **whereabouts(error))  # noqa: TRY400
            response = problem_response(request, problem_of(InternalError()))
        elapsed = time.perf_counter() - started
        route = getattr(request.scope.get("route"), "path", "-")
        self.requests.labels(request.method, route, response.status_code).inc()
        self.seconds.labels(route).observe(elapsed)
        log.info(
            "request",
            request_id=request_id,
            method=request.method,
            route=route,
            status=response.status_code,
            milliseconds=round(elapsed * 1000, 1),
        )
        response.headers[REQUEST_ID] = request_id
        return response
