"""What happens when something goes wrong that nobody foresaw."""

import asyncio
import io
import json

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from entrypoints.telemetry import LastHand, whereabouts
from tests.entrypoints.web.observed import Answer, observed
from tests.support.logs import lines

__all__ = ["lines"]


def failing(request: Request) -> Response:
    raise RuntimeError(f"Nguyễn Thị Nga 006170581395 {request.url.path}")


async def fails(scope: Scope, _: Receive, __: Send) -> None:
    failing(Request(scope))


async def fails_half_way(scope: Scope, _: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    failing(Request(scope))


def test_an_unforeseen_error_is_answered_as_a_problem_without_its_words(
    lines: io.StringIO,
) -> None:
    answer = asyncio.run(observed(fails))
    assert answer.status == 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert problem["code"] == "internal-error"
    assert problem["request_id"] == answer.headers["x-request-id"]
    told = lines.getvalue()
    assert "request failed" in told
    assert "006170581395" not in answer.body.decode() + told


def test_an_error_inside_the_framework_is_answered_alike(lines: io.StringIO) -> None:
    app = FastAPI()
    app.add_middleware(LastHand)
    app.add_route("/", failing)
    answer = asyncio.run(observed(app))
    assert answer.status == 500
    assert json.loads(answer.body)["code"] == "internal-error"
    assert lines.getvalue().count("request failed") == 1


def test_an_error_in_the_middle_of_an_answer_is_logged_and_nothing_more_is_said(
    lines: io.StringIO,
) -> None:
    answer: Answer = asyncio.run(observed(fails_half_way))
    assert (answer.status, answer.body) == (200, b"")
    told = lines.getvalue()
    assert "request failed" in told
    assert "006170581395" not in told


def test_the_log_names_kind_and_place_of_an_error_not_its_words() -> None:
    try:
        failing(Request({"type": "http", "path": "/", "headers": [], "server": ("x", 1)}))
    except RuntimeError as error:
        found = whereabouts(error)
    assert found["error"] == "RuntimeError"
    assert found["at"][-1].endswith("failing")
