"""What Prometheus is told: the province as a whole, from kept figures only."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.orm import Session

from kernel.clock import office_day
from mail_admin.rate.periods import month_window
from mail_admin.rate.queries import totals
from mail_admin.rate.settings import ServiceRule

SHOWN = (
    "issued",
    "in_service",
    "active",
    "locked",
    "on_leave",
    "never_activated",
    "dormant_30",
    "nearly_full",
)


class UsageGauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._mailboxes = Gauge(
            "congvu_usage_mailboxes",
            "Mailboxes of the province by what they are counted as; docs/usage-rate.md.",
            ("month", "counted_as"),
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._rate = Gauge(
            "congvu_usage_rate",
            "Usage rate of the province, 0 to 1; docs/usage-rate.md.",
            ("month",),
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self._age = Gauge(
            "congvu_usage_figures_age_seconds",
            "Since it was last seen that the figures of the month are current.",
            ("month",),
            registry=registry,
            multiprocess_mode="mostrecent",
        )

    def read(self, session: Session, now: datetime) -> None:
        """The labels say `present` and `last`, so that series do not grow with the months."""
        present = month_window(office_day(now))
        for label, window in {"present": present, "last": present.before()}.items():
            found = totals(session, window)
            if found is None:
                continue
            kept, measures = found
            for name in SHOWN:
                self._mailboxes.labels(label, name).set(getattr(measures, name))
            whole, part = measures.in_service, measures.active
            if kept.settings.service_rule is ServiceRule.PRO_RATA:
                whole, part = measures.service_days, measures.active_service_days
            self._rate.labels(label).set(part / whole if whole else float("nan"))
            age = 0.0 if kept.closed_at else (now - kept.confirmed_at).total_seconds()
            self._age.labels(label).set(age)
