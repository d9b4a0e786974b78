"""Choosing an organisation by a few letters of its name or by its agency code."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from identity.names.search import matches
from identity.names.text import search_key
from identity.organisations.codes import parse_code
from identity.organisations.errors import AgencyCodeInvalid
from identity.organisations.models import AgencyCode, Organisation
from identity.organisations.queries import in_force

MOST = 12


class Candidate(NamedTuple):
    id: UUID
    name: str
    code: str | None
    above: str | None
    """Name of the organisation above: units of many agencies are called alike."""


class Offer(NamedTuple):
    """Organisations that what was typed may mean, and the one that it means."""

    typed: str
    candidates: Sequence[Candidate] = ()
    chosen: Candidate | None = None

    @property
    def organisation_id(self) -> UUID | None:
        return self.chosen.id if self.chosen else None


NOTHING_TYPED = Offer("")
Found = Select[UUID, str, str | None, str | None]


def offer(session: Session, typed: str, ticked_id: UUID | None, day: date) -> Offer:
    """Means what was ticked, as long as what is typed still does; else the only one found."""
    candidates = find_organisations(session, typed, day)
    ticked = find_candidate(session, ticked_id)
    if ticked is not None and (not candidates or ticked in candidates):
        return Offer(typed, candidates, ticked)
    if ticked is not None and search_key(ticked.name) == search_key(typed):
        return Offer(typed, [ticked, *candidates], ticked)  # of more namesakes than are shown
    return Offer(typed, candidates, candidates[0] if len(candidates) == 1 else None)


def find_organisations(
    session: Session, typed: str, day: date, most: int = MOST
) -> list[Candidate]:
    """The one with the code, else those whose name holds what was typed; short names first."""
    if not typed:
        return []
    exact = _by_code(session, typed)
    if exact:
        return exact
    begins = AgencyCode.code.startswith(typed.upper(), autoescape=True)
    statement = (
        _candidates()
        .where(in_force(day), or_(matches(Organisation.search_key, typed), begins))
        .order_by(func.length(Organisation.name), Organisation.name, Organisation.id)
        .limit(most)
    )
    found = [Candidate(*row) for row in session.execute(statement)]
    named = [one for one in found if search_key(one.name) == search_key(typed)]
    return named if len(named) == 1 else found  # "Sở Tài chính" also ends the names of its units


def _by_code(session: Session, typed: str) -> list[Candidate]:
    try:
        code = parse_code(typed).canonical
    except AgencyCodeInvalid:
        return []
    statement = _candidates().where(AgencyCode.canonical == code)
    return [Candidate(*row) for row in session.execute(statement)]


def find_candidate(session: Session, organisation_id: UUID | None) -> Candidate | None:
    if organisation_id is None:
        return None
    row = session.execute(_candidates().where(Organisation.id == organisation_id)).one_or_none()
    return None if row is None else Candidate(*row)


def _candidates() -> Found:
    above = aliased(Organisation)
    return (
        select(Organisation.id, Organisation.name, AgencyCode.code, above.name)
        .outerjoin(
            AgencyCode,
            (AgencyCode.organisation_id == Organisation.id) & AgencyCode.valid_to.is_(None),
        )
        .outerjoin(above, above.id == Organisation.parent_id)
    )
