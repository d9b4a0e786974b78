from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field, model_validator


class RulePreset(NamedTuple):
    """Numbers of a provincial decision; None where it has none."""

    decision: str
    unused_days: int | None = None
    never_activated_days: int | None = None
    revoke_after_days: int | None = None


PRESETS: Mapping[str, RulePreset] = MappingProxyType(
    {
        "dong-thap-2025": RulePreset("143/2025/QĐ-UBND", 45, 5, 30),
        "bac-ninh-2025": RulePreset("79/2025/QĐ-UBND", 90),
        "nghe-an-2025": RulePreset("99/2025/QĐ-UBND", 180),
        "ninh-binh-2025": RulePreset("162/2025/QĐ-UBND", None, 30),
    }
)


class RuleSettings(BaseModel):
    """Locking of mailboxes that nobody uses. Environment: CONGVU_REMINDERS__RULES__*."""

    mode: Literal["off", "report", "apply"] = "off"
    """`report` lists whom it would lock; `apply` locks them every working morning."""
    preset: str = ""
    """Name of a ready rule, such as dong-thap-2025; the numbers below go before its own."""
    unused_days: int | None = Field(default=None, ge=14)
    """Active mailboxes that nobody signed in to, read or sent from for so long are locked."""
    never_activated_days: int | None = Field(default=None, ge=3)
    """So are those that nobody activated."""
    revoke_after_days: int | None = Field(default=None, ge=14)
    """Locked by rule and not asked for again for so long: closed for good. Mail is kept."""
    notice_days: int = Field(default=7, ge=1)
    """Nobody is locked whose notice was not sent at least so many days before."""
    organisation_accounts: bool = False
    """Lock mailboxes of organisations too. Accounts of programs are never locked."""
    most_percent: float = Field(default=5.0, ge=0, le=100)
    """Of the accounts in service; a run that would lock more stops and asks."""
    always_allowed: int = Field(default=20, ge=0)
    """So few are locked without asking, whatever share they are."""

    @model_validator(mode="after")
    def _preset_is_known(self) -> "RuleSettings":
        if self.preset and self.preset not in PRESETS:
            raise ValueError(f"preset is one of {', '.join(PRESETS)}")
        return self

    @property
    def unused(self) -> int | None:
        return self.unused_days or self._ready.unused_days

    @property
    def never_activated(self) -> int | None:
        return self.never_activated_days or self._ready.never_activated_days

    @property
    def revoke_after(self) -> int | None:
        return self.revoke_after_days or self._ready.revoke_after_days

    @property
    def _ready(self) -> RulePreset:
        return PRESETS.get(self.preset, RulePreset(""))


class ReminderSettings(BaseModel):
    """Mail to those who do not use their mailbox. Environment: CONGVU_REMINDERS__*."""

    enabled: bool = False
    """Off until the province decides to write to its officials."""
    never_activated_days: int = Field(default=7, ge=1)
    """From then on after a mailbox was made, whoever has not activated it is reminded."""
    dormant_days: int = Field(default=30, ge=7)
    """Days without use after which a mailbox is called dormant."""
    silent_after_days: int = Field(default=7, ge=0)
    """When nobody at all used a mailbox for so long, the logs are not read: nobody is called
    dormant then, written to or locked. 0 never looks."""
    person_pace_days: int = Field(default=7, ge=7)
    """At most one mail to a person in so many days."""
    digest_pace_days: int = Field(default=7, ge=7)
    """At most one list to an organisation in so many days."""
    escalate_after: int = Field(default=3, ge=0)
    """Lists in a row with the same mailbox on them before the organisation above is told; 0 for
    never."""
    escalation_pace_days: int = Field(default=30, ge=7)
    """At most one such word to the organisation above in so many days."""
    begins_hour: int = Field(default=8, ge=0, le=23)
    """In Vietnam; before it nothing is sent."""
    ends_hour: int = Field(default=17, ge=1, le=24)
    """From then on nothing is sent."""
    working_days_only: bool = True
    """Nothing is sent at weekends."""
    holidays: list[date] = []
    """Days on which nothing is sent besides weekends, such as ["2027-02-05"]."""
    rules: RuleSettings = RuleSettings()

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> "ReminderSettings":
        if self.begins_hour >= self.ends_hour:
            raise ValueError("begins_hour must be before ends_hour")
        return self

    def listed_after_days(self, *, pending: bool) -> int:
        """When a mailbox is idle enough to be spoken of: a rule that is quicker comes first."""
        days = self.never_activated_days if pending else self.dormant_days
        ruled = self.rules.never_activated if pending else self.rules.unused
        return min(days, ruled or days)
