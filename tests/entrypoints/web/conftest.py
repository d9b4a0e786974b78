"""The whole application over real PostgreSQL, and machines that call it with their tokens."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from entrypoints.web import API, create_app
from entrypoints.wiring import Services
from kernel import api_tokens
from kernel.access import Actor, Permission
from tests.support.registry import NOW
from tests.support.services import built, nowhere, settings_for

BASIS = {"reason": "phép thử", "document_number": "12/QĐ-SNV", "document_date": "2026-11-20"}


@pytest.fixture
def services(database_url: str) -> Iterator[Services]:
    with built(settings_for(database_url, nowhere())) as services:
        yield services


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def token(services: Services) -> Callable[..., str]:
    """Makes a bearer token with just these permissions."""

    def make(*permissions: Permission) -> str:
        with services.database.transaction() as session:
            _, secret = api_tokens.create_token(
                session,
                Actor.operator("test"),
                name="test machine",
                permissions=permissions,
                expires_at=NOW + timedelta(days=1),
                now=NOW,
            )
            return secret

    return make


class Api:
    """A machine that may do everything; says what it got when that is not what was expected."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, *, status: int = 200, **query: Any) -> Any:
        return self._ask("GET", path, status, params=query)

    def post(self, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Any:
        return self._ask("POST", path, status, json=body, **more)

    def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._ask("PUT", path, status, json=body)

    def _ask(self, method: str, path: str, status: int, **more: Any) -> Any:
        response = self._client.request(method, API + path, headers=self.headers, **more)
        assert response.status_code == status, response.text
        return response.json()

    def pages(self, path: str, **query: Any) -> Iterator[list[Any]]:
        """The items of each page, to the last one."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor)
            yield page["items"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def api(client: TestClient, token: Callable[..., str]) -> Api:
    return Api(client, token(*Permission))
