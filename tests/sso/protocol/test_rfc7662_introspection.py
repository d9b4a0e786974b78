"""RFC 7662 and, for signed answers, RFC 9701."""

import pytest

from sso.clients.service import set_enabled
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, Member, SignOnWorld


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application(resources=["https://lgsp.backan.gov.vn"])


def test_a_resource_server_asks_about_tokens_that_are_for_it(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    server = world.application("lgsp", resource_identifiers=["https://lgsp.backan.gov.vn"])
    token = world.tokens(site, member, resource="https://lgsp.backan.gov.vn")["access_token"]
    found = world.introspect(server, token)
    assert found["active"] is True
    assert found["sub"] == str(member.id)
    assert found["client_id"] == site.client_id
    assert found["aud"] == "https://lgsp.backan.gov.vn"


def test_others_hear_nothing_but_inactive(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    stranger = world.application("stranger", resource_identifiers=["https://other.example"])
    token = world.tokens(site, member)["access_token"]
    assert world.introspect(stranger, token) == {"active": False}


@pytest.mark.parametrize("token", ["x", "a.b.c", "cvr_" + "A" * 70, "ü" * 100, "e" * 20000])
def test_whatever_is_no_token_of_ours_is_inactive(
    world: SignOnWorld, site: Application, token: str
) -> None:
    assert world.introspect(site, token) == {"active": False}


def test_an_id_token_is_no_access_token(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    token = world.tokens(site, member)["id_token"]
    assert world.introspect(site, token) == {"active": False}


def test_tokens_of_a_disabled_client_are_inactive(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    server = world.application("lgsp", resource_identifiers=["https://lgsp.backan.gov.vn"])
    token = world.tokens(site, member)["access_token"]
    with world.services.database.transaction() as session:
        set_enabled(session, world.officer, site.client_id, enabled=False, now=NOW, basis=BASIS)
    world.services.sign_on.clients.reload()
    assert world.introspect(server, token) == {"active": False}


def test_the_answer_is_signed_where_asked(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    token = world.tokens(site, member)["access_token"]
    response = world.client.post(
        "/oauth2/introspect",
        data={"token": token},
        auth=site.auth,
        headers={"Accept": "application/token-introspection+jwt"},
    )
    assert response.headers["Content-Type"] == "application/token-introspection+jwt"
    claims = world.claims(response.text)
    assert claims["aud"] == site.client_id
    assert claims["token_introspection"]["active"] is True


def test_a_public_client_may_not_ask(world: SignOnWorld) -> None:
    public = world.application(
        "spa", token_endpoint_auth_method="none", grant_types=["authorization_code"]
    )
    response = world.client.post(
        "/oauth2/introspect", data={"token": "x", "client_id": public.client_id}
    )
    assert response.json()["error"] == "unauthorized_client"
