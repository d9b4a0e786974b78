"""RFC 9126: authorization requests over the back channel."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from sqlalchemy import select

from sso.protocol.models import PushedRequest
from tests.support.clock import MovableClock
from tests.support.sign_on import Application, Browser, Challenge, SignOnWorld, answered
from tests.support.signatures import Signer


def push(
    world: SignOnWorld,
    app: Application,
    challenge: Challenge | None = None,
    *,
    headers: dict[str, str] | None = None,
    **parameters: Any,
) -> httpx.Response:
    form = world.authorization(app, challenge, **parameters)
    more: dict[str, Any] = {} if app.secret is None else {"auth": app.auth}
    return world.client.post("/oauth2/par", data=form, headers=headers, **more)


def pushed(world: SignOnWorld, app: Application, **parameters: Any) -> str:
    response = push(world, app, **parameters)
    assert response.status_code == 201, response.text
    reference: str = response.json()["request_uri"]
    return reference


def enter(
    world: SignOnWorld,
    app: Application,
    reference: str,
    browser: Browser | None = None,
    **more: Any,
) -> httpx.Response:
    query = {"client_id": app.client_id, "request_uri": reference, **more}
    browser = browser or world.browser()
    return browser.follow(browser.get("/oauth2/authorize", params=query))


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def test_a_person_signs_in_by_a_pushed_request(world: SignOnWorld) -> None:
    app, member, challenge, browser = (
        world.application(),
        world.member(),
        Challenge(),
        world.browser(),
    )
    response = push(world, app, challenge, state="pushed-state")
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.json()
    assert answer["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert answer["expires_in"] == world.services.sign_on.settings.pushed_request_seconds
    page = enter(world, app, answer["request_uri"], browser)
    back = answered(browser.sign_in(member, page))
    assert back["state"] == "pushed-state"
    assert world.exchange(app, back["code"], challenge).status_code == 200


def test_parameters_beside_the_reference_do_not_count(world: SignOnWorld) -> None:
    app, member, browser = world.application(), world.member(), world.browser()
    browser.sign_in(member)
    reference = pushed(world, app, state="pushed")
    response = enter(
        world, app, reference, browser, state="forged", redirect_uri="https://evil.example/"
    )
    assert response.headers["Location"].startswith(app.redirect_uri)
    assert answered(response)["state"] == "pushed"


def test_a_reference_works_once(world: SignOnWorld) -> None:
    app = world.application()
    reference = pushed(world, app)
    assert enter(world, app, reference).status_code == 200
    again = enter(world, app, reference)
    assert again.status_code == 400
    assert "invalid_request_uri" in again.text


def test_of_parallel_uses_exactly_one_wins(world: SignOnWorld) -> None:
    app = world.application()
    reference = pushed(world, app)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: enter(world, app, reference), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


def test_a_reference_is_of_no_use_to_another_client(world: SignOnWorld) -> None:
    app, other = world.application(), world.application("other")
    reference = pushed(world, app)
    assert "invalid_request_uri" in enter(world, other, reference).text
    assert enter(world, app, reference).status_code == 200


def test_a_reference_expires(world: SignOnWorld, clock: MovableClock) -> None:
    app = world.application()
    reference = pushed(world, app)
    clock.pass_seconds(world.services.sign_on.settings.pushed_request_seconds)
    assert "invalid_request_uri" in enter(world, app, reference).text


def test_an_answered_sign_in_page_needs_no_second_push(
    world: SignOnWorld, clock: MovableClock
) -> None:
    app = world.application(require_pushed_authorization_requests=True)
    member, browser = world.member(), world.browser()
    page = enter(world, app, pushed(world, app), browser)
    clock.pass_seconds(20 * 60)
    assert "code" in answered(browser.sign_in(member, page))


NOT_PUSHED = [
    "https://app.example/request.jwt",
    "http://127.0.0.1:1/",
    "file:///etc/passwd",
    "urn:ietf:params:oauth:request_uri:unknown",
    "urn:ietf:params:oauth:request_uri:" + "a" * 5000,
    "URN:IETF:params:oauth:request_uri:x",
]


def test_nothing_else_is_ever_resolved_or_fetched(world: SignOnWorld) -> None:
    app = world.application()
    for reference in NOT_PUSHED:
        response = enter(world, app, reference)
        assert response.status_code == 400
        assert "invalid_request_uri" in response.text


def test_a_client_can_be_made_to_push(world: SignOnWorld) -> None:
    app = world.application(require_pushed_authorization_requests=True)
    refused = world.authorize(world.browser(), app)
    assert refused.status_code == 400
    assert "invalid_request" in refused.text
    assert enter(world, app, pushed(world, app)).status_code == 200


BAD: list[tuple[dict[str, Any], str]] = [
    ({"redirect_uri": "https://evil.example/callback"}, "invalid_request"),
    ({"redirect_uri": 'https://evil.example/"\\'}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": None}, "unsupported_response_type"),
    ({"scope": "unheard-of"}, "invalid_scope"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"claims": '{"userinfo": {"a\\u0000": null}}'}, "invalid_request"),
    ({"resource": "https://unknown.example/"}, "invalid_target"),
    ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ({"client_id": "another"}, "invalid_client"),
    ({"state": "x" * 5000}, "invalid_request"),
]


def test_a_request_is_judged_when_it_is_pushed(world: SignOnWorld) -> None:
    app = world.application()
    for changed, error in BAD:
        response = push(world, app, **changed)
        assert response.is_client_error
        assert response.json()["error"] == error, changed
        assert "Location" not in response.headers


def test_who_pushes_must_authenticate(world: SignOnWorld) -> None:
    app = world.application()
    form = world.authorization(app)
    assert refusal(world.client.post("/oauth2/par", data=form)) == (401, "invalid_client")
    wrong = world.client.post("/oauth2/par", data=form, auth=(app.client_id, "wrong"))
    assert refusal(wrong) == (401, "invalid_client")


def test_what_a_client_authenticates_with_is_not_kept(world: SignOnWorld) -> None:
    app = world.application()
    form = {**world.authorization(app), "client_secret": app.secret}
    assert world.client.post("/oauth2/par", data=form).status_code == 201
    with world.services.database.transaction() as session:
        row = session.scalars(select(PushedRequest)).one()
    assert app.secret is not None
    assert app.secret not in str(row.parameters)
    assert "urn:ietf" not in str(row.parameters)


def test_repeated_huge_and_shapeless_requests_are_refused(world: SignOnWorld) -> None:
    app = world.application()
    post = world.client.post
    twice = {**world.authorization(app), "state": ["one", "two"]}
    assert refusal(post("/oauth2/par", data=twice, auth=app.auth)) == (400, "invalid_request")
    huge = {**world.authorization(app), "login_hint": "x" * 70_000}
    assert refusal(post("/oauth2/par", data=huge, auth=app.auth)) == (413, "invalid_request")
    json = post("/oauth2/par", json=world.authorization(app), auth=app.auth)
    assert refusal(json) == (400, "invalid_request")
    assert world.client.get("/oauth2/par").status_code == 405


def test_a_proof_at_the_push_binds_the_code(world: SignOnWorld) -> None:
    """RFC 9449 section 10.1: as if the thumbprint had been sent as dpop_jkt."""
    app, member, challenge, browser = (
        world.application(),
        world.member(),
        Challenge(),
        world.browser(),
    )
    browser.sign_in(member)
    key, thief = Signer(), Signer()
    response = push(world, app, challenge, headers=key.proof("/oauth2/par"))
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": app.redirect_uri,
        "code_verifier": challenge.verifier,
    }
    form["code"] = answered(enter(world, app, response.json()["request_uri"], browser))["code"]
    stolen = world.client.post(
        "/oauth2/token", data=form, auth=app.auth, headers=thief.proof("/oauth2/token")
    )
    assert refusal(stolen) == (400, "invalid_grant")


def test_a_proof_and_a_thumbprint_must_agree(world: SignOnWorld) -> None:
    app, key = world.application(), Signer()
    good = push(world, app, headers=key.proof("/oauth2/par"), dpop_jkt=key.thumbprint)
    assert good.status_code == 201
    other = push(world, app, headers=key.proof("/oauth2/par"), dpop_jkt=Signer().thumbprint)
    assert refusal(other) == (400, "invalid_dpop_proof")
    elsewhere = push(world, app, headers=key.proof("/oauth2/token"))
    assert refusal(elsewhere) == (400, "invalid_dpop_proof")


def test_a_public_client_may_push(world: SignOnWorld) -> None:
    app = world.application(
        token_endpoint_auth_method="none", grant_types=["authorization_code", "refresh_token"]
    )
    assert enter(world, app, pushed(world, app)).status_code == 200
