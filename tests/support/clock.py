"""The application with a clock that tests can move; clients may publish things on loopback."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from entrypoints.wiring import Services
from kernel.outbound import OutboundSettings
from tests.support.postgres import Cluster
from tests.support.registry import NOW
from tests.support.services import built, nowhere, settings_for
from tests.support.web import DATABASE


class MovableClock:
    """The present of a test, which passes when the test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def hands() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def services(cluster: Cluster, hands: MovableClock) -> Iterator[Services]:
    """For a whole tree of tests: the application over it is built once, so must this be."""
    settings = settings_for(cluster.url(DATABASE), nowhere())
    nearby = {"outbound": OutboundSettings(allow_loopback_http=True)}
    with built(settings.model_copy(update=nearby), hands) as services:
        yield services


@pytest.fixture
def clock(hands: MovableClock) -> Iterator[MovableClock]:
    yield hands
    hands.now = NOW
