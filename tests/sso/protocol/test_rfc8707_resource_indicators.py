"""RFC 8707: a token says for which resource server it is."""

import httpx
import pytest

from tests.support.sign_on import Application, Challenge, Member, SignOnWorld, answered

LGSP, HR = "https://lgsp.backan.gov.vn", "https://cbccvc.backan.gov.vn"


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application(resources=[LGSP, HR])


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def machine_token(
    world: SignOnWorld, site: Application, resource: str | list[str]
) -> httpx.Response:
    return world.token(site, grant_type="client_credentials", resource=resource)


def test_a_machine_names_the_server_its_token_is_for(world: SignOnWorld, site: Application) -> None:
    answer = machine_token(world, site, HR).json()
    assert world.claims(answer["access_token"])["aud"] == HR
    both = machine_token(world, site, [LGSP, HR]).json()
    assert world.claims(both["access_token"])["aud"] == [LGSP, HR]


@pytest.mark.parametrize(
    "resource",
    [
        "https://other.example",
        f"{LGSP}#x",
        "lgsp",
        f"{LGSP}/",
        "https://[",
        "https://" + "x" * 3000,
    ],
)
def test_servers_that_are_not_registered_are_refused(
    world: SignOnWorld, site: Application, resource: str
) -> None:
    assert machine_token(world, site, resource).json()["error"] == "invalid_target"


def test_what_was_granted_can_be_narrowed_and_not_widened(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    tokens = world.tokens(site, member, resource=LGSP)
    assert world.claims(tokens["access_token"])["aud"] == LGSP
    wider = world.token(
        site, grant_type="refresh_token", refresh_token=tokens["refresh_token"], resource=HR
    )
    assert wider.json()["error"] == "invalid_target"


def test_a_grant_for_no_server_in_particular_is_for_all_of_the_client(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    token = world.tokens(site, member)["refresh_token"]
    answer = world.token(site, grant_type="refresh_token", refresh_token=token, resource=HR)
    assert world.claims(answer.json()["access_token"])["aud"] == HR


def test_a_code_yields_a_token_for_the_server_asked_for_at_the_exchange(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser, challenge = world.browser(), Challenge()
    query = [*world.authorization(site, challenge).items(), ("resource", LGSP), ("resource", HR)]
    page = browser.follow(browser.get("/oauth2/authorize", params=query))
    code = answered(browser.sign_in(member, page))["code"]
    answer = world.token(
        site,
        grant_type="authorization_code",
        code=code,
        redirect_uri=site.redirect_uri,
        code_verifier=challenge.verifier,
        resource=HR,
    ).json()
    assert world.claims(answer["access_token"])["aud"] == HR
