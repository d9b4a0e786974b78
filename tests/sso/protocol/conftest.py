"""The application with a clock that tests can move; clients may publish things on loopback."""

from collections.abc import Iterator

import pytest

from entrypoints.wiring import Services
from kernel.outbound import OutboundSettings
from tests.support.clock import MovableClock
from tests.support.postgres import Cluster
from tests.support.registry import NOW
from tests.support.services import built, nowhere, settings_for
from tests.support.web import DATABASE


@pytest.fixture(scope="session")
def hands() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def services(cluster: Cluster, hands: MovableClock) -> Iterator[Services]:
    settings = settings_for(cluster.url(DATABASE), nowhere())
    nearby = {"outbound": OutboundSettings(allow_loopback_http=True)}
    with built(settings.model_copy(update=nearby), hands) as services:
        yield services


@pytest.fixture
def clock(hands: MovableClock) -> Iterator[MovableClock]:
    yield hands
    hands.now = NOW
