"""Logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6)."""

import pytest

from congvu_sso import AudienceWrong, TokenExpired, TokenMalformed, Verifier
from tests.support.token_issuer import ManualClock, TokenIssuer


def test_it_names_the_session_that_ended(issuer: TokenIssuer, verifier: Verifier) -> None:
    token = verifier.verify_logout_token(issuer.logout_token(sid="session"), "documents")
    assert token.session_id == "session"
    assert token.subject == "3f0f9a0e-7f0a-4c58-9d5e-0f6a5cc1b7aa"
    assert token.token_id == "Yt3cQm0v8hKzqL5w"


@pytest.mark.parametrize("claims", [{"sid": "s", "sub": ...}, {"sub": "person"}])
def test_a_session_or_a_person_is_enough(
    issuer: TokenIssuer, verifier: Verifier, claims: dict[str, object]
) -> None:
    verifier.verify_logout_token(issuer.logout_token(**claims), "documents")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ...},
        {"events": ...},
        {"events": []},
        {"events": {}},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": True}},
        {"nonce": "n"},
        {"nonce": None},
        {"jti": ...},
        {"iat": ...},
        {"exp": ...},
    ],
)
def test_one_that_the_standard_forbids_is_refused(
    issuer: TokenIssuer, verifier: Verifier, claims: dict[str, object]
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_logout_token(issuer.logout_token(**claims), "documents")


def test_one_for_another_client_is_refused(issuer: TokenIssuer, verifier: Verifier) -> None:
    with pytest.raises(AudienceWrong):
        verifier.verify_logout_token(issuer.logout_token(), "portal")


def test_an_old_one_is_refused(issuer: TokenIssuer, verifier: Verifier, clock: ManualClock) -> None:
    text = issuer.logout_token()
    clock.pass_seconds(630)
    with pytest.raises(TokenExpired):
        verifier.verify_logout_token(text, "documents")
