"""Counting of failed client authentication, by itself."""

from datetime import datetime, timedelta

import pytest

from sso.throttling.clients import (
    FORGOTTEN_SECONDS,
    FREE,
    LONGEST_SECONDS,
    MOST,
    ClientThrottling,
)
from tests.support.registry import NOW

HERE, THERE = "203.0.114.7", "203.0.114.8"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def throttling() -> ClientThrottling:
    return ClientThrottling()


def fail(throttling: ClientThrottling, times: int, address: str = HERE, name: str = "app") -> None:
    for _ in range(times):
        throttling.failed(name, address, NOW)


def test_the_first_failures_cost_nothing(throttling: ClientThrottling) -> None:
    fail(throttling, FREE - 1)
    assert throttling.seconds_to_wait("app", HERE, NOW) == 0


def test_the_delay_doubles_and_has_an_end(throttling: ClientThrottling) -> None:
    fail(throttling, FREE - 1)
    waits = []
    for _ in range(10):
        fail(throttling, 1)
        waits.append(throttling.seconds_to_wait("app", HERE, NOW))
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert waits[-1] == LONGEST_SECONDS
    fail(throttling, 5000)
    assert throttling.seconds_to_wait("app", HERE, NOW) == LONGEST_SECONDS
    assert throttling.seconds_to_wait("app", HERE, later(LONGEST_SECONDS - 0.1)) == 1
    assert throttling.seconds_to_wait("app", HERE, later(LONGEST_SECONDS)) == 0


def test_others_are_not_slowed_down(throttling: ClientThrottling) -> None:
    fail(throttling, 100)
    assert throttling.seconds_to_wait("app", THERE, NOW) == 0
    assert throttling.seconds_to_wait("other", HERE, NOW) == 0
    assert throttling.seconds_to_wait("app", None, NOW) == 0


def test_a_success_and_an_hour_wipe_the_slate(throttling: ClientThrottling) -> None:
    fail(throttling, 100)
    throttling.succeeded("app", HERE)
    assert throttling.seconds_to_wait("app", HERE, NOW) == 0
    fail(throttling, 100)
    after = later(FORGOTTEN_SECONDS + 1)
    throttling.failed("app", HERE, after)
    assert throttling.seconds_to_wait("app", HERE, after) == 0


def test_a_success_elsewhere_wipes_nothing_here(throttling: ClientThrottling) -> None:
    fail(throttling, 100)
    throttling.succeeded("app", THERE)
    assert throttling.seconds_to_wait("app", HERE, NOW) > 0


def test_addresses_of_one_ipv6_network_are_counted_together(throttling: ClientThrottling) -> None:
    for number in range(FREE):
        throttling.failed("app", f"2001:db8:0:1::{number:x}", NOW)
    assert throttling.seconds_to_wait("app", "2001:db8:0:1:ffff::1", NOW) > 0
    assert throttling.seconds_to_wait("app", "2001:db8:0:2::1", NOW) == 0


def test_memory_is_bounded_whatever_names_come(throttling: ClientThrottling) -> None:
    for number in range(MOST + 500):
        throttling.failed(f"name-{number}", HERE, NOW)
        throttling.failed("x" * 60_000 + str(number), HERE, NOW)
    assert len(throttling._known) == MOST
    assert all(len(name) <= 100 for name, _ in throttling._known)


def test_names_that_no_client_has_are_counted_together(throttling: ClientThrottling) -> None:
    for number in range(FREE):
        throttling.failed("x" * 200 + str(number), HERE, NOW)
    assert throttling.seconds_to_wait("y" * 300, HERE, NOW) > 0
