"""Credentials in, refusals out (RFC 6750 section 3, RFC 9449 section 7.1)."""

import pytest

import congvu_sso
from congvu_sso import (
    AudienceWrong,
    CertificateWrong,
    CredentialsMissing,
    KeysUnavailable,
    ProofMissing,
    ProofNonceNeeded,
    ProofReplayed,
    ScopeMissing,
    SsoError,
    TokenExpired,
    read_credentials,
    refusal,
)


@pytest.mark.parametrize(
    ("header", "scheme"),
    [("Bearer t", "bearer"), ("bearer  t ", "bearer"), ("DPoP t", "dpop"), ("DPOP t", "dpop")],
)
def test_credentials_are_read_from_the_header(header: str, scheme: str) -> None:
    credentials = read_credentials(header)
    assert (credentials.scheme, credentials.token) == (scheme, "t")
    assert "'t'" not in repr(credentials)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpw", "t", "Bearert"]
)
def test_without_credentials_there_is_only_a_challenge(header: str | None) -> None:
    with pytest.raises(CredentialsMissing) as missing:
        read_credentials(header)
    answer = refusal(missing.value, realm="documents")
    assert (answer.status, answer.error) == (401, None)
    assert answer.headers == {"WWW-Authenticate": 'Bearer realm="documents"'}


@pytest.mark.parametrize(
    ("error", "status", "challenge"),
    [
        (TokenExpired(), 401, 'Bearer realm="congvu", error="invalid_token", error_description='),
        (AudienceWrong(), 401, 'Bearer realm="congvu", error="invalid_token", error_description='),
        (CertificateWrong(), 401, 'Bearer realm="congvu", error="invalid_token", '),
        (ScopeMissing(["a", "b"]), 403, 'Bearer realm="congvu", error="insufficient_scope", '),
        (ProofMissing(), 401, 'DPoP realm="congvu", error="invalid_token", '),
        (ProofReplayed(), 401, 'DPoP realm="congvu", error="invalid_dpop_proof", '),
        (ProofNonceNeeded(), 401, 'DPoP realm="congvu", error="use_dpop_nonce", '),
    ],
)
def test_a_refusal_says_why_in_the_words_of_the_standards(
    error: SsoError, status: int, challenge: str
) -> None:
    answer = refusal(error)
    assert answer.status == status
    assert answer.headers["WWW-Authenticate"].startswith(challenge)
    assert error.code in answer.headers["WWW-Authenticate"]
    assert answer.headers["WWW-Authenticate"].isascii()


def test_the_scopes_that_are_needed_are_named() -> None:
    answer = refusal(ScopeMissing(["documents:read", "documents:write"]))
    assert 'scope="documents:read documents:write"' in answer.headers["WWW-Authenticate"]


def test_a_bound_token_is_told_which_proofs_count() -> None:
    assert 'algs="ES256 RS256 EdDSA"' in refusal(ProofMissing()).headers["WWW-Authenticate"]


@pytest.mark.parametrize("error", [TokenExpired(), ScopeMissing(["a"]), CertificateWrong()])
def test_whoever_comes_with_dpop_is_answered_in_it(error: SsoError) -> None:
    answer = refusal(error, authorization="dpop t", algorithms=["ES256", "PS256"])
    plain = refusal(error, authorization="Bearer t")
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("DPoP realm=")
    assert challenge.endswith(', algs="ES256 PS256"')
    assert (answer.status, answer.error) == (plain.status, plain.error)
    assert "algs" not in plain.headers["WWW-Authenticate"]


def test_keys_that_are_unavailable_are_no_fault_of_the_caller() -> None:
    answer = refusal(KeysUnavailable())
    assert answer.status == 503
    assert answer.headers == {"Retry-After": "10"}


def test_every_error_has_a_code_of_its_own_and_a_sentence() -> None:
    kinds = [
        each
        for name in congvu_sso.__all__
        if isinstance(each := getattr(congvu_sso, name), type) and issubclass(each, SsoError)
    ]
    leaves = [each for each in kinds if not each.__subclasses__()]
    assert len({each.code for each in leaves}) == len(leaves)
    assert all(each.code != "error" and each.sentence.endswith(".") for each in leaves)
