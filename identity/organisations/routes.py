from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from identity.names.search import matches
from identity.organisations import queries, service
from identity.organisations.errors import (
    AgencyCodeInvalid,
    AgencyCodeTaken,
    EffectiveDateInvalid,
    OrganisationClosed,
    OrganisationNotFound,
    OrganisationWouldBeItsOwnAncestor,
)
from identity.organisations.models import Organisation
from identity.organisations.schemas import (
    CodeIn,
    CodeOut,
    OrganisationDetail,
    OrganisationIn,
    OrganisationOut,
    OrganisationPage,
    OrganisationUpdate,
    PeriodOut,
)
from kernel.clock import office_day
from kernel.http import (
    Cursor,
    Db,
    ManagesOrganisations,
    Now,
    PageSize,
    ReadsOrganisations,
    problems,
)
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

router = APIRouter(prefix="/organisations", tags=["organisations"])


@router.get("", responses=problems(OrganisationNotFound, AgencyCodeInvalid, CursorInvalid))
def list_organisations(
    db: Db,
    now: Now,
    _: ReadsOrganisations,
    q: Annotated[
        str | None, Query(max_length=100, description="Words of a name, tone marks optional.")
    ] = None,
    code: Annotated[str | None, Query(max_length=60, description="Either form.")] = None,
    under: Annotated[UUID | None, Query(description="This organisation and below.")] = None,
    parent_id: UUID | None = None,
    on: Annotated[date | None, Query(description="In force on this day; today if absent.")] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> OrganisationPage:
    order = (Organisation.display_order, Organisation.name, Organisation.id)
    statement = select(Organisation).where(queries.in_force(on or office_day(now)))
    if q:
        statement = statement.where(matches(Organisation.search_key, q))
    if under is not None:
        statement = statement.where(queries.subtree_ids(under))
    if parent_id is not None:
        statement = statement.where(Organisation.parent_id == parent_id)
    if cursor is not None:
        statement = statement.where(tuple_(*order) > _position(cursor))
    with db.transaction() as session:
        if code is not None:
            holder = queries.get_organisation_by_code(session, code)
            statement = statement.where(Organisation.id == holder.id)
        rows = list(session.scalars(statement.order_by(*order).limit(limit + 1)))
        items = _with_codes(session, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return OrganisationPage(
        items=items,
        next_cursor=last and encode_cursor(str(last.display_order), last.name, str(last.id)),
    )


def _position(cursor: str) -> tuple[int, str, UUID]:
    order, name, identifier = decode_cursor(cursor, 3)
    try:
        return int(order), name, UUID(identifier)
    except ValueError as error:
        raise CursorInvalid from error


def _with_codes(session: Session, rows: list[Organisation]) -> list[OrganisationOut]:
    codes = queries.current_codes(session, [row.id for row in rows])
    return [
        OrganisationOut.model_validate(row).model_copy(update={"code": codes.get(row.id)})
        for row in rows
    ]


@router.get("/{organisation_id}", responses=problems(OrganisationNotFound))
def get_organisation(organisation_id: UUID, db: Db, _: ReadsOrganisations) -> OrganisationDetail:
    with db.transaction() as session:
        return _detail(session, queries.get_organisation(session, organisation_id))


def _detail(session: Session, organisation: Organisation) -> OrganisationDetail:
    codes = [CodeOut.model_validate(row) for row in queries.list_codes(session, organisation.id)]
    periods = queries.list_history(session, organisation.id)
    current = next((code.code for code in codes if code.valid_to is None), None)
    base = OrganisationOut.model_validate(organisation).model_dump(exclude={"code"})
    history = [PeriodOut.model_validate(period) for period in periods]
    return OrganisationDetail(**base, code=current, codes=codes, history=history)


@router.post(
    "",
    status_code=201,
    responses=problems(OrganisationNotFound, AgencyCodeInvalid, AgencyCodeTaken),
)
def create_organisation(
    form: OrganisationIn, actor: ManagesOrganisations, db: Db
) -> OrganisationDetail:
    fields = form.model_dump(exclude={"basis", "valid_from"})
    with db.transaction() as session:
        organisation = service.create_organisation(
            session,
            actor,
            service.OrganisationForm(**fields),
            valid_from=form.valid_from,
            basis=form.basis.to_basis(),
        )
        session.flush()
        return _detail(session, organisation)


@router.put(
    "/{organisation_id}",
    responses=problems(
        OrganisationNotFound,
        OrganisationClosed,
        OrganisationWouldBeItsOwnAncestor,
        EffectiveDateInvalid,
    ),
)
def change_organisation(
    organisation_id: UUID, form: OrganisationUpdate, actor: ManagesOrganisations, db: Db, now: Now
) -> OrganisationDetail:
    fields = form.model_dump(exclude={"basis", "effective_on"})
    with db.transaction() as session:
        organisation = service.change_organisation(
            session,
            actor,
            organisation_id,
            service.OrganisationChange(**fields),
            effective_on=form.effective_on,
            today=office_day(now),
            basis=form.basis.to_basis(),
        )
        session.flush()
        return _detail(session, organisation)


@router.post(
    "/{organisation_id}/codes",
    status_code=201,
    responses=problems(OrganisationNotFound, AgencyCodeInvalid, AgencyCodeTaken),
)
def issue_code(
    organisation_id: UUID, form: CodeIn, actor: ManagesOrganisations, db: Db
) -> OrganisationDetail:
    with db.transaction() as session:
        service.issue_code(
            session,
            actor,
            organisation_id,
            form.code,
            on=form.valid_from,
            basis=form.basis.to_basis(),
        )
        session.flush()
        return _detail(session, queries.get_organisation(session, organisation_id))
