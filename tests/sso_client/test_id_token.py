"""ID tokens (OpenID Connect Core 1.0 section 3.1.3.7)."""

import pytest

from congvu_sso import (
    AudienceWrong,
    AuthenticationTooOld,
    NonceWrong,
    TokenExpired,
    TokenMalformed,
    Verifier,
)
from tests.support.token_issuer import ManualClock, TokenIssuer


def test_a_good_token_answers_the_sign_in(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    text = issuer.id_token(
        nonce="n", auth_time=clock.now, azp="documents", sid="session", email="a@b.example"
    )
    token = verifier.verify_id_token(text, client_id="documents", nonce="n", max_age=0)
    assert token.subject == "3f0f9a0e-7f0a-4c58-9d5e-0f6a5cc1b7aa"
    assert (token.nonce, token.authorised_party) == ("n", "documents")
    assert token.session_id == "session"
    assert token.claims["email"] == "a@b.example"


def test_no_audience_is_needed_for_it(issuer: TokenIssuer, clock: ManualClock) -> None:
    with Verifier(issuer.url, clock=clock) as verifier:
        assert verifier.verify_id_token(issuer.id_token(), client_id="documents").nonce is None


@pytest.mark.parametrize("nonce", [..., "other", "", "ñ"])
def test_a_token_for_another_sign_in_is_refused(
    issuer: TokenIssuer, verifier: Verifier, nonce: object
) -> None:
    with pytest.raises((NonceWrong, TokenMalformed)):
        verifier.verify_id_token(issuer.id_token(nonce=nonce), client_id="documents", nonce="n")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": []},
        {"azp": "other"},
        {"aud": ["documents", "other"]},
        {"aud": ["documents", "other"], "azp": "other"},
    ],
)
def test_a_token_for_another_client_is_refused(
    issuer: TokenIssuer, verifier: Verifier, claims: dict[str, object]
) -> None:
    with pytest.raises(AudienceWrong):
        verifier.verify_id_token(issuer.id_token(**claims), client_id="documents")


def test_several_audiences_are_fine_when_we_are_the_authorised_party(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    text = issuer.id_token(aud=["documents", "other"], azp="documents")
    assert len(verifier.verify_id_token(text, client_id="documents").audience) == 2


def test_a_sign_in_longer_ago_than_asked_for_is_refused(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    text = issuer.id_token(auth_time=clock.now - 331)
    verifier.verify_id_token(text, client_id="documents")
    verifier.verify_id_token(text, client_id="documents", max_age=301)
    with pytest.raises(AuthenticationTooOld):
        verifier.verify_id_token(text, client_id="documents", max_age=300)


def test_a_token_that_does_not_say_when_the_person_signed_in_is_not_believed(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_id_token(issuer.id_token(), client_id="documents", max_age=300)


def test_an_expired_token_is_refused(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    text = issuer.id_token()
    clock.pass_seconds(630)
    with pytest.raises(TokenExpired):
        verifier.verify_id_token(text, client_id="documents")
