"""A person without a browser: follows redirects and fills in the forms that pages show."""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

import httpx

from tests.support.provider import Member

LONGEST_WAY = 12
"""Redirects in a row; more are a loop."""
NOWHERE = "nowhere:"
"""No address begins so: for ways that end at a page."""


@dataclass(slots=True)
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: set[str] = field(default_factory=set)
    """Names that are sent only when they are pressed."""

    def takes(self, names: Iterable[str]) -> bool:
        return set(names) <= self.fields.keys() | self.buttons


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", "")))
        elif tag == "input" and self.forms and "name" in found:
            self.forms[-1].fields[found["name"]] = found.get("value", "")
        elif tag == "button" and self.forms and "name" in found:
            self.forms[-1].buttons.add(found["name"])


class Headless:
    """Keeps cookies as Chromium does: Secure ones go to plain http on loopback too.

    httpx has no way to ask for that: it copies its jar for every request, without the policy.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.cookies: dict[str, dict[str, str]] = {}
        """Host to the names and values kept for it."""

    def open(self, address: str, *, until: str) -> httpx.Response | str:
        """The page that the address leads to, or the first redirect that begins with `until`."""
        return self._follow(self._send("GET", address), until)

    def submit(
        self, page: httpx.Response, typed: dict[str, str], *, until: str
    ) -> httpx.Response | str:
        """Send the form that has these fields, with the hidden ones as they are."""
        parser = _Forms()
        parser.feed(page.text)
        (form,) = [form for form in parser.forms if form.takes(typed)]
        target = urljoin(str(page.url), form.action)
        return self._follow(self._send("POST", target, {**form.fields, **typed}), until)

    def authorise(self, address: str, member: Member, *, until: str) -> str:
        """Open an authorisation request, sign in where asked to; the answer's address."""
        found = self.open(address, until=until)
        if not isinstance(found, str):
            found = self.submit(found, credentials(member), until=until)
        assert isinstance(found, str), found.text
        return found

    def walk(self, address: str, *forms: dict[str, str]) -> None:
        """Open a page of the provider and fill in the forms that follow each other."""
        page = self._page(self.open(address, until=NOWHERE))
        for typed in forms:
            page = self._page(self.submit(page, typed, until=NOWHERE))
        page.raise_for_status()

    @staticmethod
    def _page(found: httpx.Response | str) -> httpx.Response:
        assert isinstance(found, httpx.Response)
        return found

    def _follow(self, response: httpx.Response, until: str) -> httpx.Response | str:
        for _ in range(LONGEST_WAY):
            if not response.is_redirect:
                return response
            address = urljoin(str(response.url), response.headers["Location"])
            if address.startswith(until):
                return address
            response = self._send("GET", address)
        raise AssertionError(f"a loop of redirects at {response.url}")

    def _send(
        self, method: str, address: str, form: dict[str, str] | None = None
    ) -> httpx.Response:
        kept = self.cookies.setdefault(urlsplit(address).hostname or "", {})
        header = "; ".join(f"{name}={value}" for name, value in kept.items())
        headers = {"Cookie": header} if header else {}
        response = self._client.request(method, address, data=form, headers=headers)
        self._client.cookies.clear()
        for line in response.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                kept.pop(name, None)
                if morsel["max-age"] != "0":
                    kept[name] = morsel.value
        return response


def credentials(member: Member) -> dict[str, str]:
    """What goes into the sign-in page."""
    return {"identifier": member.login, "password": member.password}


@contextmanager
def headless(*, verify: ssl.SSLContext | bool = True) -> Iterator[Headless]:
    with httpx.Client(timeout=30, verify=verify) as client:
        yield Headless(client)
