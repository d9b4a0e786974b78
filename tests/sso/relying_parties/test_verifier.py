"""The library of sso_client/ against the provider itself, over TLS."""

from collections.abc import Iterator

import httpx
import pytest

from congvu_sso import SsoError, Verifier
from tests.support.code_flow import tokens_for
from tests.support.provider import Registered
from tests.support.tls_provider import TlsProvider

RECORDS = "https://records.backan.gov.vn"
CALLBACK = "http://127.0.0.1:20000/callback"


@pytest.fixture
def application(tls_provider: TlsProvider) -> Registered:
    return tls_provider.provider.register(
        "portal", redirect_uris=[CALLBACK], resources=[RECORDS, "https://other.backan.gov.vn"]
    )


@pytest.fixture
def verifier(tls_provider: TlsProvider) -> Iterator[Verifier]:
    with (
        httpx.Client(verify=tls_provider.trust()) as client,
        Verifier(tls_provider.provider.issuer, audience=RECORDS, http=client) as verifier,
    ):
        yield verifier


def token_for(provider: TlsProvider, application: Registered, resource: str) -> tuple[str, str]:
    """Whose it is, and the token."""
    member = provider.provider.hire()
    tokens = tokens_for(
        provider.provider, application, member, CALLBACK, verify=provider.trust(), resource=resource
    )
    return str(member.account_id), tokens["access_token"]


def test_a_token_of_the_provider_is_verified_offline(
    tls_provider: TlsProvider, application: Registered, verifier: Verifier
) -> None:
    subject, token = token_for(tls_provider, application, RECORDS)
    access = verifier.verify_access_token(token, required_scopes=["profile"])
    assert access.subject == subject
    assert access.client_id == application.client_id


def test_a_token_for_another_resource_is_refused(
    tls_provider: TlsProvider, application: Registered, verifier: Verifier
) -> None:
    _, token = token_for(tls_provider, application, "https://other.backan.gov.vn")
    with pytest.raises(SsoError):
        verifier.verify_access_token(token)
