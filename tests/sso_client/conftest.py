from collections.abc import Iterator

import pytest

from congvu_sso import Verifier
from tests.support.token_issuer import ManualClock, TokenIssuer, token_issuer

AUDIENCE = "https://documents.example.gov.vn"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def issuer(clock: ManualClock) -> Iterator[TokenIssuer]:
    with token_issuer(clock) as issuer:
        yield issuer


@pytest.fixture
def verifier(issuer: TokenIssuer, clock: ManualClock) -> Iterator[Verifier]:
    with Verifier(issuer.url, audience=AUDIENCE, clock=clock) as verifier:
        yield verifier


@pytest.fixture
def warm(issuer: TokenIssuer, verifier: Verifier) -> Verifier:
    """One that has the keys."""
    verifier.verify_access_token(issuer.access_token())
    return verifier
