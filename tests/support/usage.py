"""Writes what mailboxes were used for straight to the tables, and a registry of any history."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, delete, insert, text
from sqlalchemy.orm import DeclarativeBase, Session

from identity.accounts.models import Account, AccountKind, AccountPeriod, AccountStatus, Mailbox
from identity.organisations.models import (
    AgencyCode,
    AgencyCodeForm,
    Organisation,
    OrganisationKind,
    OrganisationPeriod,
)
from identity.people.models import Appointment, Leave, LeaveKind, Person
from kernel.clock import VIETNAM
from mail_admin.rate.periods import next_month
from mail_admin.rate.settings import Sign
from mail_admin.rate.tree import Node, Tree

LONG_AGO = date(2020, 1, 1)
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
COLUMN = {
    Sign.WEB: "web_days",
    Sign.PROGRAM: "program_days",
    Sign.SENT: "sent_days",
    Sign.READ: "read_days",
}
ZEROES = [
    "web_days",
    "program_days",
    "sent_days",
    "read_days",
    "web_sign_ins",
    "program_sign_ins",
    "service_sign_ins",
    "failed_sign_ins",
    "sent",
    "sent_outside",
    "delivered",
    "read",
]


def add_partition(session: Session, month: date) -> None:
    """Of the usage of a month."""
    for table in ("mail_admin_usage_month", "mail_admin_usage_day", "mail_admin_usage_event"):
        session.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {table}_{month:%Y%m} PARTITION OF {table}"
                f" FOR VALUES FROM ('{month}') TO ('{next_month(month)}')"
            )
        )


def use(session: Session, account_id: UUID, sign: Sign, *days: date, **counts: int) -> None:
    """That a mailbox was used on these days; `counts` are added to those of the month."""
    for day in days:
        month = day.replace(day=1)
        add_partition(session, month)
        values: dict[str, Any] = {"month": month, "account_id": account_id, **counts}
        values[COLUMN[sign]] = 1 << (day.day - 1)
        columns = [*ZEROES, *({*values} - {*ZEROES})]
        merged = ", ".join(
            f"{name} = old.{name} {'|' if name.endswith('_days') else '+'} excluded.{name}"
            for name in ZEROES
        )
        session.execute(
            text(
                f"INSERT INTO mail_admin_usage_month AS old ({', '.join(columns)})"
                f" VALUES ({', '.join(':' + name for name in columns)})"
                f" ON CONFLICT (month, account_id) DO UPDATE SET {merged}"
            ),
            dict.fromkeys(ZEROES, 0) | values,
        )


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), VIETNAM)


@dataclass
class Registry:
    """Rows of any history, written without asking a service whether they make sense."""

    session: Session
    prefix: str = ""
    """Of logins and codes, where several registries write to one database."""
    names: dict[UUID, str] = field(default_factory=dict)
    _numbers: list[int] = field(default_factory=lambda: [0])

    def _next(self) -> int:
        self._numbers[0] += 1
        return self._numbers[0]

    def _add(self, model: type[DeclarativeBase], **values: Any) -> UUID:
        values.setdefault("id", uuid4())
        table = model.__table__
        assert isinstance(table, Table)
        self.session.execute(insert(table).values(**values))
        identifier: UUID = values["id"]
        return identifier

    def organisation(
        self,
        *periods: tuple[UUID | None, date, date | None],
        name: str = "",
        code: str = "",
        since: date = LONG_AGO,
    ) -> UUID:
        """With a period (parent, from, until) for each place that it had in the tree."""
        number = self._next()
        name = name or f"Cơ quan {number}"
        identifier = self._add(
            Organisation,
            kind=OrganisationKind.UNIT,
            name=name,
            search_key=name,
            valid_from=since,
            display_order=number,
        )
        self.names[identifier] = name
        for parent, begin, end in periods:
            self.stand(identifier, parent, begin, end)
        code = code or f"H03.{self.prefix.upper()}{number}"
        self._add(
            AgencyCode,
            organisation_id=identifier,
            code=code,
            canonical=code,
            form=AgencyCodeForm.DECISION_20,
            valid_from=since,
        )
        return identifier

    def stand(
        self, organisation: UUID, parent: UUID | None, begin: date, end: date | None = None
    ) -> None:
        """Its place in the tree during a period."""
        self._add(
            OrganisationPeriod,
            organisation_id=organisation,
            parent_id=parent,
            kind=OrganisationKind.UNIT,
            name=self.names.get(organisation, "Cơ quan"),
            valid_from=begin,
            valid_to=end,
        )

    def person(self, *places: tuple[UUID, date, date | None], name: str = "Nông Thị Mai") -> UUID:
        """With a primary appointment for each place."""
        number = self._next()
        identifier = self._add(Person, full_name=name, search_key=name, sort_key=f"{number:06}")
        for organisation, begin, end in places:
            self.appoint(identifier, organisation, begin, end)
        return identifier

    def appoint(
        self, person: UUID, organisation: UUID, begin: date, end: date | None = None
    ) -> None:
        self._add(
            Appointment,
            person_id=person,
            organisation_id=organisation,
            valid_from=begin,
            valid_to=end,
        )

    def leave(self, person: UUID, begin: date, end: date | None) -> None:
        self._add(Leave, person_id=person, kind=LeaveKind.STUDY, valid_from=begin, valid_to=end)

    def account(
        self,
        statuses: Iterable[tuple[AccountStatus, datetime]],
        *,
        person: UUID | None = None,
        organisation: UUID | None = None,
        quota: int | None = None,
        service: bool = False,
    ) -> UUID:
        """With the history given: each status until the next one."""
        history = list(statuses)
        status, since = history[-1]
        number = self._next()
        kind = AccountKind.PERSONAL if person else AccountKind.ORGANISATION
        identifier = self._add(
            Account,
            kind=AccountKind.SERVICE if service else kind,
            login=f"hopthu{self.prefix}{number}",
            display_name=f"Hộp thư {number}",
            status=status,
            status_changed_at=since,
            created_at=history[0][1],
            person_id=person,
            organisation_id=organisation,
            password_hash=None if status is AccountStatus.PENDING else HASH,
            password_must_change=False,
        )
        periods = AccountPeriod.__table__
        assert isinstance(periods, Table)
        self.session.execute(delete(periods).where(periods.c.account_id == identifier))
        ends = [moment for _, moment in history[1:]]
        for (name, begin), end in zip(history, [*ends, None], strict=True):
            self._add(
                AccountPeriod, account_id=identifier, status=name, began_at=begin, ended_at=end
            )
        self.session.execute(
            insert(Mailbox.__table__).values(account_id=identifier, quota_bytes=quota)  # type: ignore[arg-type]
        )
        return identifier


def span(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def under(tree: Tree, organisation: UUID) -> list[Node]:
    """The organisation and everything below it, found by following parents."""
    return [node for node in tree.nodes if organisation in tree.line(node.id)]
