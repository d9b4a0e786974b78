"""What happens when something goes wrong that nobody foresaw."""

import asyncio

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from entrypoints.telemetry import Telemetry, whereabouts


def failing(request: Request) -> Response:
    raise RuntimeError(f"Nguyễn Thị Nga 006170581395 {request.url.path}")


async def call(app: FastAPI) -> Response:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "app": app}

    async def call_next(request: Request) -> Response:
        return failing(request)

    return await Telemetry().observe(Request(scope), call_next)


def test_an_unforeseen_error_is_answered_as_a_problem_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = asyncio.run(call(FastAPI()))
    assert answer.status_code == 500
    assert b"internal-error" in bytes(answer.body)
    assert "006170581395" not in bytes(answer.body).decode() + str(capsys.readouterr())


def test_the_log_names_kind_and_place_of_an_error_not_its_words() -> None:
    try:
        failing(Request({"type": "http", "path": "/", "headers": [], "server": ("x", 1)}))
    except RuntimeError as error:
        found = whereabouts(error)
    assert found["error"] == "RuntimeError"
    assert found["at"][-1].endswith("failing")
