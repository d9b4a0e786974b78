"""One line, one count and one id for each request, whoever answers it."""

import asyncio
import contextvars
import io
import json
import logging
from typing import Any

import pytest
import structlog
from starlette.types import Receive, Scope, Send

from kernel.http import name_route
from tests.entrypoints.web.observed import observed
from tests.support.logs import lines

__all__ = ["lines"]

HEADERS = [(b"content-type", b"text/plain")]
caller: contextvars.ContextVar[str] = contextvars.ContextVar("caller")


async def hot(scope: Scope, _: Receive, send: Send) -> None:
    """A hot path: no route object of FastAPI, the same list of headers every time."""
    name_route(scope, "/hot")
    await send({"type": "http.response.start", "status": 201, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"ok"})


def only_line(written: io.StringIO) -> dict[str, Any]:
    (line,) = written.getvalue().splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_a_plain_application_names_its_route_in_the_line_and_in_the_metrics(
    lines: io.StringIO,
) -> None:
    answer = asyncio.run(observed(hot))
    line = only_line(lines)
    assert (line["event"], line["route"], line["status"]) == ("request", "/hot", 201)
    assert (line["method"], line["level"]) == ("GET", "info")
    assert line["request_id"] == answer.headers["x-request-id"]
    labels = {"method": "GET", "route": "/hot", "status": "201"}
    assert answer.registry.get_sample_value("congvu_http_requests_total", labels) == 1


def test_headers_that_a_hot_path_answers_with_every_time_stay_as_they_are() -> None:
    first, second = asyncio.run(observed(hot)), asyncio.run(observed(hot))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert len(HEADERS) == 1


def test_invented_methods_share_one_label(lines: io.StringIO) -> None:
    answer = asyncio.run(observed(hot, method="X-ANYTHING"))
    labels = {"method": "OTHER", "route": "/hot", "status": "201"}
    assert answer.registry.get_sample_value("congvu_http_requests_total", labels) == 1
    assert "ANYTHING" not in lines.getvalue()


def test_context_variables_set_inside_are_seen_outside() -> None:
    async def sets(scope: Scope, receive: Receive, send: Send) -> None:
        caller.set("somebody")
        await hot(scope, receive, send)

    async def ask() -> str:
        await observed(sets)
        return caller.get()

    assert asyncio.run(ask()) == "somebody"


def test_a_log_that_cannot_be_written_refuses_nobody(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lines, "write", full)
    assert asyncio.run(observed(hot)).status == 201


def test_lines_of_libraries_have_the_same_form(lines: io.StringIO) -> None:
    logging.getLogger("library").warning("a %s", "word")
    assert only_line(lines)["event"] == "a word"
    structlog.get_logger("ours").debug("below the level")
    assert len(lines.getvalue().splitlines()) == 1
