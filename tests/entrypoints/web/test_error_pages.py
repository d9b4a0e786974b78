"""Errors as people at a browser get them; programs get the problem documents of before."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from entrypoints.http_errors import answer_errors
from sso.sessions.cookies import SESSION_COOKIE
from sso.throttling.service import TooManyAttempts
from tests.entrypoints.web.observed import observed
from tests.entrypoints.web.test_failures import fails
from tests.support.postgres import Cluster
from tests.support.web import DATABASE

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_an_address_that_leads_nowhere_is_a_page(client: httpx.Client) -> None:
    answer = client.get("/khong-co", headers=BROWSER)
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "There is no such page" in client.get("/khong-co?lang=en", headers=BROWSER).text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "", "image/avif,image/*"])
def test_programs_get_a_problem(client: httpx.Client, accept: str) -> None:
    answer = client.get("/khong-co", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize("path", ["/api/v1/people", "/api/v1/khong-co", "/scim/v2/Users"])
def test_the_api_answers_programs_whatever_they_accept(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers=BROWSER).headers["Content-Type"] == "application/problem+json"


def test_a_page_opened_the_wrong_way_says_so(client: httpx.Client) -> None:
    answer = client.get("/tai-khoan/phien/moi-noi", headers=BROWSER)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "không mở trực tiếp được" in answer.text


def test_while_the_database_is_away_pages_say_that_it_is_not_the_readers_fault(
    client: httpx.Client, cluster: Cluster
) -> None:
    cluster._execute(f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS false")
    cluster._execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DATABASE}'"
    )
    cookie = {"Cookie": f"{SESSION_COOKIE}=of-somebody"}
    try:
        page = client.get("/tai-khoan", headers=BROWSER | cookie)
        program = client.get("/tai-khoan", headers=cookie)
    finally:
        cluster._execute(f"ALTER DATABASE {DATABASE} WITH ALLOW_CONNECTIONS true")
    assert page.status_code == program.status_code == 503
    assert "Hệ thống tạm thời gián đoạn" in page.text
    assert 'href="/tai-khoan">Thử lại' in page.text
    assert program.json()["code"] == "database-unavailable"
    assert client.get("/tai-khoan", headers=BROWSER | cookie).is_redirect


def test_an_unforeseen_error_is_a_page_with_the_request_id() -> None:
    answer = asyncio.run(observed(fails, headers=[(b"accept", b"text/html")]))
    assert answer.status == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = answer.body.decode()
    assert "Hệ thống gặp lỗi" in page
    assert answer.headers["x-request-id"] in page
    assert "006170581395" not in page


def test_when_no_connection_becomes_free_people_are_asked_to_come_back() -> None:
    app = FastAPI()
    answer_errors(app)

    @app.get("/")
    def waits() -> None:
        raise NoConnectionFree

    with TestClient(app) as browser:
        answer = browser.get("/", headers=BROWSER)
    assert answer.status_code == 503
    assert "Hệ thống tạm thời gián đoạn" in answer.text


def test_whoever_has_to_wait_is_told_how_long() -> None:
    app = FastAPI()
    answer_errors(app)

    @app.get("/")
    def slows_down() -> None:
        raise TooManyAttempts(seconds=30)

    with TestClient(app) as browser:
        program, page = browser.get("/"), browser.get("/", headers=BROWSER)
    assert (program.status_code, program.json()["title"]) == (429, "TooMany")
    assert page.status_code == 429
    assert 'data-seconds="30"' in page.text
    assert program.headers["Retry-After"] == page.headers["Retry-After"] == "30"
