"""Whom a request comes from: nobody can put on another address but through a trusted proxy."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from pydantic import ValidationError
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.settings import WebSettings
from kernel.http import client_address
from tests.support.configured import serving_as_configured

FORGED = {"X-Forwarded-For": "203.0.114.7", "X-Forwarded-Proto": "https"}


async def says_who(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    said = PlainTextResponse(f"{request.url.scheme} {client_address(request)}")
    await said(scope, receive, send)


@contextmanager
def server(**settings: object) -> Iterator[str]:
    with serving_as_configured(says_who, **settings) as url:
        yield url


def test_what_strangers_forward_is_not_believed() -> None:
    for settings in ({}, {"trusted_proxies": ["10.20.0.5", "fd12::/16"]}):
        with server(**settings) as url:
            assert httpx.get(url, headers=FORGED).text == f"http {LOOPBACK}"


@pytest.mark.parametrize("proxy", ["127.0.0.1", "127.0.0.0/8"])
def test_a_trusted_proxy_says_whom_it_speaks_for(proxy: str) -> None:
    with server(trusted_proxies=[proxy]) as url:
        assert httpx.get(url, headers=FORGED).text == "https 203.0.114.7"
        several = {"X-Forwarded-For": "1.1.1.1, 203.0.114.7, 127.0.0.1"}
        assert httpx.get(url, headers=several).text == "http 203.0.114.7"
        assert httpx.get(url).text == f"http {LOOPBACK}"


@pytest.mark.parametrize("proxy", ["*", "proxy.example", "10.0.0.1/8"])
def test_only_addresses_can_be_trusted(proxy: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(trusted_proxies=[proxy])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.114.7", "203.0.114.7"),
        ("::ffff:203.0.114.7", "203.0.114.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_an_address_is_written_in_one_way(host: str | None, address: str) -> None:
    client = None if host is None else (host, 1)
    assert client_address(HTTPConnection({"type": "http", "client": client})) == address
