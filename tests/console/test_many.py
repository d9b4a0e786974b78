"""Lists with more than is counted are those that reading everything would give."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, Row, text

from benchmarks.support.usage_population import populate
from console.accounts.filters import AccountsFilter
from console.accounts.queries import list_account_ids, list_accounts
from console.people.filters import Appointed, PeopleFilter
from console.people.queries import PAGE, list_people
from identity.accounts.models import AccountKind, AccountStatus
from identity.names.text import search_key
from kernel.database import Database
from tests.support.registry import db, engine

__all__ = ["db", "engine"]
DAY, NOW = date(2026, 11, 28), datetime(2026, 11, 28, tzinfo=UTC)
EVERYBODY = text("""
SELECT person.id, person.sort_key, person.search_key, person.staff_number, account.id AS account_id,
    account.login, account.status, account.kind, account.display_name,
    coalesce(appointment.organisation_id, account.organisation_id) AS place,
    organisation.search_key AS owner_key
FROM identity_account AS account
LEFT JOIN identity_person AS person ON person.id = account.person_id
LEFT JOIN identity_appointment AS appointment ON appointment.person_id = person.id
LEFT JOIN identity_organisation AS organisation ON organisation.id = account.organisation_id
""")
Everybody = list[Row[Any]]


@pytest.fixture
def everybody(engine: Engine) -> Everybody:
    """More people than are counted; some of them appointed nowhere."""
    with engine.begin() as connection:
        populate(connection, mailboxes=10_800, organisations=40, events_a_day=0)
        connection.execute(text("DELETE FROM identity_appointment WHERE random() < 0.01"))
        return list(connection.execute(EVERYBODY))


def holding(typed: str) -> Callable[[str | None], bool]:
    """Each word of two or more, of three letters or more, as a part."""
    words = search_key(typed).split()
    return lambda key: key is not None and all(word in key for word in words)


def below(engine: Engine, number: int) -> tuple[UUID, set[UUID]]:
    """An organisation, and it with all below."""
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT id, parent_id, name FROM identity_organisation"))
        found = [tuple(row) for row in rows]
    (top,) = (row[0] for row in found if row[2] == f"Cơ quan {number}")
    line = [top]
    for one in line:
        line += [row[0] for row in found if row[1] == one]
    return top, set(line)


def test_people(db: Database, engine: Engine, everybody: Everybody) -> None:
    people = sorted((row for row in everybody if row.id), key=lambda row: (row.sort_key, row.id))
    top, province = below(engine, 1)
    one, branch = below(engine, 3)
    login = people[500].login

    def named(typed: str) -> Callable[[Row[Any]], bool]:
        holds = holding(typed)
        return lambda row: (
            holds(row.search_key)
            or row.login.startswith(typed.lower())
            or row.staff_number.startswith(typed)
        )

    cases: list[tuple[PeopleFilter, Callable[[Row[Any]], bool]]] = [
        (PeopleFilter(), lambda _: True),
        *(
            (PeopleFilter(q=typed), named(typed))
            for typed in ("BK", "n", "q", "hồng", "nga", "thanh nguyễn", login)
        ),
        (PeopleFilter(q="không ai"), lambda _: False),
        (PeopleFilter(status=AccountStatus.PENDING), lambda row: row.status == "pending"),
        (
            PeopleFilter(q="x", status=AccountStatus.ACTIVE),
            lambda row: row.status == "active" and named("x")(row),
        ),
        (PeopleFilter(appointed=Appointed.NOWHERE), lambda row: row.place is None),
        (PeopleFilter(without_account=True), lambda _: False),
        (PeopleFilter(under=top), lambda row: row.place in province),
        (PeopleFilter(under=one, q="a"), lambda row: row.place in branch and named("a")(row)),
    ]
    for wanted, is_meant in cases:
        expected = [row.id for row in people if is_meant(row)]
        with db.transaction() as session:
            page = list_people(session, wanted, DAY)
            shown = [row.id for row in page.rows]
            if page.next_cursor:
                following = list_people(session, replace(wanted, cursor=page.next_cursor), DAY)
                shown += [row.id for row in following.rows]
        assert shown == expected[: 2 * PAGE], wanted
        assert page.is_exact == (page.count == len(expected)), wanted
        assert page.count <= len(expected), wanted


def test_accounts(db: Database, engine: Engine, everybody: Everybody) -> None:
    accounts = sorted(everybody, key=lambda row: row.login)
    top, province = below(engine, 1)
    one, branch = below(engine, 3)

    def named(typed: str) -> Callable[[Row[Any]], bool]:
        holds = holding(typed)
        return lambda row: (
            row.login.startswith(typed.lower())
            or holds(row.search_key)
            or holds(row.owner_key)
            or (row.id is None and typed.lower() in row.display_name.lower())
        )

    texts = ("n", "q", "hồng", "nga", accounts[700].login, "co quan 7", "Hộp thư 10", "không ai")
    cases: list[tuple[AccountsFilter, Callable[[Row[Any]], bool]]] = [
        (AccountsFilter(), lambda _: True),
        *((AccountsFilter(q=typed), named(typed)) for typed in texts),
        (AccountsFilter(status=AccountStatus.ACTIVE), lambda row: row.status == "active"),
        (AccountsFilter(kind=AccountKind.ORGANISATION), lambda row: row.kind == "organisation"),
        (AccountsFilter(older=30), lambda row: row.status == "pending"),
        (AccountsFilter(under=top), lambda row: row.place in province),
        (AccountsFilter(under=one, q="a"), lambda row: row.place in branch and named("a")(row)),
    ]
    for wanted, is_meant in cases:
        expected = [row for row in accounts if is_meant(row)]
        with db.transaction() as session:
            page = list_accounts(session, wanted, NOW)
            shown = [row.login for row in page.rows]
            if page.next_cursor:
                following = list_accounts(session, replace(wanted, cursor=page.next_cursor), NOW)
                shown += [row.login for row in following.rows]
            everything = set(list_account_ids(session, wanted, NOW))
        assert shown == logins(expected)[: 2 * PAGE], wanted
        assert page.is_exact == (page.count == len(expected)), wanted
        assert page.count <= len(expected), wanted
        assert everything == {row.account_id for row in expected}, wanted


def logins(rows: Iterable[Row[Any]]) -> list[str]:
    return [row.login for row in rows]
