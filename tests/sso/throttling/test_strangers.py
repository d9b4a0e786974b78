"""Requests that nobody has signed in for are limited by network."""

from datetime import timedelta

import httpx
import pytest

from sso.throttling import strangers
from sso.throttling.service import TooManyAttempts
from sso.throttling.strangers import StrangerThrottling
from tests.support.registry import NOW
from tests.support.sign_on import SignOnWorld

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def test_a_burst_is_free_and_then_they_trickle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "BURST", 10)
    throttling = StrangerThrottling()
    for _ in range(10):
        throttling.take("10.0.0.1", NOW)
    with pytest.raises(TooManyAttempts):
        throttling.take("10.0.0.1", NOW)
    throttling.take("10.0.0.2", NOW)
    later = NOW + timedelta(seconds=1)
    for _ in range(int(strangers.PER_SECOND)):
        throttling.take("10.0.0.1", later)
    with pytest.raises(TooManyAttempts):
        throttling.take("10.0.0.1", later)


def test_networks_that_were_quiet_for_longest_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strangers, "BURST", 1)
    monkeypatch.setattr(strangers, "MOST", 2)
    throttling = StrangerThrottling()
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"):
        throttling.take(address, NOW)


@pytest.mark.parametrize("kind", ["authorize", "cas", "device", "pushed"])
def test_every_way_of_leaving_a_request_counts(
    world: SignOnWorld, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(strangers, "BURST", 3)
    site = world.application(
        token_endpoint_auth_method="none",
        grant_types=["authorization_code", "refresh_token", DEVICE_CODE],
        cas_services=["https://motcua.example/"],
    )
    request = world.authorization(site)

    def ask() -> httpx.Response:
        match kind:
            case "authorize":
                return world.client.get("/oauth2/authorize", params=request)
            case "cas":
                return world.client.get("/cas/login?service=https://motcua.example/")
            case "device":
                form = {"client_id": site.client_id}
                return world.client.post("/oauth2/device_authorization", data=form)
            case _:
                return world.client.post("/oauth2/par", data=request)

    statuses = [ask().status_code for _ in range(4)]
    assert max(statuses[:3]) < 400
    assert statuses[3] == 429
