"""The definition of docs/usage-rate.md once more, day by day in plain Python, to compare with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from identity.accounts.models import AccountStatus
from kernel.clock import office_day
from mail_admin.rate.periods import Window
from mail_admin.rate.settings import ServiceRule, Sign, UsageRateSettings

SERVING = {AccountStatus.PENDING, AccountStatus.ACTIVE}


@dataclass
class Box:
    statuses: list[tuple[AccountStatus, datetime]]
    places: list[tuple[int, date, date | None]] = field(default_factory=list)
    """Of a person: number of the organisation, from, until."""
    organisation: int | None = None
    """Of an organisation mailbox."""
    leaves: list[tuple[date, date | None]] = field(default_factory=list)
    events: list[tuple[date, Sign]] = field(default_factory=list)

    def status_on(self, day: date) -> AccountStatus | None:
        """At the end of the day."""
        found = None
        for status, since in self.statuses:
            if office_day(since) <= day:
                found = status
        return found

    def away_on(self, day: date) -> bool:
        return any(_covers(begin, end, day) for begin, end in self.leaves)

    def place_on(self, day: date) -> int | None:
        return next((place for place, begin, end in self.places if _covers(begin, end, day)), None)

    def place_at(self, day: date) -> int | None:
        if self.organisation is not None:
            return self.organisation
        here = self.place_on(day)
        if here is not None:
            return here
        past = [(begin, place) for place, begin, _ in self.places if begin <= day]
        return max(past)[1] if past else None

    def used_on(self, day: date, signs: Collection[Sign]) -> bool:
        return any(when == day and sign in signs for when, sign in self.events)


def _covers(begin: date, end: date | None, day: date) -> bool:
    return begin <= day and (end is None or day < end)


@dataclass
class Recounted:
    place: int | None
    """None for nowhere."""
    moved_from: int | None
    personal: bool
    facts: dict[str, int]


def recount(
    box: Box, window: Window, day: date, settings: UsageRateSettings, tree: Sequence[int]
) -> Recounted | None:
    """None when it did not exist. `day` is the reference day, `tree` who existed on it."""
    days = [window.starts_on + timedelta(days=number) for number in range(window.days)]
    # after the reference day things stay as they are known
    statuses = [box.status_on(one) for one in days]
    if not any(status not in {None, AccountStatus.CLOSED} for status in statuses):
        return None
    service = [
        one
        for one, status in zip(days, statuses, strict=True)
        if status in SERVING and not box.away_on(one)
    ]
    active_days = [one for one in service if box.used_on(one, settings.active_by)]
    enough = (
        1 if settings.service_rule is ServiceRule.PRO_RATA else settings.minimum_days_in_service
    )
    in_service = len(service) >= enough
    active = in_service and len(active_days) >= settings.minimum_active_days
    status, away = box.status_on(day), box.away_on(day)
    place = box.place_at(day)
    personal = box.organisation is None
    here, before = box.place_on(day), box.place_on(window.starts_on)
    facts = {
        "issued": 1,
        "present": int(status is not AccountStatus.CLOSED),
        "in_service": int(in_service),
        "active": int(active),
        "service_days": len(service) * in_service,
        "active_service_days": len(service) * active,
        "locked": int(status is AccountStatus.SUSPENDED),
        "on_leave": int(away and status in SERVING),
        "never_activated": int(status is AccountStatus.PENDING and box.organisation is None),
        "polling_only": int(
            in_service and not active and any(box.used_on(one, {Sign.PROGRAM}) for one in service)
        ),
        "weekly_active": int(_used_within(box, day, 7, settings)),
        "officials_with_account": int(
            personal and here is not None and status is not AccountStatus.CLOSED
        ),
    }
    for length in (30, 60, 90):
        facts[f"dormant_{length}"] = int(not active and _dormant(box, day, length, settings))
    return Recounted(
        place=place if place in tree else None,
        moved_from=before if None not in {here, before} and here != before else None,
        personal=personal,
        facts=facts,
    )


def _used_within(box: Box, day: date, length: int, settings: UsageRateSettings) -> bool:
    return any(
        box.used_on(day - timedelta(days=number), settings.active_by) for number in range(length)
    )


def _dormant(box: Box, day: date, length: int, settings: UsageRateSettings) -> bool:
    status = box.status_on(day)
    opened_by_custodians = box.organisation is not None and status is AccountStatus.PENDING
    if box.away_on(day) or not (status is AccountStatus.ACTIVE or opened_by_custodians):
        return False
    since = max(office_day(moment) for _, moment in box.statuses if office_day(moment) <= day)
    returns = [end for begin, end in box.leaves if begin <= day and end is not None and end <= day]
    if (day - max([since, *returns])).days < length:
        return False
    return not _used_within(box, day, length, settings)
