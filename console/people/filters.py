"""What a list of people is asked for: everything stands in the address."""

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Self, TypeVar
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from fastapi import Query

from console.accounts.filters import uuid_typed
from console.people.columns import CHOSEN_FIRST, Column
from console.unclear import misread
from identity.accounts.models import AccountStatus
from identity.people.models import ContractType
from kernel.messages import Message
from theme.faults import Fault

PATH = "/quan-tri/can-bo"
NO_ACCOUNT = "none"
LABELS = {
    "q": Message("Tìm", "Search"),
    "status": Message("Tài khoản", "Account"),
    "post": Message("Chức vụ", "Post"),
    "under": Message("Cơ quan", "Organisation"),
    "unit": Message("Cơ quan: tên hoặc mã", "Organisation: name or code"),
}
NARROWING = {*LABELS}
"""Names in an address that say whom it is about; `col` says only what is shown of them."""
ALL_PEOPLE = "can-bo"
"""In the address of what is done to all: the filter is one of people, not of accounts."""


class Appointed(enum.StrEnum):
    CONCURRENTLY = "concurrent"
    """In two places or more."""
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    q: str = ""
    """Words of a name, tone marks optional, or the beginning of a login or staff number."""
    under: UUID | None = None
    """Appointed in this organisation or below."""
    unit: str = ""
    """What was typed to choose another organisation."""
    status: AccountStatus | None = None
    without_account: bool = False
    contract: ContractType | None = None
    appointed: Appointed | None = None
    columns: tuple[Column, ...] = CHOSEN_FIRST
    cursor: str | None = None
    misread: tuple[Fault, ...] = ()
    """Of values that mean nothing."""

    @classmethod
    def read(cls, values: Mapping[str, list[str]], cursor: str | None = None) -> Self:
        """Form fields that were left empty narrow nothing."""
        one = {name: found[0].strip() for name, found in values.items() if found}
        post = one.get("post", "")
        columns = tuple(column for column in Column if column.value in values.get("col", ()))
        return cls(
            q=one.get("q", ""),
            under=uuid_typed(one.get("under", "")),
            unit=one.get("unit", ""),
            status=_known(AccountStatus, one.get("status", "")),
            without_account=one.get("status") == NO_ACCOUNT,
            contract=_known(ContractType, post),
            appointed=_known(Appointed, post),
            columns=columns or CHOSEN_FIRST,
            cursor=cursor,
            misread=tuple(_misread(one)),
        )

    @classmethod
    def of_query(cls, query: str) -> Self:
        """The reverse of `query`."""
        try:
            values = parse_qs(query, max_num_fields=40, strict_parsing=True) if query else {}
        except ValueError:
            values = {query: [query]}
        return cls.read(values)

    @property
    def unclear(self) -> tuple[Fault, ...]:
        """Why nobody is meant; what was typed for an organisation means none until it is chosen."""
        typed = [misread(LABELS["unit"], self.unit, "unit")] if self.unit else []
        return (*self.misread, *typed)

    def without_organisation(self) -> Self:
        """The same, where there is no such organisation."""
        fault = misread(LABELS["under"], str(self.under), "under")
        return replace(self, under=None, misread=(*self.misread, fault))

    @property
    def status_typed(self) -> str:
        return NO_ACCOUNT if self.without_account else (self.status or "")

    @property
    def post_typed(self) -> str:
        return self.contract or self.appointed or ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        values = {
            "q": self.q,
            "under": str(self.under or ""),
            "status": self.status_typed,
            "post": self.post_typed,
        }
        return [(name, value) for name, value in values.items() if value]

    @property
    def query(self) -> str:
        """Of whom the list is about, for whoever acts on all of them."""
        return urlencode(self.pairs)

    def address(self, cursor: str | None = None, *, under: UUID | str | None = None) -> str:
        """Of the same list, from a row on, or of another organisation; "" for all of them."""
        pairs = self.pairs
        if under is not None:
            pairs = [pair for pair in pairs if pair[0] != "under"]
            pairs += [("under", str(under))] if under else []
        if self.columns != CHOSEN_FIRST:
            pairs += [("col", column.value) for column in self.columns]
        if cursor:
            pairs.append(("cursor", cursor))
        query = urlencode(pairs)
        return f"{PATH}?{query}" if query else PATH

    @property
    def is_narrow(self) -> bool:
        return bool(self.pairs)


def people_filter(
    *,
    q: Annotated[str, Query(max_length=100)] = "",
    under: Annotated[str, Query(max_length=36)] = "",
    unit: Annotated[str, Query(max_length=300)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    post: Annotated[str, Query(max_length=20)] = "",
    col: Annotated[list[str] | None, Query(max_length=20)] = None,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> PeopleFilter:
    given = {"q": [q], "under": [under], "unit": [unit], "status": [status], "post": [post]}
    return PeopleFilter.read(given | {"col": col or []}, cursor or None)


MEANT: dict[str, Callable[[str], object]] = {
    "q": lambda text: "\0" not in text,  # PostgreSQL has no such text
    "under": uuid_typed,
    "unit": lambda text: "\0" not in text,
    "status": {NO_ACCOUNT, *AccountStatus}.__contains__,
    "post": {*ContractType, *Appointed}.__contains__,
    "col": lambda _: True,
}
"""Whether a value of the name means something."""


def _misread(one: Mapping[str, str]) -> Iterator[Fault]:
    for name, value in one.items():
        if value and not (name in MEANT and MEANT[name](value)):
            label = LABELS.get(name, Message(name, name))
            yield misread(label, value.replace("\0", ""), name)


Value = TypeVar("Value", bound=enum.StrEnum)


def _known(values: type[Value], text: str) -> Value | None:
    return values(text) if text in set(values) else None
