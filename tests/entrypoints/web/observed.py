"""One request to a bare ASGI application under the telemetry of the product."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message

from entrypoints.telemetry import Telemetry, TelemetryMiddleware


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


async def observed(
    app: ASGIApp, method: str = "GET", headers: Sequence[tuple[bytes, bytes]] = ()
) -> Answer:
    telemetry = Telemetry()
    answer = Answer(registry=telemetry.registry)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.body += message["body"]

    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": b"",
        "headers": list(headers),
    }
    await TelemetryMiddleware(app, telemetry)(scope, receive, send)
    return answer
