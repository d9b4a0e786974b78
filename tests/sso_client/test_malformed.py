"""Whatever arrives, the answer is a refusal with a code, never another exception."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congvu_sso import (
    DpopRequest,
    ProofInvalid,
    ReplayMemory,
    SsoError,
    TokenMalformed,
    Verifier,
    verify_dpop,
)
from tests.support.token_issuer import TokenIssuer, encode, unsigned

GOOD_HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "first"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c.d.e",
        "Bearer x.y.z",
        "not a token",
        "é.é.é",
        "\ud800.a.b",
        f"{encode(b'[]')}.{encode(b'{}')}.",
        f"{encode(b'null')}.{encode(b'{}')}.",
        f"{encode(b'[' * 4000)}.{encode(b'{}')}.",
        f"{encode(b'{' * 9)}.{encode(b'{}')}.",
        f"{encode(bytes([0xFF, 0xFE, 0x7B]))}.e30.",
        f"{encode(b'1' * 5000)}.e30.",
    ],
)
def test_what_is_no_token_is_malformed(verifier: Verifier, text: str) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(text)


@pytest.mark.parametrize("change", ["{}=", " {}", "{}\n", "{}+", "{}/", "{}!", "{}A="])
def test_a_token_has_one_spelling_only(
    issuer: TokenIssuer, verifier: Verifier, change: str
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(change.format(issuer.access_token()))


def test_bits_that_base64_ignores_must_be_zero(issuer: TokenIssuer, verifier: Verifier) -> None:
    """64 bytes of signature leave 4 unused bits in the last character."""
    token = issuer.access_token()
    verifier.verify_access_token(token)
    sister = {"A": "B", "Q": "R", "g": "h", "w": "x"}[token[-1]]
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(token[:-1] + sister)


@given(st.text())
def test_any_text_at_all_is_refused(verifier: Verifier, text: str) -> None:
    with pytest.raises(SsoError):
        verifier.verify_access_token(text)


@given(st.binary(), st.binary(), st.binary(max_size=80))
def test_any_three_parts_are_refused(
    verifier: Verifier, header: bytes, payload: bytes, signature: bytes
) -> None:
    with pytest.raises(SsoError):
        verifier.verify_access_token(f"{encode(header)}.{encode(payload)}.{encode(signature)}")


@given(st.binary(max_size=140))
def test_any_signature_at_all_is_refused(verifier: Verifier, signature: bytes) -> None:
    with pytest.raises(SsoError):
        verifier.verify_access_token(f"{unsigned(GOOD_HEADER, {})}.{encode(signature)}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
claim_names = st.sampled_from(
    ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "act", "cnf", "amr"]
)


@given(st.dictionaries(claim_names, json_values))
def test_any_claims_give_a_token_or_a_refusal(
    issuer: TokenIssuer, verifier: Verifier, changes: dict[str, object]
) -> None:
    with contextlib.suppress(SsoError):
        verifier.verify_access_token(issuer.access_token(**changes))


@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "jwk", "crit"]), json_values))
def test_any_header_is_refused(verifier: Verifier, changes: dict[str, object]) -> None:
    with pytest.raises(SsoError):
        verifier.verify_access_token(unsigned({**GOOD_HEADER, **changes}, {}) + ".AAAA")


jwks = st.dictionaries(
    st.sampled_from(["kty", "crv", "x", "y", "n", "e", "use", "alg", "key_ops", "d"]),
    st.sampled_from(["EC", "RSA", "OKP", "P-256", "Ed25519", "sig", "ES256", "AQAB"]) | json_values,
)


@given(jwks)
def test_any_key_in_a_proof_is_refused(jwk: dict[str, object]) -> None:
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}
    proof = DpopRequest(unsigned(header, {}) + "." + encode(b"\x01" * 64), "GET", "https://x/")
    with pytest.raises(ProofInvalid):
        verify_dpop(proof, access_token="t", thumbprint="t", replay=ReplayMemory())
