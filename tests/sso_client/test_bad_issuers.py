"""An issuer that is slow, broken or impersonated (whatever answers in its name)."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from congvu_sso import CacheSettings, KeysUnavailable, SignatureInvalid, Verifier
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import (
    DISCOVERY,
    JWKS,
    Answer,
    ManualClock,
    TokenIssuer,
    answering,
    dripping,
    huge,
    new_key,
    token_issuer,
)

IMPATIENT = CacheSettings(total_seconds=1)


KEYS_OF_NOBODY = json.dumps({"keys": []}).encode()
BAD_ANSWERS: dict[str, Answer] = {
    "garbage": answering(b"\x00\xff<html>"),
    "nothing": answering(b""),
    "a list": answering(b"[]"),
    "no keys": answering(KEYS_OF_NOBODY),
    "keys that are none": answering(b'{"keys": [1, null, {}, {"kid": 3}, {"kid": "first"}]}'),
    "keys of a wrong type": answering(b'{"keys": {"first": 1}}'),
    "a deep nest": answering(b"[" * 100_000),
    "a huge answer": huge,
    "a huge answer announced small": answering(b" " * 200_000, content_length="10"),
    "an error": answering(b"{}", 500),
    "not found": answering(b"{}", 404),
    "unchanged": answering(b"", 304),
    "garbage with strange headers": answering(b"x", etag="é" * 999, cache_control="max-age=;"),
    "compressed": answering(b"\x1f\x8b", content_encoding="gzip"),
}


@pytest.fixture
def impatient(issuer: TokenIssuer, clock: ManualClock) -> Iterator[Verifier]:
    with Verifier(issuer.url, audience=AUDIENCE, cache=IMPATIENT, clock=clock) as verifier:
        yield verifier


@pytest.mark.parametrize("path", [DISCOVERY, JWKS])
@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_a_bad_answer_at_the_start_is_unavailable(
    issuer: TokenIssuer, verifier: Verifier, kind: str, path: str
) -> None:
    issuer.answers[path] = BAD_ANSWERS[kind]
    with pytest.raises(KeysUnavailable):
        verifier.verify_access_token(issuer.access_token())


@pytest.mark.parametrize("path", [DISCOVERY, JWKS])
def test_so_is_a_slow_one(issuer: TokenIssuer, impatient: Verifier, path: str) -> None:
    issuer.answers[path] = dripping
    with pytest.raises(KeysUnavailable):
        impatient.verify_access_token(issuer.access_token())


@pytest.mark.parametrize("kind", [kind for kind in BAD_ANSWERS if kind != "unchanged"])
def test_a_bad_answer_later_changes_nothing(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock, kind: str
) -> None:
    issuer.answers[JWKS] = BAD_ANSWERS[kind]
    clock.pass_seconds(301)
    warm.verify_access_token(issuer.access_token())
    with pytest.raises(KeysUnavailable):
        warm.refresh()
    warm.verify_access_token(issuer.access_token())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", [DISCOVERY, JWKS])
def test_redirects_are_never_followed(
    issuer: TokenIssuer, clock: ManualClock, status: int, path: str
) -> None:
    issuer.answers[path] = answering(b"", status, location=f"{issuer.url}/elsewhere")
    with (
        httpx.Client(follow_redirects=True) as http,
        Verifier(issuer.url, audience=AUDIENCE, http=http, clock=clock) as verifier,
        pytest.raises(KeysUnavailable),
    ):
        verifier.verify_access_token(issuer.access_token())
    assert issuer.requests["/elsewhere"] == 0


def test_an_issuer_that_never_answers_is_given_up(issuer: TokenIssuer, impatient: Verifier) -> None:
    issuer.gate.clear()
    started = time.monotonic()
    with pytest.raises(KeysUnavailable):
        impatient.verify_access_token(issuer.access_token())
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://other.example", "jwks_uri": "{url}/oauth2/jwks"},
        {"issuer": "{url}/", "jwks_uri": "{url}/oauth2/jwks"},
        {"jwks_uri": "{url}/oauth2/jwks"},
        {"issuer": "{url}"},
        {"issuer": "{url}", "jwks_uri": 7},
        {"issuer": "{url}", "jwks_uri": "http://169.254.169.254/latest"},
        {"issuer": "{url}", "jwks_uri": "{url}1/oauth2/jwks"},
        {"issuer": "{url}", "jwks_uri": "{url}@other.example/jwks"},
        {"issuer": "{url}", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "{url}", "jwks_uri": "http://[/"},
        {"issuer": "{url}", "jwks_uri": "/oauth2/jwks"},
    ],
)
def test_discovery_must_be_about_the_issuer_and_keep_its_keys_there(
    issuer: TokenIssuer, verifier: Verifier, document: dict[str, object]
) -> None:
    text = json.dumps(document).replace("{url}", issuer.url)
    issuer.answers[DISCOVERY] = answering(text.encode())
    with pytest.raises(KeysUnavailable):
        verifier.verify_access_token(issuer.access_token())
    assert issuer.requests[JWKS] == 0


def test_keys_of_another_server_are_not_fetched(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    with token_issuer(clock) as other:
        document = {"issuer": issuer.url, "jwks_uri": other.url + JWKS}
        issuer.answers[DISCOVERY] = answering(json.dumps(document).encode())
        issuer.keys = other.keys
        with pytest.raises(KeysUnavailable):
            verifier.verify_access_token(issuer.access_token())
        assert not other.requests


def test_of_two_keys_with_one_name_the_first_counts(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    issuer.keys = [new_key("ES256", "same"), new_key("ES256", "same")]
    verifier.verify_access_token(issuer.token("at+jwt", issuer.access_claims(), issuer.keys[0]))
    with pytest.raises(SignatureInvalid):
        verifier.verify_access_token(issuer.access_token())
