"""The cache of the issuer's keys: rotation, faults of the issuer, and being asked too often."""

import json
import logging

import httpx
import pytest

from congvu_sso import (
    KeysUnavailable,
    KeyUnknown,
    SignatureInvalid,
    Verifier,
)
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import (
    DISCOVERY,
    JWKS,
    ManualClock,
    TokenIssuer,
    answering,
    encode,
    new_key,
    sign,
)


def test_nothing_is_fetched_before_the_first_token(issuer: TokenIssuer, verifier: Verifier) -> None:
    assert not issuer.requests
    verifier.verify_access_token(issuer.access_token())
    assert issuer.requests == {DISCOVERY: 1, JWKS: 1}


def test_keys_are_fetched_once_for_many_tokens(issuer: TokenIssuer, warm: Verifier) -> None:
    for number in range(50):
        warm.verify_access_token(issuer.access_token(jti=str(number)))
    assert issuer.requests[JWKS] == 1


def test_a_new_key_is_fetched_when_the_first_token_names_it(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    old = issuer.access_token()
    clock.pass_seconds(20)
    issuer.rotate()
    warm.verify_access_token(issuer.access_token())
    warm.verify_access_token(old)
    assert issuer.requests == {DISCOVERY: 1, JWKS: 2}


def test_a_withdrawn_key_is_worth_nothing_once_that_is_known(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    old = issuer.access_token()
    warm.verify_access_token(old)
    clock.pass_seconds(20)
    issuer.rotate(keep=False)
    warm.verify_access_token(issuer.access_token())
    with pytest.raises(KeyUnknown):
        warm.verify_access_token(old)


def test_a_key_replaced_under_its_own_name_does_not_keep_old_tokens_good(
    issuer: TokenIssuer, warm: Verifier
) -> None:
    old = issuer.access_token()
    warm.verify_access_token(old)
    issuer.rotate(kid="first", keep=False)
    warm.refresh()
    with pytest.raises(SignatureInvalid):
        warm.verify_access_token(old)
    warm.verify_access_token(issuer.access_token())


def test_invented_keys_cannot_make_us_hammer_the_issuer(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    for second in range(30):
        for number in range(10):
            forged = issuer.token(
                "at+jwt", issuer.access_claims(), new_key("ES256", f"{second}-{number}")
            )
            with pytest.raises(KeyUnknown):
                warm.verify_access_token(forged)
        clock.pass_seconds(1)
    assert issuer.requests[JWKS] <= 1 + 3


def test_invented_keys_delay_a_real_new_one_by_the_cooldown_at_most(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    clock.pass_seconds(20)
    with pytest.raises(KeyUnknown):
        warm.verify_access_token(
            issuer.token("at+jwt", issuer.access_claims(), new_key("ES256", "invented"))
        )
    issuer.rotate()
    with pytest.raises(KeyUnknown):
        warm.verify_access_token(issuer.access_token())
    clock.pass_seconds(10)
    warm.verify_access_token(issuer.access_token())


def test_stale_keys_are_asked_for_again_and_not_sent_twice(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    clock.pass_seconds(301)
    for _ in range(3):
        warm.verify_access_token(issuer.access_token())
    assert (issuer.requests[JWKS], issuer.not_modified) == (2, 1)
    clock.pass_seconds(301)
    warm.verify_access_token(issuer.access_token())
    assert (issuer.requests[JWKS], issuer.not_modified) == (3, 2)


@pytest.mark.parametrize(
    ("cache_control", "fresh_seconds"),
    [
        ("max-age=120", 120),
        ("public, MAX-AGE=120, must-revalidate", 120),
        ("max-age=1", 60),
        ("max-age=0", 60),
        ("no-store", 60),
        ("no-cache, max-age=900", 60),
        ("max-age=99999999", 3600),
        ("s-maxage=900", 300),
        ("max-age=nonsense", 300),
        (None, 300),
    ],
)
def test_keys_stay_fresh_as_long_as_the_issuer_says_within_bounds(
    issuer: TokenIssuer,
    verifier: Verifier,
    clock: ManualClock,
    cache_control: str | None,
    fresh_seconds: int,
) -> None:
    issuer.cache_control = cache_control
    verifier.verify_access_token(issuer.access_token())
    clock.pass_seconds(fresh_seconds - 1)
    verifier.verify_access_token(issuer.access_token())
    assert issuer.requests[JWKS] == 1
    clock.pass_seconds(1)
    verifier.verify_access_token(issuer.access_token())
    assert issuer.requests[JWKS] == 2


def test_time_spent_in_another_cache_counts(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    keys = json.dumps({"keys": [issuer.key.as_dict(private=False)]}).encode()
    issuer.answers[JWKS] = answering(keys, cache_control="max-age=300", age="200")
    verifier.verify_access_token(issuer.access_token())
    clock.pass_seconds(100)
    verifier.verify_access_token(issuer.access_token())
    assert issuer.requests[JWKS] == 2


def test_keys_go_on_being_used_while_the_issuer_is_down(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.stop()
    clock.pass_seconds(3600)
    token = issuer.access_token()
    with caplog.at_level(logging.WARNING, "congvu_sso"):
        for _ in range(5):
            warm.verify_access_token(token)
    assert len(caplog.records) == 1
    assert token not in caplog.text


def test_but_not_for_ever(issuer: TokenIssuer, warm: Verifier, clock: ManualClock) -> None:
    issuer.stop()
    clock.pass_seconds(300 + 4 * 3600 - 1)
    warm.verify_access_token(issuer.access_token())
    clock.pass_seconds(1)
    with pytest.raises(KeysUnavailable):
        warm.verify_access_token(issuer.access_token())


def test_everything_is_well_again_when_the_issuer_is_back(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    issuer.stop()
    clock.pass_seconds(86_400)
    with pytest.raises(KeysUnavailable):
        warm.verify_access_token(issuer.access_token())
    issuer.rotate(keep=False)
    issuer.start()
    clock.pass_seconds(10)
    warm.verify_access_token(issuer.access_token())


def test_a_token_with_an_unknown_key_is_not_believed_while_the_issuer_is_down(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    issuer.stop()
    issuer.rotate()
    clock.pass_seconds(20)
    with pytest.raises(KeyUnknown):
        warm.verify_access_token(issuer.access_token())


def test_an_issuer_that_is_down_at_the_start_is_asked_again_a_second_later(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    issuer.stop()
    with pytest.raises(KeysUnavailable):
        verifier.refresh()
    issuer.start()
    with pytest.raises(KeysUnavailable):
        verifier.verify_access_token(issuer.access_token())
    clock.pass_seconds(1)
    verifier.verify_access_token(issuer.access_token())


def test_an_address_of_keys_that_is_given_needs_no_discovery(
    issuer: TokenIssuer, clock: ManualClock
) -> None:
    with Verifier(
        issuer.url, audience=AUDIENCE, jwks_uri=issuer.url + JWKS, clock=clock
    ) as verifier:
        verifier.verify_access_token(issuer.access_token())
    assert set(issuer.requests) == {JWKS}


def test_keys_that_moved_are_discovered_again(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    issuer.answers[JWKS] = answering(b"", 404)
    moved = {"issuer": issuer.url, "jwks_uri": issuer.url + "/moved"}
    issuer.answers[DISCOVERY] = answering(json.dumps(moved).encode())
    issuer.rotate(keep=False)
    keys = {"keys": [issuer.key.as_dict(private=False)]}
    issuer.answers["/moved"] = answering(json.dumps(keys).encode())
    clock.pass_seconds(20)
    with pytest.raises(KeyUnknown):
        warm.verify_access_token(issuer.access_token())
    clock.pass_seconds(10)
    warm.verify_access_token(issuer.access_token())


@pytest.mark.parametrize(
    "address",
    ["http://sso.example.gov.vn", "sso.example.gov.vn", "ftp://127.0.0.1", "https://", ""],
)
def test_an_issuer_without_tls_is_refused_save_on_loopback(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Verifier(address)
    with pytest.raises(ValueError, match="https"):
        Verifier("https://sso.example.gov.vn", jwks_uri=address or "x")


def test_a_clock_that_is_set_back_does_not_make_keys_immortal(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    clock.pass_seconds(-86_400)
    warm.verify_access_token(issuer.access_token())
    assert issuer.requests[JWKS] == 2


def test_a_key_of_an_unknown_kind_is_passed_over(issuer: TokenIssuer, verifier: Verifier) -> None:
    """As RFC 7517 section 5 wants: a new kind of key must not break old systems."""
    good = issuer.key.as_dict(private=False)
    strange: list[dict[str, object]] = [
        {"kty": "AKP", "kid": "lattice", "alg": "ML-DSA-44", "pub": "AAAA"},
        {**good, "kid": "encryption", "use": "enc"},
        {**good, "kid": "signing", "key_ops": ["sign"]},
        {**good, "kid": "off the curve", "x": "AAAA"},
        {**issuer.key.as_dict(private=True), "kid": "private"},
        {"kty": "RSA", "kid": "tiny", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "short", "n": encode(b"\xff" * 128), "e": "AQAB"},
        {"kty": "RSA", "kid": "slow", "n": encode(b"\xff" * 1024), "e": "AQAB"},
        {"kty": "RSA", "kid": "slower", "n": encode(b"\xff" * 256), "e": encode(b"\x7f" * 255)},
        {"kty": ["EC"], "kid": "list"},
        {"kty": "EC", "crv": {}, "kid": "curve"},
    ]
    body = json.dumps({"keys": [*strange, good]}).encode()
    issuer.answers[JWKS] = answering(body)
    verifier.verify_access_token(issuer.access_token())
    for jwk in strange:
        header = {"alg": "ES256", "typ": "at+jwt", "kid": jwk["kid"]}
        with pytest.raises(KeyUnknown):
            verifier.verify_access_token(sign(header, issuer.access_claims(), issuer.key))


def test_a_client_that_was_handed_in_stays_open(issuer: TokenIssuer, clock: ManualClock) -> None:
    with httpx.Client() as http:
        with Verifier(issuer.url, audience=AUDIENCE, http=http, clock=clock) as verifier:
            verifier.verify_access_token(issuer.access_token())
        assert not http.is_closed


@pytest.mark.parametrize("etag", ["\u00e9tag", "x" * 300, ""])
def test_a_tag_that_cannot_be_sent_back_is_not(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock, etag: str
) -> None:
    keys = json.dumps({"keys": [issuer.key.as_dict(private=False)]}).encode()
    issuer.answers[JWKS] = answering(keys, etag=etag)
    verifier.verify_access_token(issuer.access_token())
    clock.pass_seconds(301)
    verifier.verify_access_token(issuer.access_token())
    assert issuer.requests[JWKS] == 2
