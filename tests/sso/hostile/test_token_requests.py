"""RFC 6749 section 3.2: what arrives at the token endpoint and is no token request."""

import base64
import gzip

import httpx
import pytest
from sqlalchemy import func, select

from sso.tokens.models import Grant
from tests.support.sign_on import Application, SignOnWorld
from tests.support.wire import form_request, send_raw

TOKEN = "/oauth2/token"
MACHINE = {"grant_type": "client_credentials"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


def basic(site: Application) -> str:
    return base64.b64encode(f"{site.client_id}:{site.secret}".encode()).decode()


def refused(response: httpx.Response, status: int = 400, error: str = "invalid_request") -> bool:
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code == status and response.json()["error"] == error


def test_parameters_in_the_address_do_not_count(world: SignOnWorld, site: Application) -> None:
    """They end up in logs and histories (RFC 6749 section 2.3.1)."""
    everything = {**MACHINE, "client_id": site.client_id, "client_secret": site.secret or ""}
    assert refused(world.client.post(TOKEN, params=everything))
    empty = world.client.post(TOKEN, params=everything, headers={"Content-Type": FORM})
    assert refused(empty)
    half = world.client.post(TOKEN, params=everything, data=MACHINE)
    assert refused(half, 401, "invalid_client")


def test_the_address_changes_nothing_about_a_good_form(
    world: SignOnWorld, site: Application
) -> None:
    other = {"grant_type": "refresh_token", "scope": "staff", "client_id": "other"}
    answer = world.client.post(
        TOKEN, params=other, data={**MACHINE, "scope": "email"}, auth=site.auth
    )
    assert answer.json()["scope"] == "email"


@pytest.mark.parametrize(
    "twice", ["grant_type", "client_id", "client_secret", "scope", "refresh_token", "code"]
)
def test_a_parameter_that_comes_twice_is_refused(
    world: SignOnWorld, site: Application, twice: str
) -> None:
    body = f"grant_type=client_credentials&{twice}=a&{twice}=b"
    answer = world.client.post(TOKEN, content=body, headers={"Content-Type": FORM}, auth=site.auth)
    assert refused(answer)


def test_headers_that_come_twice_are_refused(world: SignOnWorld, site: Application) -> None:
    body, credentials = b"grant_type=client_credentials", f"Authorization: Basic {basic(site)}"
    wrong = "Authorization: Basic eDp5"
    for pair in ((credentials, wrong), (wrong, credentials), (credentials, credentials)):
        answer = send_raw(world.client, form_request(TOKEN, body, *pair))
        assert answer is not None
        assert answer.status == 400
    twice = form_request(TOKEN, body, credentials, "Content-Type: text/plain")
    answer = send_raw(world.client, twice)
    assert answer is not None
    assert answer.status == 400


def test_only_forms_are_read(world: SignOnWorld, site: Application) -> None:
    as_json = world.client.post(TOKEN, json=MACHINE, auth=site.auth)
    as_parts = world.client.post(TOKEN, files={"grant_type": (None, "x")}, auth=site.auth)
    as_text = world.client.post(
        TOKEN,
        content="grant_type=client_credentials",
        headers={"Content-Type": "text/plain"},
        auth=site.auth,
    )
    packed = world.client.post(
        TOKEN,
        content=gzip.compress(b"grant_type=client_credentials"),
        headers={"Content-Type": FORM, "Content-Encoding": "gzip"},
        auth=site.auth,
    )
    assert all(refused(answer) for answer in (as_json, as_parts, as_text, packed))


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials%00",
        b"grant_type=client_credentials&scope=email%00staff",
        b"grant_type=client_credentials&resource=%00",
        b"grant_type=client_credentials&%00=x&%00=y",
        b"grant_type=client_credentials&scope=%FF",
        b"grant_type=client_credentials&scope=\xff",
        b"grant_type=%zz",
        "grant_type=client_credentials&scope=é".encode(),
        b"=",
        b"&&&",
        b"\0",
        b"{}",
        b"grant_type[]=client_credentials",
        b"grant_type=Client_Credentials",
        b"grant_type=client_credentials ",
        b"grant_type=password&username=x&password=y",
        b"grant_type=implicit",
        b"grant_type=" + b"x" * 60_000,
        b"&".join([b"a%d=1" % number for number in range(101)]),
    ],
)
def test_forms_that_make_no_sense_are_refused(
    world: SignOnWorld, site: Application, body: bytes
) -> None:
    answer = world.client.post(TOKEN, content=body, headers={"Content-Type": FORM}, auth=site.auth)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"].startswith(("invalid_", "unsupported_"))


def test_too_large_a_form_is_refused(world: SignOnWorld, site: Application) -> None:
    large = b"grant_type=client_credentials&scope=" + b"x" * 70_000
    assert refused(
        world.client.post(TOKEN, content=large, headers={"Content-Type": FORM}, auth=site.auth), 413
    )
    chunked = world.client.post(
        TOKEN,
        content=(b"x" * 10_000 for _ in range(10)),
        headers={"Content-Type": FORM},
        auth=site.auth,
    )
    assert refused(chunked, 413)


def test_half_a_request_does_nothing(world: SignOnWorld, site: Application) -> None:
    token = world.tokens(site, world.member())["refresh_token"]
    body = f"grant_type=refresh_token&refresh_token={token}".encode()
    credentials = f"Authorization: Basic {basic(site)}"
    cut = form_request(TOKEN, body, credentials, length=len(body) + 10)
    answer = send_raw(world.client, cut)
    assert answer is None or answer.status == 400
    with world.services.database.transaction() as session:
        assert session.scalar(select(func.max(Grant.generation))) == 1


def test_two_lengths_are_none(world: SignOnWorld, site: Application) -> None:
    """Where two servers read a request differently, a second one hides in it."""
    credentials = f"Authorization: Basic {basic(site)}"
    both = form_request(
        TOKEN, b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n", credentials, "Transfer-Encoding: chunked"
    )
    answer = send_raw(world.client, both)
    assert answer is None or answer.status == 400


def test_the_method_is_the_one_of_the_request(world: SignOnWorld, site: Application) -> None:
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        answer = world.client.request(
            method,
            TOKEN,
            params={**MACHINE, "_method": "POST"},
            headers=override,
            auth=site.auth,
        )
        assert answer.status_code == 405, method
        assert answer.headers["Allow"] == "POST"


def test_nobody_is_told_which_of_our_names_they_called_us_by(
    world: SignOnWorld, site: Application
) -> None:
    """The issuer is what we were told at the start, never what a request says."""
    issuer = world.services.sign_on.issuer
    hosts = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/evil",
    }
    token = world.client.post(TOKEN, data=MACHINE, auth=site.auth, headers=hosts).json()
    assert world.claims(token["access_token"])["iss"] == issuer
    document = world.client.get("/.well-known/openid-configuration", headers=hosts)
    assert "evil" not in document.text
    assert document.json()["issuer"] == issuer
