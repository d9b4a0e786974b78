"""Everything secret that goes over the wire, gathered while it does."""

import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

SECRET_NAMES = frozenset(
    {
        *("password", "again", "current", "code", "code_verifier", "client_secret"),
        *("client_assertion", "refresh_token", "access_token", "id_token", "token"),
        *("subject_token", "actor_token", "id_token_hint", "device_code", "user_code", "request"),
        *("request_uri", "ticket", "registration_access_token", "verification_uri_complete"),
    }
)
"""Of parameters, in forms, addresses and answers."""
SHORTEST = 8
"""What is shorter is an invention of the test that may occur anywhere."""


class Harvest:
    """Hooks itself into a client of httpx; secrets by value, with the place they were seen at."""

    def __init__(self, client: httpx.Client) -> None:
        self.secrets: dict[str, str] = {}
        client.event_hooks = {"request": [self._request], "response": [self._response]}

    def note(self, place: str, value: str) -> None:
        if len(value) >= SHORTEST:
            self.secrets[value] = place

    def found_in(self, text: str) -> list[str]:
        """Places of the secrets that a text holds, as they are, in an address, or as bytes."""
        return [
            place
            for secret, place in self.secrets.items()
            if any(form in text for form in _forms(secret))
        ]

    def _request(self, request: httpx.Request) -> None:
        self._address("address", str(request.url))
        if request.headers.get("Content-Type", "").startswith("application/x-www-form"):
            self._pairs("form", parse_qsl(request.content.decode()))
        for name in ("Authorization", "DPoP"):
            for part in request.headers.get(name, "").split():
                self.note(f"header {name}", part)
        self._cookies("cookie sent", request.headers.get("Cookie", ""))

    def _response(self, response: httpx.Response) -> None:
        response.read()
        self._address("location", response.headers.get("Location", ""))
        for line in response.headers.get_list("Set-Cookie"):
            self._cookies("cookie set", line.partition(";")[0])
        if "json" in response.headers.get("Content-Type", ""):
            self._pairs("answer", _strings(json.loads(response.text)))

    def _address(self, place: str, address: str) -> None:
        self._pairs(place, parse_qsl(urlsplit(address).query))

    def _pairs(self, place: str, pairs: list[tuple[str, str]]) -> None:
        for name, value in pairs:
            if name in SECRET_NAMES:
                self.note(f"{place} {name}", value)

    def _cookies(self, place: str, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            self.note(f"{place} {name}", morsel.value)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield secret[-24:]  # of a token that was cut short
    yield quote(secret)
    yield json.dumps(secret)[1:-1]
    yield secret.encode().hex()  # as PostgreSQL shows bytes


def _strings(answer: Any) -> list[tuple[str, str]]:
    found = answer.items() if isinstance(answer, dict) else ()
    return [(name, value) for name, value in found if isinstance(value, str)]
