"""What a list of accounts is asked for: everything stands in the address."""

from dataclasses import dataclass, fields, replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query

from identity.accounts.models import AccountKind, AccountStatus

PATH = "/quan-tri/tai-khoan"
LONGEST_WAIT = 3650


@dataclass(frozen=True, slots=True)
class AccountsFilter:
    q: str = ""
    """Part of a name, tone marks optional, or the beginning of a login or an address."""
    kind: AccountKind | None = None
    status: AccountStatus | None = None
    under: UUID | None = None
    """Of this organisation or below: its own accounts and those of its people."""
    older: int | None = None
    """Pending since so many days."""
    cursor: str | None = None

    @property
    def query(self) -> str:
        """What narrows the list, for an address of it or of something done to all of it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values.pop("cursor")
        return urlencode({name: value for name, value in values.items() if value})

    def address(self, cursor: str | None = None) -> str:
        """Of the same list, from a row on."""
        query = self.query
        if cursor:
            query = "&".join(filter(None, (query, urlencode({"cursor": cursor}))))
        return f"{PATH}?{query}" if query else PATH

    @property
    def everywhere(self) -> str:
        """The address of the same list in all organisations."""
        return replace(self, under=None).address()

    @property
    def is_narrow(self) -> bool:
        return bool(self.query)


def accounts_filter(
    q: Annotated[str, Query(max_length=100)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    under: Annotated[str, Query(max_length=36)] = "",
    older: Annotated[str, Query(max_length=4)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> AccountsFilter:
    """Values of a form field that was left empty, or that no release knows, narrow nothing."""
    return AccountsFilter(
        q.replace("\0", "").strip(),
        AccountKind(kind) if kind in set(AccountKind) else None,
        AccountStatus(status) if status in set(AccountStatus) else None,
        uuid_typed(under),
        _days(older),
        cursor,
    )


def uuid_typed(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _days(text: str) -> int | None:
    return min(int(text), LONGEST_WAIT) or None if text.isascii() and text.isdigit() else None
