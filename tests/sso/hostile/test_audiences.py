"""RFC 9700 section 2.3: a token shown to one server is worth nothing at another."""

import httpx
from sqlalchemy import func, select

from sso.tokens.models import Grant
from tests.support.sign_on import SignOnWorld

LGSP, ARCHIVE = "https://lgsp.backan.gov.vn", "https://archive.backan.gov.vn"


def userinfo(world: SignOnWorld, token: str) -> httpx.Response:
    return world.client.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"})


def test_a_resource_server_cannot_ask_userinfo_with_what_it_was_shown(world: SignOnWorld) -> None:
    """Else it would learn what only the client may: here the citizen number."""
    hr = world.application("hr", scope=["openid", "citizen_number"], resources=[LGSP])
    member, scope = world.member(), "openid citizen_number"
    own = world.tokens(hr, member, scope=scope)["access_token"]
    assert userinfo(world, own).json()["citizen_number"].startswith("006")
    shown = world.tokens(hr, member, scope=scope, resource=LGSP)["access_token"]
    refused = userinfo(world, shown)
    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_token"


def test_a_token_for_userinfo_is_not_the_business_of_resource_servers(world: SignOnWorld) -> None:
    app, member = world.application(resources=[LGSP]), world.member()
    server = world.application("lgsp", resource_identifiers=[LGSP])
    token = world.tokens(app, member)["access_token"]
    assert world.claims(token)["aud"] == world.services.sign_on.issuer
    assert world.introspect(server, token) == {"active": False}


def test_one_grant_has_tokens_for_each_of_its_servers_and_for_no_other(world: SignOnWorld) -> None:
    app, member = world.application(resources=[LGSP, ARCHIVE]), world.member()
    refresh = world.tokens(app, member, resource=LGSP)["refresh_token"]

    def ask(resource: str) -> httpx.Response:
        return world.token(
            app, grant_type="refresh_token", refresh_token=refresh, resource=resource
        )

    for strange in ("https://evil.example", f"{LGSP}/", LGSP.upper(), "", "x", "#"):
        assert ask(strange).json()["error"] == "invalid_target", strange
    with world.services.database.transaction() as session:
        assert session.scalar(select(func.max(Grant.generation))) == 1  # no mistake spends a token
    assert ask(ARCHIVE).json()["error"] == "invalid_target"
    assert world.claims(ask(LGSP).json()["access_token"])["aud"] == LGSP


def test_a_machine_s_token_is_for_its_usual_server(world: SignOnWorld) -> None:
    app = world.application(resources=[LGSP, ARCHIVE])
    token = world.token(app, grant_type="client_credentials").json()["access_token"]
    assert world.claims(token)["aud"] == LGSP
    assert userinfo(world, token).status_code in {401, 403}
