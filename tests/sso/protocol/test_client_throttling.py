"""RFC 6749 section 2.3.1: client authentication is protected against brute force."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sso.throttling.clients import FREE
from tests.support.clock import MovableClock
from tests.support.sign_on import Application, SignOnWorld

ENDPOINTS = ("/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/par")


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


def guess(
    world: SignOnWorld, name: str, path: str = "/oauth2/token", **form: str
) -> httpx.Response:
    given = {"grant_type": "client_credentials", "token": "x", **form}
    return world.client.post(path, data=given, auth=(name, "wrong"))


def is_throttled(response: httpx.Response) -> bool:
    if response.status_code != 429:
        return False
    assert response.json()["error"] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) >= 1
    assert response.headers["Cache-Control"] == "no-store"
    return True


def test_guesses_are_answered_more_and_more_slowly(
    world: SignOnWorld, site: Application, clock: MovableClock
) -> None:
    for _ in range(FREE):
        assert guess(world, site.client_id).status_code == 401
    for expected in (1, 2, 4, 8):
        refused = guess(world, site.client_id)
        assert is_throttled(refused)
        assert refused.headers["Retry-After"] == str(expected)
        clock.pass_seconds(expected)
        assert guess(world, site.client_id).status_code == 401


def test_all_endpoints_count_together(world: SignOnWorld, site: Application) -> None:
    for number in range(FREE):
        guess(world, site.client_id, ENDPOINTS[number % len(ENDPOINTS)])
    assert all(is_throttled(guess(world, site.client_id, path)) for path in ENDPOINTS)


def test_who_waits_is_not_looked_at_and_afterwards_the_right_secret_is_good(
    world: SignOnWorld, site: Application, clock: MovableClock
) -> None:
    for _ in range(FREE):
        guess(world, site.client_id)
    assert is_throttled(world.token(site, grant_type="client_credentials"))
    clock.pass_seconds(2)
    assert world.token(site, grant_type="client_credentials").status_code == 200
    assert guess(world, site.client_id).status_code == 401  # counted anew


def test_other_clients_of_the_same_address_notice_nothing(
    world: SignOnWorld, site: Application
) -> None:
    for _ in range(FREE + 1):
        guess(world, "other")
    assert is_throttled(guess(world, "other"))
    assert world.token(site, grant_type="client_credentials").status_code == 200


def test_the_same_client_at_another_address_notices_nothing(
    world: SignOnWorld, site: Application
) -> None:
    counted = world.services.sign_on.client_throttling
    for _ in range(FREE * 3):
        counted.failed(site.client_id, "203.0.114.7", world.services.clock())
    assert world.token(site, grant_type="client_credentials").status_code == 200


def test_clients_that_there_are_and_that_there_are_not_are_slowed_down_alike(
    world: SignOnWorld, site: Application
) -> None:
    answers = [
        [guess(world, name).status_code for _ in range(FREE + 2)]
        for name in (site.client_id, "nobody")
    ]
    assert answers[0] == answers[1]


def test_people_of_a_public_client_are_not_kept_out(world: SignOnWorld) -> None:
    app = world.application("spa", token_endpoint_auth_method="none", grant_types=["refresh_token"])
    for _ in range(FREE * 2):
        guess(world, app.client_id)
    assert is_throttled(guess(world, app.client_id))
    answer = world.token(app, grant_type="refresh_token", refresh_token="x")
    assert answer.json()["error"] == "invalid_grant"


def test_parallel_guesses_are_counted_one_by_one(world: SignOnWorld, site: Application) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: guess(world, site.client_id), range(FREE * 3)))
    assert sum(answer.status_code == 401 for answer in answers) == FREE


def test_assertions_are_counted_too(world: SignOnWorld) -> None:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"grant_type": "client_credentials", "client_assertion_type": kind}
    forged = "e30.eyJzdWIiOiJtYWNoaW5lIn0.AAAA"  # {"sub":"machine"}

    def ask() -> httpx.Response:
        return world.client.post("/oauth2/token", data={**form, "client_assertion": forged})

    assert [ask().status_code for _ in range(FREE + 1)] == [401] * FREE + [429]
