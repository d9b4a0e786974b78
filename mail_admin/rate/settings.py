import enum

from pydantic import BaseModel, Field


class Sign(enum.StrEnum):
    """What can make a day active for a mailbox."""

    WEB = "web"
    """Somebody signed in by webmail."""
    PROGRAM = "program"
    """A mail program or phone signed in; it may only have been polling."""
    SENT = "sent"
    READ = "read"


class ServiceRule(enum.StrEnum):
    THRESHOLD = "threshold"
    """A mailbox counts whole when it was in service for enough days of the month, else not."""
    PRO_RATA = "pro_rata"
    """A mailbox counts as the share of the month's days in which it was in service."""


class UsageRateSettings(BaseModel):
    """What counts as use. Environment: CONGVU_USAGE_RATE__*."""

    active_by: list[Sign] = Field(default=[Sign.WEB, Sign.SENT, Sign.READ], min_length=1)
    """A day is active when at least one of these happened. `program` is polling, left out."""
    minimum_active_days: int = Field(default=1, ge=1, le=28)
    """Active days in service that make a mailbox active in the month."""
    service_rule: ServiceRule = ServiceRule.THRESHOLD
    """`threshold` or `pro_rata`."""
    minimum_days_in_service: int = Field(default=15, ge=1, le=28)
    """Of `threshold`: days of the month, without days suspended or on registered leave."""
    target: float = Field(default=0.9, gt=0, le=1)
    """What rates are compared with."""
    refresh_seconds: int = Field(default=20, ge=5, le=60)
    """How often the worker looks whether figures have to be computed again."""
