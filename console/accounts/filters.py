"""What a list of accounts is asked for: everything stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Self
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query

from console.unclear import misread
from identity.accounts.models import AccountKind, AccountStatus
from kernel.messages import Message
from theme.faults import Fault

PATH = "/quan-tri/tai-khoan"
LONGEST_WAIT = 3650
LABELS = {
    "q": Message("Tìm", "Search"),
    "kind": Message("Loại", "Kind"),
    "status": Message("Trạng thái", "Status"),
    "under": Message("Đơn vị", "Organisation"),
    "older": Message("Chờ quá (ngày)", "Waiting for more than (days)"),
}
NARROWING = {*LABELS}
"""Names in an address that say which accounts it is about."""


@dataclass(frozen=True, slots=True)
class AccountsFilter:
    q: str = ""
    """Words of a name, tone marks optional, or the beginning of a login or an address."""
    kind: AccountKind | None = None
    status: AccountStatus | None = None
    under: UUID | None = None
    """Of this organisation or below: its own accounts and those of its people."""
    older: int | None = None
    """Pending since so many days."""
    cursor: str | None = None
    unclear: tuple[Fault, ...] = ()
    """Why none is meant: of values that mean nothing."""

    def without_organisation(self) -> Self:
        """The same, where there is no such organisation."""
        fault = misread(LABELS["under"], str(self.under), "under")
        return replace(self, under=None, unclear=(*self.unclear, fault))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What narrows the list, for an address of it or of something done to all of it."""
        names = [field.name for field in fields(self) if field.name in NARROWING]
        values = {name: getattr(self, name) for name in names}
        return [(name, str(value)) for name, value in values.items() if value]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

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
    """Form fields that were left empty narrow nothing."""
    read = AccountsFilter(
        q.strip(),
        AccountKind(kind) if kind in set(AccountKind) else None,
        AccountStatus(status) if status in set(AccountStatus) else None,
        uuid_typed(under),
        _days(older),
        cursor,
    )
    typed = {"q": q, "kind": kind, "status": status, "under": under, "older": older}
    return replace(read, unclear=_misread(read, typed))


def _misread(read: AccountsFilter, typed: Mapping[str, str]) -> tuple[Fault, ...]:
    return tuple(
        misread(LABELS[name], value.replace("\0", ""), name)
        for name, value in typed.items()
        if "\0" in value or (value.strip() and getattr(read, name) is None)
    )


def uuid_typed(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _days(text: str) -> int | None:
    text = text.strip()
    return min(int(text), LONGEST_WAIT) or None if text.isascii() and text.isdigit() else None
