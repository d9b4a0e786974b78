"""Whose word on client certificates counts (RFC 8705 section 6.5): a trusted proxy's, no other."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.settings import WebSettings
from entrypoints.trusted_proxies import behind_proxies
from kernel.http import client_address
from sso.protocol.mutual_tls import CERTIFICATE
from tests.support.configured import serving_as_configured

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SHOWN = (("X-SSL-Client-Cert", quote(PEM)), ("X-SSL-Client-Verify", "SUCCESS"))
Headers = Sequence[tuple[str, str]]


async def says_what(scope: Scope, receive: Receive, send: Send) -> None:
    shown = scope.get("state", {}).get(CERTIFICATE)
    said = "nothing" if shown is None else f"{shown.is_verified} {shown.pem}"
    await PlainTextResponse(f"{client_address(HTTPConnection(scope))} {said}")(scope, receive, send)


@contextmanager
def server(**settings: object) -> Iterator[str]:
    with serving_as_configured(says_what, **settings) as url:
        yield url


def ask(url: str, headers: Headers = SHOWN) -> str:
    return httpx.get(url, headers=list(headers)).text


def test_nobody_is_believed_unless_a_proxy_is_trusted_to_tell() -> None:
    strangers: list[dict[str, Any]] = [
        {},
        {"trusted_proxies": [LOOPBACK]},  # passes on what clients send
        {"trusted_proxies": ["10.20.0.5"], "client_certificates": True},
    ]
    for settings in strangers:
        with server(**settings) as url:
            assert ask(url) == f"{LOOPBACK} nothing"


def test_a_trusted_proxy_tells_certificate_and_verdict_and_for_whom() -> None:
    with server(trusted_proxies=[LOOPBACK], client_certificates=True) as url:
        assert ask(url) == f"{LOOPBACK} True {PEM}"
        assert ask(url, [*SHOWN, ("X-Forwarded-For", "203.0.114.7")]) == f"203.0.114.7 True {PEM}"


def test_whom_a_proxy_speaks_for_is_no_proxy() -> None:
    """Only who really connected counts, not an address out of a header."""
    with server(trusted_proxies=["10.0.0.0/8"], client_certificates=True) as url:
        assert ask(url, [*SHOWN, ("X-Forwarded-For", "10.0.0.1")]) == f"{LOOPBACK} nothing"


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("NONE", "nothing"),
        ("FAILED:self-signed certificate", f"False {PEM}"),
        ("FAILED", f"False {PEM}"),
        ("success", f"False {PEM}"),
        ("SUCCESS, SUCCESS", f"False {PEM}"),
    ],
)
def test_only_one_word_means_verified(verdict: str, said: str) -> None:
    with server(trusted_proxies=[LOOPBACK], client_certificates=True) as url:
        headers = [("X-SSL-Client-Cert", quote(PEM)), ("X-SSL-Client-Verify", verdict)]
        assert ask(url, headers) == f"{LOOPBACK} {said}"


@pytest.mark.parametrize(
    "headers",
    [
        SHOWN[:1],
        SHOWN[1:],
        (*SHOWN, SHOWN[0]),
        (*SHOWN, SHOWN[1]),
        (("X-SSL-Client-Cert", ""), SHOWN[1]),
        (("X_SSL_Client_Cert", quote(PEM)), ("X_SSL_Client_Verify", "SUCCESS")),
    ],
)
def test_half_of_it_or_too_much_of_it_is_nothing(headers: Headers) -> None:
    with server(trusted_proxies=[LOOPBACK], client_certificates=True) as url:
        assert ask(url, headers) == f"{LOOPBACK} nothing"


def test_a_connection_without_an_address_is_not_trusted() -> None:
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        answers.append(dict(message))

    settings = WebSettings(trusted_proxies=["0.0.0.0/0"], client_certificates=True)
    headers = [(name.lower().encode(), value.encode()) for name, value in SHOWN]
    scope = {"type": "http", "client": None, "headers": headers}

    async def ask() -> None:
        await behind_proxies(says_what, settings)(scope, receive, send)

    asyncio.run(ask())
    assert answers[1]["body"] == b" nothing"


def test_certificates_without_a_proxy_to_trust_are_a_mistake() -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        WebSettings(client_certificates=True)
