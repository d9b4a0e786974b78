"""People, registered systems and browsers for tests of single sign-on, in one process."""

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import UUID

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import insert

from entrypoints.wiring import Services
from identity.accounts import queries, service
from identity.accounts.models import Account
from kernel.access import Actor
from sso.clients.service import create_client, describe
from sso.keys.models import Algorithm, SigningKey
from sso.keys.ring import KeyPair, sealing_context
from sso.keys.service import MAKERS
from tests.support.registry import BASIS, NOW, Province

PASSWORD = "chim hót trên cành 7"
CALLBACK = "https://app.example/callback"
EVERYTHING = [
    "openid",
    "profile",
    "email",
    "phone",
    "staff",
    "organisation",
    "appointments",
    "groups",
    "offline_access",
]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an active account."""

    account: Account
    password: str = PASSWORD

    @property
    def id(self) -> UUID:
        return self.account.id

    @property
    def login(self) -> str:
        return self.account.login


@dataclass(frozen=True, slots=True)
class Application:
    id: UUID
    client_id: str
    secret: str | None
    redirect_uri: str = CALLBACK

    @property
    def auth(self) -> tuple[str, str]:
        assert self.secret is not None
        return self.client_id, self.secret


@dataclass
class Challenge:
    """PKCE: what the client keeps and what it sends."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Browser:
    """Keeps cookies as a browser on https does; httpx keeps Secure ones from plain http."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.cookies: dict[str, str] = {}

    def get(self, address: str, **more: Any) -> httpx.Response:
        return self._send("GET", address, **more)

    def post(
        self, address: str, data: Mapping[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        """As a form of our own pages sends it."""
        headers = {"Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        return self._send("POST", address, data=data or {}, headers=headers, **more)

    def _send(self, method: str, address: str, **more: Any) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**more.pop("headers", {}), **({"Cookie": cookie} if cookie else {})}
        response = self._client.request(
            method, address, headers=headers, follow_redirects=False, **more
        )
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return response

    def follow(self, response: httpx.Response) -> httpx.Response:
        """To the page that a chain of redirects of ours ends at, or the redirect that leaves us."""
        for _ in range(10):
            if not response.is_redirect or self._leaves(response):
                return response
            response = self.get(urljoin(str(response.url), response.headers["Location"]))
        raise AssertionError("a loop of redirects")

    def _leaves(self, response: httpx.Response) -> bool:
        target = urljoin(str(response.url), response.headers["Location"])
        return urlsplit(target).netloc != urlsplit(str(response.url)).netloc

    def sign_in(self, member: Member, page: httpx.Response | None = None) -> httpx.Response:
        """Fill in the sign-in page; what comes after it."""
        address = str(page.url) if page is not None else "/dang-nhap"
        typed = {"identifier": member.login, "password": member.password}
        return self.follow(self.post(address, typed))


@dataclass
class SignOnWorld:
    """Everything that a test of the protocol talks to."""

    client: httpx.Client
    services: Services
    province: Province
    officer: Actor

    def member(self, name: str = "Nguyễn Thị Hồng Nga", **form: Any) -> Member:
        """Somebody of a new organisation with an account that they have activated."""
        organisation = form.pop("organisation", None) or self.province.organisation()
        account = self.province.account(self.province.person(organisation, name, **form))
        return self.activate(account)

    def activate(self, account: Account) -> Member:
        hashed = self.services.passwords.rehash(PASSWORD)
        with self.services.database.transaction() as session:
            pending = queries.get_account(session, account.id)
            (code,) = service.issue_activation_codes(
                session,
                self.officer,
                [pending],
                now=NOW,
                lifetime=timedelta(days=30),
                basis=BASIS,
            )
            active = service.activate_account(session, code, hashed, now=NOW)
        return Member(active)

    def application(self, client_id: str = "app", **changes: Any) -> Application:
        """A confidential web application that may have everything; `changes` of its description."""
        given: dict[str, Any] = {
            "client_name": "Quản lý văn bản",
            "client_name_en": "Document management",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "scope": EVERYTHING,
        }
        with self.services.database.transaction() as session:
            row, secret = create_client(
                session, self.officer, client_id, describe(given | changes), now=NOW, basis=BASIS
            )
        self.services.sign_on.clients.reload()
        address = next(iter((given | changes)["redirect_uris"]), CALLBACK)
        return Application(row.id, client_id, secret, address)

    def browser(self) -> Browser:
        return Browser(self.client)

    def authorization(
        self, app: Application, challenge: Challenge | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """Parameters of a good request; a value of None leaves one out."""
        given = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": app.redirect_uri,
            "scope": "openid profile email",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": (challenge or Challenge()).challenge,
            "code_challenge_method": "S256",
        } | parameters
        return {name: value for name, value in given.items() if value is not None}

    def authorize(
        self,
        browser: Browser,
        app: Application,
        challenge: Challenge | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        """The page, or the redirect back to the client, that a request ends at."""
        query = self.authorization(app, challenge, **parameters)
        return browser.follow(browser.get("/oauth2/authorize", params=query))

    def code(self, browser: Browser, app: Application, member: Member, **parameters: Any) -> str:
        """Sign in where asked; the code that the client gets."""
        response = self.authorize(browser, app, **parameters)
        if not response.is_redirect:
            response = browser.sign_in(member, response)
        return answered(response)["code"]

    def token(self, app: Application, **form: Any) -> httpx.Response:
        """A token request of an application with a secret, or of a public one."""
        if app.secret is None:
            return self.client.post("/oauth2/token", data={"client_id": app.client_id, **form})
        return self.client.post("/oauth2/token", data=form, auth=app.auth)

    def exchange(self, app: Application, code: str, challenge: Challenge) -> httpx.Response:
        return self.token(
            app,
            grant_type="authorization_code",
            code=code,
            redirect_uri=app.redirect_uri,
            code_verifier=challenge.verifier,
        )

    def tokens(
        self, app: Application, member: Member, browser: Browser | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """The whole code flow: the answer of the token endpoint."""
        challenge = Challenge()
        code = self.code(browser or self.browser(), app, member, challenge=challenge, **parameters)
        response = self.exchange(app, code, challenge)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def introspect(self, app: Application, token: str) -> dict[str, Any]:
        response = self.client.post("/oauth2/introspect", data={"token": token}, auth=app.auth)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def claims(self, token: str) -> dict[str, Any]:
        """What a token says, once its signature is verified by the published keys."""
        keys = KeySet.import_key_set(self.client.get("/oauth2/jwks").json())
        decoded = jwt.decode(token, keys, algorithms=["ES256", "RS256"])
        return decoded.claims


def answered(response: httpx.Response) -> dict[str, str]:
    """Parameters of a redirect back to a client."""
    assert response.is_redirect, response.text
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


@cache
def key_pairs() -> dict[Algorithm, KeyPair]:
    """Made once, since an RSA key takes half a second."""
    return {algorithm: make() for algorithm, make in MAKERS.items()}


def signing_keys(services: Services) -> list[dict[str, Any]]:
    """Rows of keys that sign already."""
    rows = []
    for algorithm, key in key_pairs().items():
        kid = str(key.kid)
        rows.append(
            {
                "kid": kid,
                "algorithm": algorithm,
                "private_sealed": services.keys.seal(
                    key.as_der(private=True), sealing_context(kid)
                ),
                "public_jwk": {
                    **key.as_dict(private=False),
                    "alg": algorithm.value,
                    "use": "sig",
                },
                "published_at": NOW - timedelta(days=2),
                "signs_from": NOW - timedelta(days=1),
                "signs_until": NOW + timedelta(days=90),
                "withdrawn_at": NOW + timedelta(days=100),
            }
        )
    return rows


@pytest.fixture
def world(
    client: httpx.Client, services: Services, province: Province, officer: Actor
) -> Iterator[SignOnWorld]:
    """A small province with signing keys and nobody signed in."""
    sign_on = services.sign_on
    with services.database.transaction() as session:
        session.execute(insert(SigningKey), signing_keys(services))
    sign_on.keys.reload()
    sign_on.clients.reload()
    for throttling in (sign_on.client_throttling, sign_on.stranger_throttling):
        throttling._known.clear()  # time stands still between tests
    yield SignOnWorld(client, services, province, officer)
    services.spool.flush()  # the database of this test will be gone
