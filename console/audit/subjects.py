"""What records of the audit trail are about: from what people type to identifiers, and back."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, or_, select, union
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.bulk.models import BulkPlan
from identity.hr_import.models import ImportPlan
from identity.names.search import matches
from identity.organisations.models import Organisation
from identity.people.models import Person
from sso.clients.models import ClientRow

MOST_MEANT = 200
"""Subjects that one name may mean."""


@dataclass(frozen=True, slots=True)
class Subject:
    name: str
    address: str | None = None
    """Of its page."""


def find_subjects(session: Session, typed: str) -> list[UUID]:
    """People with their accounts, organisations and systems that the text may mean."""
    try:
        meant = UUID(typed)
    except ValueError:
        pass
    else:  # of a person, what was done to the account too, like by name
        return [meant, *session.scalars(select(Account.id).where(Account.person_id == meant))]
    exact = typed.lower()
    people = or_(matches(Person.search_key, typed), Person.staff_number == typed)
    holder = Account.person_id.in_(select(Person.id).where(people))
    found: CompoundSelect[UUID | None] = union(
        select(Person.id).where(people),
        select(Account.id).where(or_(Account.login == exact, holder)),
        select(Account.person_id).where(Account.login == exact, Account.person_id.is_not(None)),
        select(Organisation.id).where(matches(Organisation.search_key, typed)),
        select(ClientRow.id).where(ClientRow.client_id == typed),
    )
    return list(session.scalars(select(found.subquery()).limit(MOST_MEANT)))


def find_actors(session: Session, typed: str) -> list[str]:
    """Labels that the text may mean: itself, and logins of people called so."""
    statement = (
        select(Account.login)
        .join(Person, Person.id == Account.person_id)
        .where(matches(Person.search_key, typed))
        .limit(MOST_MEANT)
    )
    return [typed, *session.scalars(statement)]


def names_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Those that can be named; what has been forgotten meanwhile is left out."""
    found: dict[UUID, Subject] = {}
    for statement, page in _namings():
        id_ = statement.selected_columns[0]
        for key, name, more in session.execute(statement.where(id_.in_(ids))):
            shown = f"{name} ({more})" if more else name
            target = quote(str(more)) if page.endswith("he-thong") else key
            found[key] = Subject(shown, f"{page}/{target}")
    return found


def _namings() -> list[tuple[Select[UUID, str, str | None], str]]:
    return [
        (select(Account.id, Account.display_name, Account.login), "/quan-tri/tai-khoan"),
        (select(Person.id, Person.full_name, Person.staff_number), "/quan-tri/can-bo"),
        (select(Organisation.id, Organisation.name, Organisation.short_name), "/quan-tri/co-quan"),
        (
            select(
                ClientRow.id, ClientRow.description["client_name"].as_string(), ClientRow.client_id
            ),
            "/quan-tri/he-thong",
        ),
        (
            select(ImportPlan.id, ImportPlan.file_name, ImportPlan.created_by),
            "/quan-tri/nhap-danh-sach",
        ),
        (select(BulkPlan.id, BulkPlan.reason, BulkPlan.made_by), "/quan-tri/hang-loat"),
    ]
