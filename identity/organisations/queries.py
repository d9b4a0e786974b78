from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from identity.names.text import search_key
from identity.organisations.codes import parse_code
from identity.organisations.errors import OrganisationNotFound
from identity.organisations.models import AgencyCode, Organisation, OrganisationPeriod


def get_organisation(session: Session, organisation_id: UUID) -> Organisation:
    """Raises OrganisationNotFound."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise OrganisationNotFound(str(organisation_id))
    return organisation


def get_organisation_for_update(session: Session, organisation_id: UUID) -> Organisation:
    """Raises OrganisationNotFound."""
    organisation = session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None:
        raise OrganisationNotFound(str(organisation_id))
    return organisation


def get_organisation_by_code(session: Session, code: str) -> Organisation:
    """The holder of a code in either form, also of a closed one.

    Raises AgencyCodeInvalid, OrganisationNotFound.
    """
    statement = (
        select(Organisation)
        .join(AgencyCode, AgencyCode.organisation_id == Organisation.id)
        .where(AgencyCode.canonical == parse_code(code).canonical)
    )
    organisation = session.scalar(statement)
    if organisation is None:
        raise OrganisationNotFound(code)
    return organisation


def has_organisations(session: Session) -> bool:
    return bool(session.scalar(select(select(Organisation.id).exists())))


def list_alike(
    session: Session, name: str, parent_id: UUID | None, *, other_than: UUID | None = None
) -> list[Organisation]:
    """Those of the same name under the same parent, whatever its letters' case."""
    statement = select(Organisation).where(
        Organisation.search_key.startswith(search_key(name), autoescape=True),
        Organisation.parent_id.is_not_distinct_from(parent_id),
        *_present_but(other_than),
    )
    return [row for row in session.scalars(statement) if row.name.casefold() == name.casefold()]


def find_holder_of_stem(
    session: Session, stem: str, *, other_than: UUID | None = None
) -> Organisation | None:
    """Whose addresses have the same part for the agency."""
    statement = select(Organisation).where(
        Organisation.mail_stem == stem, *_present_but(other_than)
    )
    return session.scalar(statement.order_by(Organisation.name, Organisation.id).limit(1))


def _present_but(other_than: UUID | None) -> list[ColumnElement[bool]]:
    present = Organisation.valid_to.is_(None)
    return [present] if other_than is None else [present, Organisation.id != other_than]


def list_codes(session: Session, organisation_id: UUID) -> list[AgencyCode]:
    statement = (
        select(AgencyCode)
        .where(AgencyCode.organisation_id == organisation_id)
        .order_by(AgencyCode.valid_from.desc())
    )
    return list(session.scalars(statement))


def current_codes(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, str]:
    """Organisation to the code in force, as issued."""
    statement = select(AgencyCode.organisation_id, AgencyCode.code).where(
        AgencyCode.valid_to.is_(None), AgencyCode.organisation_id.in_(organisation_ids)
    )
    return dict(session.execute(statement).all())


def list_history(session: Session, organisation_id: UUID) -> list[OrganisationPeriod]:
    statement = (
        select(OrganisationPeriod)
        .where(OrganisationPeriod.organisation_id == organisation_id)
        .order_by(OrganisationPeriod.valid_from)
    )
    return list(session.scalars(statement))


def list_tree_on(session: Session, day: date) -> list[OrganisationPeriod]:
    """The whole tree as it was on a day, past or present; parents are not sorted first."""
    statement = select(OrganisationPeriod).where(
        OrganisationPeriod.valid_from <= day,
        or_(OrganisationPeriod.valid_to.is_(None), OrganisationPeriod.valid_to > day),
    )
    return list(session.scalars(statement))


def in_force(day: date) -> ColumnElement[bool]:
    return (Organisation.valid_from <= day) & (
        Organisation.valid_to.is_(None) | (Organisation.valid_to > day)
    )


def list_line(session: Session, *organisation_ids: UUID) -> list[UUID]:
    """The organisations and everything above them, in no order."""
    return list(session.scalars(select(func.identity_with_ancestors(list(organisation_ids)))))


def subtree_ids(organisation_id: UUID) -> ColumnElement[bool]:
    """Condition on Organisation.id: the organisation itself and everything below it today."""
    line = (
        select(Organisation.id)
        .where(Organisation.id == organisation_id)
        .cte("subtree", recursive=True)
    )
    line = line.union(select(Organisation.id).where(Organisation.parent_id == line.c.id))
    return Organisation.id.in_(select(line.c.id))


def list_subtree(session: Session, organisation_id: UUID) -> list[UUID]:
    """The organisation and everything below it today, in no order.

    For a condition on a large table: from a list the planner can tell a village from a province,
    from the recursive query itself it cannot, and was 100 times slower.
    """
    return list(session.scalars(select(Organisation.id).where(subtree_ids(organisation_id))))


def count_children(session: Session, organisation_id: UUID, day: date) -> int:
    statement = select(func.count()).where(Organisation.parent_id == organisation_id, in_force(day))
    return session.scalar(statement) or 0
