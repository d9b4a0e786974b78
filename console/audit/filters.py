"""What the audit trail is asked for: everything stands in the address."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from console.unclear import misread
from kernel.clock import start_of_office_day
from kernel.messages import Message
from theme.faults import Fault

PATH = "/quan-tri/nhat-ky"
SINCE = Message("Từ ngày", "From")
UNTIL = Message("Đến hết ngày", "Until")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    actor: str = ""
    """Who did it: a login, the name of a system, or part of somebody's name."""
    subject: str = ""
    """To whom or what: a login, a name, or an identifier."""
    tag: str = ""
    document: str = ""
    since: date | None = None
    until: date | None = None
    """The last day, which counts too."""
    cursor: str | None = None
    unclear: tuple[Fault, ...] = ()
    """Why no record is meant: of days that are none."""

    @property
    def values(self) -> dict[str, str]:
        """Of the form, without what was left empty."""
        given = {
            "actor": self.actor,
            "subject": self.subject,
            "tag": self.tag,
            "document": self.document,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in given.items() if value}

    def address(self, cursor: str | None = None, *, file: str = "") -> str:
        query = urlencode(self.values | ({"cursor": cursor} if cursor else {}))
        return f"{PATH}{file}?{query}" if query else f"{PATH}{file}"

    @property
    def is_narrow(self) -> bool:
        return bool(self.values)

    @property
    def begins(self) -> datetime | None:
        return start_of_office_day(self.since) if self.since else None

    @property
    def ends(self) -> datetime | None:
        """The first moment that is too late."""
        if self.until is None or self.until == date.max:
            return None
        return start_of_office_day(self.until + timedelta(days=1))


def audit_filter(  # noqa: PLR0917  # fields of one form
    actor: Annotated[str, Query(max_length=200)] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[str, Query(max_length=100)] = "",
    document: Annotated[str, Query(max_length=100)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> AuditFilter:
    days = ((SINCE, since, "since"), (UNTIL, until, "until"))
    return AuditFilter(
        actor.strip(),
        subject.strip(),
        tag.strip(),
        document.strip(),
        _day(since),
        _day(until),
        cursor,
        tuple(misread(*day) for day in days if day[1].strip() and _day(day[1]) is None),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
