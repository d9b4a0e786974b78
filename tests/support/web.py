"""The whole application over real PostgreSQL, and machines that call it with their tokens."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.web import API, create_app, fronted
from entrypoints.wiring import Services
from kernel import api_tokens
from kernel.access import Actor, Permission
from kernel.database import Database
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.registry import NOW
from tests.support.services import built, nowhere, settings_for

DATABASE = "web"
BASIS = {"reason": "phép thử", "document_number": "12/QĐ-SNV", "document_date": "2026-11-20"}


@pytest.fixture(scope="session")
def services(cluster: Cluster) -> Iterator[Services]:
    """Building the application takes half a second: it is built once, its database each time."""
    with built(settings_for(cluster.url(DATABASE), nowhere())) as services:
        yield services


@pytest.fixture(scope="session")
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture(scope="session")
def address(app: FastAPI, services: Services) -> Iterator[str]:
    with serving(fronted(app, services)) as address:
        yield address


@pytest.fixture
def database_url(cluster: Cluster, migrated_template: str, services: Services) -> Iterator[str]:
    """A fresh copy under the name that the application knows."""
    with cluster.database(migrated_template, DATABASE) as url:
        yield url
        if "spool" in vars(services):  # its records belong to this database
            services.spool.flush()
        sign_on = services.sign_on
        # a snapshot that is being loaded has a connection out, which dispose would not close
        with sign_on.clients._loading, sign_on.keys._loading:
            services.engine.dispose()


@pytest.fixture
def client(address: str, database_url: str) -> Iterator[httpx.Client]:
    assert database_url.endswith(DATABASE)
    # plain http: reading certificates would take 50 ms of each test
    with httpx.Client(base_url=address, timeout=30, verify=False) as client:  # noqa: S501
        yield client


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The server of the product, in a thread of this process so that tests see its log lines."""
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, lifespan="off", ws="none", proxy_headers=False)
    )
    with socket.create_server((LOOPBACK, free_port())) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.002)
        try:
            yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def token(db: Database) -> Callable[..., str]:
    """Makes a bearer token with just these permissions."""

    def make(*permissions: Permission) -> str:
        with db.transaction() as session:
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

    def __init__(self, client: httpx.Client, secret: str) -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, 200, params=query)

    def refused(self, path: str, status: int = 422, **query: Any) -> Any:
        """The problem that asking for it ends in."""
        return self._ask("GET", path, status, params=query)

    def post(self, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Any:
        return self._ask("POST", path, status, json=body, **more)

    def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._ask("PUT", path, status, json=body)

    def _ask(self, method: str, path: str, status: int, **more: Any) -> Any:
        response = self._client.request(method, API + path, headers=self.headers, **more)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

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
def api(client: httpx.Client, token: Callable[..., str]) -> Api:
    return Api(client, token(*Permission))
