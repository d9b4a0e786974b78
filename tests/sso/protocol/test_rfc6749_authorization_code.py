"""RFC 6749 section 4.1 with PKCE (RFC 7636), as a client and as an attacker would use it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.sign_on import Challenge, SignOnWorld, answered


def test_a_person_signs_in_and_the_client_learns_who_they_are(world: SignOnWorld) -> None:
    app, member = world.application(), world.member()
    tokens = world.tokens(app, member)
    claims = world.claims(tokens["id_token"])
    assert claims["sub"] == str(member.id)
    assert claims["aud"] == app.client_id
    assert claims["nonce"] == "nonce-1"
    userinfo = world.client.get(
        "/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    ).json()
    assert userinfo["name"] == "Nguyễn Thị Hồng Nga"
    assert userinfo["email"] == f"{member.login}@backan.gov.vn"


def test_the_second_client_is_entered_without_a_password(world: SignOnWorld) -> None:
    first, second, browser = world.application(), world.application("other"), world.browser()
    world.tokens(first, world.member(), browser)
    assert "code" in answered(world.authorize(browser, second))


def test_a_code_works_once_and_its_second_use_ends_the_grant(world: SignOnWorld) -> None:
    app, member, challenge = world.application(), world.member(), Challenge()
    code = world.code(world.browser(), app, member, challenge=challenge)
    first = world.exchange(app, code, challenge)
    second = world.exchange(app, code, challenge)
    assert first.status_code == 200
    assert second.json()["error"] == "invalid_grant"
    assert world.introspect(app, first.json()["access_token"]) == {"active": False}


def test_of_parallel_exchanges_exactly_one_wins(world: SignOnWorld) -> None:
    app, member, challenge = world.application(), world.member(), Challenge()
    code = world.code(world.browser(), app, member, challenge=challenge)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.exchange(app, code, challenge), range(8)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert world.introspect(app, won[0].json()["access_token"]) == {"active": False}


def test_a_wrong_verifier_burns_the_code(world: SignOnWorld) -> None:
    app, member, challenge = world.application(), world.member(), Challenge()
    code = world.code(world.browser(), app, member, challenge=challenge)
    assert world.exchange(app, code, Challenge()).json()["error"] == "invalid_grant"
    assert world.exchange(app, code, challenge).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "short"},
    ],
)
def test_pkce_cannot_be_left_out_or_weakened(world: SignOnWorld, changed: dict[str, Any]) -> None:
    answer = answered(world.authorize(world.browser(), world.application(), **changed))
    assert answer["error"] == "invalid_request"
    assert answer["iss"] == world.services.sign_on.issuer


@pytest.mark.parametrize(
    "target",
    [
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example:8443/callback",
        "http://app.example/callback",
        "https://app.example.evil.example/callback",
        "https://app.example@evil.example/callback",
        "https://APP.example/callback",
        "https://app.example/callback/../other",
        "javascript:alert(1)",
        None,
    ],
)
def test_only_the_registered_address_is_ever_redirected_to(
    world: SignOnWorld, target: str | None
) -> None:
    app = world.application(
        redirect_uris=["https://app.example/callback", "https://app.example/other"]
    )
    response = world.authorize(world.browser(), app, redirect_uri=target)
    assert response.status_code == 400
    assert "evil.example" not in response.headers.get("Location", "")
