"""What Prometheus is told of reading the logs: whether the figures are current."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.orm import Session

from mail_admin.usage.readings import list_readings


class LogGauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._bytes = self._gauge(registry, "lag_bytes", "Written to a log and not yet counted.")
        self._seconds = self._gauge(
            registry, "lag_seconds", "Since the moment as of which a log is counted to its end."
        )
        self._parked = self._gauge(
            registry, "parked_lines", "Lines that could not be counted and were passed over."
        )

    @staticmethod
    def _gauge(registry: CollectorRegistry, name: str, meaning: str) -> Gauge:
        return Gauge(
            f"congvu_usage_log_{name}",
            meaning,
            ("source",),
            registry=registry,
            multiprocess_mode="mostrecent",
        )

    def read(self, session: Session, configured: Mapping[str, Path], now: datetime) -> None:
        """A log that was never read to its end has no number of seconds."""
        for reading in list_readings(session, configured):
            seconds = reading.behind_seconds(now)
            self._seconds.labels(reading.source).set(float("nan") if seconds is None else seconds)
            self._parked.labels(reading.source).set(reading.parked)
            if reading.known is not None:
                self._bytes.labels(reading.source).set(reading.known.unread_bytes)
