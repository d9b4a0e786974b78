"""RFC 7009."""

import pytest

from tests.support.sign_on import Application, Member, SignOnWorld


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def revoke(world: SignOnWorld, site: Application, token: str) -> None:
    response = world.client.post("/oauth2/revoke", data={"token": token}, auth=site.auth)
    assert response.status_code == 200


def test_an_access_token_ends_alone(world: SignOnWorld, site: Application, member: Member) -> None:
    tokens = world.tokens(site, member)
    revoke(world, site, tokens["access_token"])
    assert world.introspect(site, tokens["access_token"]) == {"active": False}
    answer = world.token(
        site, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    ).json()
    assert world.introspect(site, answer["access_token"])["active"] is True


def test_a_refresh_token_ends_everything_of_its_grant(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    tokens = world.tokens(site, member)
    revoke(world, site, tokens["refresh_token"])
    assert world.introspect(site, tokens["access_token"]) == {"active": False}
    again = world.token(site, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


def test_nobody_revokes_tokens_of_another_client(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    tokens, other = world.tokens(site, member), world.application("other")
    revoke(world, other, tokens["access_token"])
    revoke(world, other, tokens["refresh_token"])
    assert world.introspect(site, tokens["access_token"])["active"] is True


def test_a_token_that_is_unknown_is_revoked_already(world: SignOnWorld, site: Application) -> None:
    for token in ("x", "a.b.c", "cvr_" + "A" * 70):
        revoke(world, site, token)


def test_a_machine_token_can_be_revoked(world: SignOnWorld, site: Application) -> None:
    token = world.token(site, grant_type="client_credentials").json()["access_token"]
    assert world.introspect(site, token)["active"] is True
    revoke(world, site, token)
    assert world.introspect(site, token) == {"active": False}
