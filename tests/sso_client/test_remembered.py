"""The memory of good signatures: smaller than it could be, and never trusted beyond its key."""

from collections import Counter

import pytest

from congvu_sso import AudienceWrong, ScopeMissing, SignatureInvalid, Verifier
from congvu_sso.public_keys import PublicKey
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import ManualClock, TokenIssuer, new_key


@pytest.fixture
def calculated(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a signature was really checked."""
    counted: Counter[str] = Counter()
    really = PublicKey.verify

    def counting(key: PublicKey, algorithm: str, signed: bytes, signature: bytes) -> bool:
        counted["times"] += 1
        return really(key, algorithm, signed, signature)

    monkeypatch.setattr(PublicKey, "verify", counting)
    return counted


def test_a_signature_is_calculated_once(
    issuer: TokenIssuer, verifier: Verifier, calculated: Counter[str]
) -> None:
    token = issuer.access_token()
    for _ in range(5):
        verifier.verify_access_token(token)
    assert calculated["times"] == 1


def test_or_every_time_if_wished(
    issuer: TokenIssuer, clock: ManualClock, calculated: Counter[str]
) -> None:
    token = issuer.access_token()
    with Verifier(issuer.url, audience=AUDIENCE, remember=0, clock=clock) as verifier:
        for _ in range(5):
            verifier.verify_access_token(token)
    assert calculated["times"] == 5


def test_scopes_and_audience_are_checked_every_time(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    token = issuer.access_token()
    verifier.verify_access_token(token)
    with pytest.raises(ScopeMissing):
        verifier.verify_access_token(token, required_scopes=["other"])
    foreign = issuer.access_token(aud="https://other")
    for _ in range(2):
        with pytest.raises(AudienceWrong):
            verifier.verify_access_token(foreign)


def test_a_bad_signature_is_not_remembered_as_anything(
    issuer: TokenIssuer, verifier: Verifier, calculated: Counter[str]
) -> None:
    forged = issuer.token("at+jwt", issuer.access_claims(), new_key("ES256", "first"))
    for _ in range(2):
        with pytest.raises(SignatureInvalid):
            verifier.verify_access_token(forged)
    assert calculated["times"] == 2


def test_it_survives_a_refresh_that_brings_the_same_key(
    issuer: TokenIssuer, verifier: Verifier, calculated: Counter[str]
) -> None:
    token = issuer.access_token()
    verifier.verify_access_token(token)
    issuer.rotate()
    verifier.refresh()
    verifier.verify_access_token(token)
    assert calculated["times"] == 1


def test_a_key_that_went_and_came_back_has_to_prove_itself_again(
    issuer: TokenIssuer, verifier: Verifier, calculated: Counter[str]
) -> None:
    token = issuer.access_token()
    verifier.verify_access_token(token)
    before = issuer.keys
    issuer.rotate(keep=False)
    verifier.refresh()
    issuer.keys = before
    verifier.refresh()
    verifier.verify_access_token(token)
    assert calculated["times"] == 2


def test_only_the_most_recent_are_kept(
    issuer: TokenIssuer, clock: ManualClock, calculated: Counter[str]
) -> None:
    one, two, three = (issuer.access_token(jti=str(number)) for number in range(3))
    with Verifier(issuer.url, audience=AUDIENCE, remember=2, clock=clock) as verifier:
        for token in (one, two, one, three, one):
            verifier.verify_access_token(token)
        assert calculated["times"] == 3
        verifier.verify_access_token(two)
        assert calculated["times"] == 4
        assert len(verifier._remembered) == 2
