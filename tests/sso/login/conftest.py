import pytest
from fastapi import FastAPI

from tests.support.clock import MovableClock


@pytest.fixture
def clock(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> MovableClock:
    """The present of all routes; it begins at NOW."""
    clock = MovableClock()
    monkeypatch.setitem(app.state._state, "clock", clock)
    return clock
