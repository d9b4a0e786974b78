from datetime import datetime, timedelta

from tests.support.registry import NOW


class MovableClock:
    """The present of a test, which passes when the test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
