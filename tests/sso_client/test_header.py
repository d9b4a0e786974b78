"""What attackers write into the header: algorithms, keys of their own, other kinds of tokens."""

import hmac
from collections import Counter

import pytest
from joserfc.jwk import OctKey

from congvu_sso import (
    AlgorithmRefused,
    HeaderRefused,
    KeyUnknown,
    SignatureInvalid,
    TokenMalformed,
    TokenTooLarge,
    TypeWrong,
    Verifier,
)
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import (
    DISCOVERY,
    JWKS,
    ManualClock,
    TokenIssuer,
    encode,
    new_key,
    sign,
    unsigned,
)


def header(issuer: TokenIssuer, **changes: object) -> dict[str, object]:
    return {"alg": issuer.key.alg, "typ": "at+jwt", "kid": issuer.key.kid, **changes}


@pytest.mark.parametrize("none", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_signed_by_nobody_is_refused(
    issuer: TokenIssuer, verifier: Verifier, none: str, signature: str
) -> None:
    text = unsigned(header(issuer, alg=none), issuer.access_claims())
    with pytest.raises(AlgorithmRefused):
        verifier.verify_access_token(f"{text}.{signature}")


@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_the_public_key_cannot_serve_as_a_shared_secret(
    issuer: TokenIssuer, verifier: Verifier, form: str
) -> None:
    issuer.keys = [new_key("RS256", "rsa")]
    key = issuer.key
    secrets = {
        "pem": key.as_pem(private=False),
        "der": key.as_der(private=False),
        "jwk": str(key.as_dict(private=False)).encode(),
    }
    text = unsigned(header(issuer, alg="HS256"), issuer.access_claims())
    forged = hmac.digest(secrets[form], text.encode(), "sha256")
    with pytest.raises(AlgorithmRefused):
        verifier.verify_access_token(f"{text}.{encode(forged)}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_shared_secret_is_no_algorithm_even_if_configured(
    issuer: TokenIssuer, algorithm: str
) -> None:
    with pytest.raises(ValueError, match="algorithms"):
        Verifier(issuer.url, audience=AUDIENCE, algorithms=["ES256", algorithm])


@pytest.mark.parametrize("algorithms", [[], ["none"], ["ES257"]])
def test_unknown_algorithms_or_none_at_all_cannot_be_configured(
    issuer: TokenIssuer, algorithms: list[str]
) -> None:
    with pytest.raises(ValueError, match="algorithms"):
        Verifier(issuer.url, audience=AUDIENCE, algorithms=algorithms)


def test_a_symmetric_key_in_the_published_set_is_never_used(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    secret = OctKey.import_key({"kty": "oct", "k": encode(b"s" * 32), "kid": "secret"})
    published = secret.as_dict(private=True)
    issuer.keys = [new_key("ES256", "good"), _Published(published)]  # type: ignore[list-item]
    forged = sign({"alg": "HS256", "typ": "at+jwt", "kid": "secret"}, {}, secret)
    with pytest.raises(AlgorithmRefused):
        verifier.verify_access_token(forged)
    forged = unsigned({"alg": "ES256", "typ": "at+jwt", "kid": "secret"}, {}) + "." + encode(b"x")
    with pytest.raises(KeyUnknown):
        verifier.verify_access_token(forged)


class _Published:
    def __init__(self, jwk: object) -> None:
        self._jwk = jwk

    def as_dict(self, *, private: bool) -> object:  # noqa: ARG002
        return self._jwk


@pytest.mark.parametrize(
    ("claimed", "actual"), [("RS256", "ES256"), ("ES256", "EdDSA"), ("EdDSA", "RS256")]
)
def test_an_algorithm_of_another_kind_of_key_is_refused(
    issuer: TokenIssuer, verifier: Verifier, claimed: str, actual: str
) -> None:
    issuer.keys = [new_key(actual, "only")]
    text = sign(header(issuer, alg=claimed), issuer.access_claims(), issuer.key, actual)
    with pytest.raises(AlgorithmRefused):
        verifier.verify_access_token(text)


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_a_key_published_for_one_algorithm_is_not_used_with_its_sisters(
    issuer: TokenIssuer, clock: ManualClock, algorithm: str
) -> None:
    issuer.keys = [new_key("RS256", "rsa")]
    with (
        Verifier(
            issuer.url, audience=AUDIENCE, algorithms=["RS256", algorithm], clock=clock
        ) as verifier,
        pytest.raises(AlgorithmRefused),
    ):
        verifier.verify_access_token(
            sign(header(issuer, alg=algorithm), issuer.access_claims(), issuer.key)
        )


def test_an_algorithm_can_be_switched_off(issuer: TokenIssuer, clock: ManualClock) -> None:
    issuer.keys = [new_key("RS256", "rsa")]
    with (
        Verifier(issuer.url, audience=AUDIENCE, algorithms=["ES256"], clock=clock) as verifier,
        pytest.raises(AlgorithmRefused),
    ):
        verifier.verify_access_token(issuer.access_token())


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "crit"])
def test_a_header_that_brings_its_own_key_or_rules_is_refused(
    issuer: TokenIssuer, verifier: Verifier, member: str
) -> None:
    own = new_key("ES256", "first")
    values = {
        "jwk": own.as_dict(private=False),
        "jku": "http://127.0.0.1:9/jwks",
        "x5u": "http://127.0.0.1:9/x5u",
        "x5c": ["MIIB"],
        "crit": ["b64"],
    }
    forged = sign(header(issuer, **{member: values[member]}), issuer.access_claims(), own)
    with pytest.raises(HeaderRefused):
        verifier.verify_access_token(forged)
    assert issuer.requests == Counter()


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/etc/passwd",
        "first' OR '1'='1",
        "first'; DROP TABLE keys; --",
        "http://127.0.0.1:9/key",
        "first\u0000",
        "FIRST",
        "ключ",
    ],
)
def test_a_key_name_is_only_ever_looked_up(
    issuer: TokenIssuer, verifier: Verifier, kid: str
) -> None:
    forged = sign(header(issuer, kid=kid), issuer.access_claims(), issuer.key)
    with pytest.raises(KeyUnknown):
        verifier.verify_access_token(forged)
    assert set(issuer.requests) == {DISCOVERY, JWKS}


@pytest.mark.parametrize("kid", [None, "", 7, ["first"], {"first": 1}, "k" * 257, "k" * 9000])
def test_a_key_name_that_cannot_be_one_does_not_even_cause_a_refresh(
    issuer: TokenIssuer, verifier: Verifier, kid: object
) -> None:
    forged = sign(header(issuer, kid=kid), issuer.access_claims(), issuer.key)
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(forged)
    assert issuer.requests == Counter()


def test_a_token_by_another_key_of_the_same_name_is_refused(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    with pytest.raises(SignatureInvalid):
        verifier.verify_access_token(
            issuer.token("at+jwt", issuer.access_claims(), new_key("ES256", "first"))
        )


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_changed_in_any_part_is_refused(
    issuer: TokenIssuer, verifier: Verifier, part: int
) -> None:
    good = issuer.access_token()
    verifier.verify_access_token(good)
    others = issuer.token("at+jwt", issuer.access_claims(sub="root"), new_key("ES256", "first"))
    parts = good.split(".")
    parts[part] = (others.split(".")[part], encode(b"\x00" * 64))[part == 0]
    with pytest.raises((SignatureInvalid, TokenMalformed)):
        verifier.verify_access_token(".".join(parts))


def test_an_id_token_is_no_access_token(issuer: TokenIssuer, verifier: Verifier) -> None:
    with pytest.raises(TypeWrong):
        verifier.verify_access_token(issuer.token("JWT", issuer.access_claims()))


def test_an_access_token_is_no_id_token(issuer: TokenIssuer, verifier: Verifier) -> None:
    with pytest.raises(TypeWrong):
        verifier.verify_id_token(issuer.access_token(aud="documents"), client_id="documents")


def test_a_logout_token_is_neither(issuer: TokenIssuer, verifier: Verifier) -> None:
    token = issuer.logout_token(aud=["documents", AUDIENCE])
    with pytest.raises(TypeWrong):
        verifier.verify_access_token(token)
    with pytest.raises(TypeWrong):
        verifier.verify_id_token(token, client_id="documents")


def test_an_id_token_is_no_logout_token(issuer: TokenIssuer, verifier: Verifier) -> None:
    with pytest.raises(TypeWrong):
        verifier.verify_logout_token(issuer.id_token(), "documents")


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_type_may_be_spelt_as_rfc_9068_allows(
    issuer: TokenIssuer, verifier: Verifier, kind: str
) -> None:
    verifier.verify_access_token(issuer.token(kind, issuer.access_claims()))


@pytest.mark.parametrize("kind", [None, "", "jwt", ["at+jwt"], "dpop+jwt"])
def test_a_token_of_no_or_another_type_is_refused(
    issuer: TokenIssuer, verifier: Verifier, kind: object
) -> None:
    forged = sign(header(issuer, typ=kind), issuer.access_claims(), issuer.key)
    with pytest.raises(TypeWrong):
        verifier.verify_access_token(forged)


def test_a_token_beyond_the_limit_is_not_even_read(issuer: TokenIssuer, verifier: Verifier) -> None:
    verifier.verify_access_token(issuer.access_token(padding="x" * 11_000))
    with pytest.raises(TokenTooLarge):
        verifier.verify_access_token(issuer.access_token(padding="x" * 13_000))
    with pytest.raises(TokenTooLarge):
        verifier.verify_access_token("." * 20_000_000)
