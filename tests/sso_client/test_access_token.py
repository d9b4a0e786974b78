"""Access tokens (RFC 9068): what a good one says, and which claims make one worthless."""

import json
from datetime import UTC, datetime

import pytest

from congvu_sso import (
    Actor,
    AudienceWrong,
    IssuerWrong,
    ScopeMissing,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    Verifier,
)
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import ManualClock, TokenIssuer, encode, new_key, signature


def test_a_good_token_is_read_into_typed_fields(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    token = verifier.verify_access_token(
        issuer.access_token(
            sid="session", auth_time=clock.now - 60, acr="urn:acr", amr=["pwd", "otp"], extra=1
        )
    )
    assert token.subject == "3f0f9a0e-7f0a-4c58-9d5e-0f6a5cc1b7aa"
    assert token.issuer == issuer.url
    assert token.audience == (AUDIENCE,)
    assert token.client_id == "documents"
    assert token.token_id == "Yt3cQm0v8hKzqL5w"
    assert token.scopes == {"openid", "documents:read"}
    assert token.issued_at == datetime.fromtimestamp(clock.now, UTC)
    assert token.expires_at == datetime.fromtimestamp(clock.now + 600, UTC)
    assert token.authenticated_at == datetime.fromtimestamp(clock.now - 60, UTC)
    assert (token.session_id, token.acr, token.amr) == ("session", "urn:acr", ("pwd", "otp"))
    assert token.actor is None
    assert token.confirmation is None
    assert token.claims["extra"] == 1


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_every_algorithm_of_the_issuer_is_verified(
    issuer: TokenIssuer, verifier: Verifier, algorithm: str
) -> None:
    issuer.keys = [new_key(algorithm, "only")]
    assert verifier.verify_access_token(issuer.access_token()).client_id == "documents"


def test_a_person_acting_as_an_organisation_is_named_as_actor(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    act = {"sub": "person", "act": {"sub": "gateway"}}
    token = verifier.verify_access_token(issuer.access_token(sub="organisation", act=act))
    assert token.subject == "organisation"
    assert token.actor == Actor("person", Actor("gateway"))


def test_a_token_in_a_log_does_not_show_its_claims(issuer: TokenIssuer, verifier: Verifier) -> None:
    token = verifier.verify_access_token(issuer.access_token(name="Nguyễn Thị Hồng Nga"))
    assert "Nguyễn" not in repr(token)


def test_the_claims_of_one_call_are_not_those_of_the_next(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    text = issuer.access_token(groups=["staff"])
    verifier.verify_access_token(text).claims["groups"].append("administrators")
    assert verifier.verify_access_token(text).claims["groups"] == ["staff"]


def test_one_of_several_audiences_is_enough(issuer: TokenIssuer, verifier: Verifier) -> None:
    token = verifier.verify_access_token(issuer.access_token(aud=["https://other", AUDIENCE]))
    assert token.audience == ("https://other", AUDIENCE)


def test_a_verifier_may_go_by_several_names(issuer: TokenIssuer, clock: ManualClock) -> None:
    with Verifier(issuer.url, audience=["https://old", AUDIENCE], clock=clock) as verifier:
        verifier.verify_access_token(issuer.access_token(aud="https://old"))


@pytest.mark.parametrize("audience", ["https://other", AUDIENCE + "/", [], ["https://other"], ""])
def test_a_token_for_somebody_else_is_refused(
    issuer: TokenIssuer, verifier: Verifier, audience: object
) -> None:
    with pytest.raises(AudienceWrong):
        verifier.verify_access_token(issuer.access_token(aud=audience))


def test_without_an_audience_access_tokens_cannot_be_verified_at_all(
    issuer: TokenIssuer, clock: ManualClock
) -> None:
    with (
        Verifier(issuer.url, clock=clock) as verifier,
        pytest.raises(ValueError, match="audience"),
    ):
        verifier.verify_access_token(issuer.access_token())


def test_a_token_of_another_issuer_is_refused_even_when_our_key_signed_it(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    with pytest.raises(IssuerWrong):
        verifier.verify_access_token(issuer.access_token(iss=issuer.url + "/"))


def test_a_token_is_good_until_its_expiry_and_the_leeway(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    token = issuer.access_token()
    clock.pass_seconds(629)
    verifier.verify_access_token(token)
    clock.pass_seconds(1)
    with pytest.raises(TokenExpired):
        verifier.verify_access_token(token)


def test_a_remembered_token_expires_all_the_same(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    token = issuer.access_token()
    for _ in range(3):
        verifier.verify_access_token(token)
    clock.pass_seconds(700)
    with pytest.raises(TokenExpired):
        verifier.verify_access_token(token)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_of_the_future_is_refused_beyond_the_leeway(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock, claim: str
) -> None:
    verifier.verify_access_token(issuer.access_token(**{claim: clock.now + 30}))
    with pytest.raises(TokenNotYetValid):
        verifier.verify_access_token(issuer.access_token(**{claim: clock.now + 31}))


@pytest.mark.parametrize("claim", ["iss", "sub", "client_id", "jti", "iat", "exp"])
@pytest.mark.parametrize("value", [..., None, "", True, [], {}])
def test_a_required_claim_that_is_missing_or_no_value_is_refused(
    issuer: TokenIssuer, verifier: Verifier, claim: str, value: object
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(issuer.access_token(**{claim: value}))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("scope", ["documents:read"]),
        ("aud", 7),
        ("aud", [AUDIENCE, 7]),
        ("amr", {"pwd": True}),
        ("auth_time", "yesterday"),
        ("nbf", -1),
        ("act", "person"),
        ("act", {}),
        ("cnf", "thumbprint"),
        ("cnf", {"jkt": 7}),
        ("exp", 1e300),
        ("iat", 10**15),
    ],
)
def test_a_claim_of_the_wrong_type_is_refused(
    issuer: TokenIssuer, verifier: Verifier, claim: str, value: object
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(issuer.access_token(**{claim: value}))


@pytest.mark.parametrize("never", [float("nan"), float("inf")])
def test_a_token_cannot_live_for_ever_by_an_expiry_that_is_no_number(
    issuer: TokenIssuer, verifier: Verifier, never: float
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(issuer.access_token(exp=never))


def test_a_claim_given_twice_is_refused(issuer: TokenIssuer, verifier: Verifier) -> None:
    class Twice(dict[str, object]):
        """Written by json as both."""

        def items(self) -> list[tuple[str, object]]:  # type: ignore[override]
            return [*super().items(), ("aud", AUDIENCE)]

    assert json.dumps(Twice(aud="x")).count("aud") == 2
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(issuer.token("at+jwt", Twice(issuer.access_claims())))


def test_claims_nested_without_end_are_refused(issuer: TokenIssuer, verifier: Verifier) -> None:
    chain: dict[str, object] = {"sub": "person"}
    for _ in range(40):
        chain = {"sub": "person", "act": chain}
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(issuer.access_token(act=chain))


def test_a_payload_nested_deeper_than_python_can_parse_is_refused(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    header = issuer.access_token().split(".", maxsplit=1)[0]
    signed = f"{header}.{encode(b'[' * 5000 + b']' * 5000)}"
    with pytest.raises(TokenMalformed):
        verifier.verify_access_token(f"{signed}.{signature(signed, issuer.key)}")


def test_a_missing_scope_is_another_refusal_that_says_what_was_needed(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    token = issuer.access_token()
    verifier.verify_access_token(token, required_scopes=["openid", "documents:read"])
    with pytest.raises(ScopeMissing) as refused:
        verifier.verify_access_token(token, required_scopes=["documents:write"])
    assert refused.value.required == ("documents:write",)


def test_a_token_without_scope_has_none(issuer: TokenIssuer, verifier: Verifier) -> None:
    assert verifier.verify_access_token(issuer.access_token(scope=...)).scopes == frozenset()
