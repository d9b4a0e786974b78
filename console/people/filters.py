"""What a list of people is asked for: everything stands in the address."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query

from identity.accounts.models import AccountStatus

PATH = "/quan-tri/can-bo"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    q: str = ""
    """Part of a name, tone marks optional, or the beginning of a login or staff number."""
    under: UUID | None = None
    """Appointed in this organisation or below."""
    status: AccountStatus | None = None
    cursor: str | None = None

    def address(self, cursor: str | None = None) -> str:
        """Of the same list, from a row on."""
        values = {"q": self.q, "under": self.under, "status": self.status, "cursor": cursor}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{PATH}?{query}" if query else PATH

    @property
    def is_narrow(self) -> bool:
        return bool(self.q or self.under or self.status)

    def without_cursor(self) -> "PeopleFilter":
        return replace(self, cursor=None)


def people_filter(
    q: Annotated[str, Query(max_length=100)] = "",
    under: Annotated[str, Query(max_length=36)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> PeopleFilter:
    """Values of a form field that was left empty, or that no release knows, narrow nothing."""
    return PeopleFilter(q.strip(), _uuid(under), _status(status), cursor)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _status(text: str) -> AccountStatus | None:
    return AccountStatus(text) if text in set(AccountStatus) else None
