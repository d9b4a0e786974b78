from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from identity.names.full_name import FullName, NameMissing, NameNotAName
from identity.names.search import matches
from identity.organisations.errors import OrganisationClosed, OrganisationNotFound
from identity.organisations.queries import list_subtree
from identity.people import leaves, queries, service
from identity.people.citizen_numbers import CitizenNumbers
from identity.people.errors import (
    AppointmentNotFound,
    AppointmentPeriodInvalid,
    AppointmentUnchanged,
    BirthDateImplausible,
    CitizenNumberInvalid,
    CitizenNumberTaken,
    LeaveNotFound,
    LeavePeriodInvalid,
    PersonChangedMeanwhile,
    PersonNotFound,
    StaffNumberTaken,
)
from identity.people.models import Appointment, Person
from identity.people.schemas import (
    AppointmentAdded,
    AppointmentEnd,
    AppointmentIn,
    AppointmentOut,
    CitizenNumberOut,
    LeaveEnd,
    LeaveIn,
    LeaveOut,
    PersonDetail,
    PersonFields,
    PersonIn,
    PersonOut,
    PersonPage,
    PersonUpdate,
)
from identity.protection.errors import RoleHolderProtected
from kernel.access import PermissionMissing
from kernel.clock import office_day
from kernel.http import BasisForm, Cursor, Db, ManagesPeople, Now, PageSize, ReadsPeople, problems
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

router = APIRouter(tags=["people"])


def numbers_of(request: Request) -> CitizenNumbers:
    numbers: CitizenNumbers = request.app.state.citizen_numbers
    return numbers


@router.get("/people", responses=problems(CursorInvalid))
def list_people(
    db: Db,
    now: Now,
    _: ReadsPeople,
    q: Annotated[
        str | None, Query(max_length=100, description="Words of a name, tone marks optional.")
    ] = None,
    staff_number: Annotated[str | None, Query(max_length=40)] = None,
    organisation_id: Annotated[UUID | None, Query(description="Appointed here.")] = None,
    under: Annotated[UUID | None, Query(description="Appointed here or below.")] = None,
    on: Annotated[date | None, Query(description="Appointments of this day.")] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> PersonPage:
    """People in Vietnamese order: by given name, then family and middle name."""
    day = on or office_day(now)
    order = (Person.sort_key, Person.id)
    statement = select(Person)
    if q:
        statement = statement.where(matches(Person.search_key, q))
    if staff_number is not None:
        statement = statement.where(Person.staff_number == staff_number)
    if cursor is not None:
        statement = statement.where(tuple_(*order) > _position(cursor))
    with db.transaction() as session:
        statement = _appointed(session, statement, organisation_id, under, day)
        rows = list(session.scalars(statement.order_by(*order).limit(limit + 1)))
        items = _with_places(session, rows[:limit], day)
    last = rows[limit - 1] if len(rows) > limit else None
    return PersonPage(items=items, next_cursor=last and encode_cursor(last.sort_key, str(last.id)))


def _appointed(
    session: Session,
    statement: Select[Person],
    organisation_id: UUID | None,
    under: UUID | None,
    day: date,
) -> Select[Person]:
    if organisation_id is None and under is None:
        return statement
    appointed = select(Appointment.person_id).where(queries.in_force(day))
    if organisation_id is not None:
        appointed = appointed.where(Appointment.organisation_id == organisation_id)
    if under is not None:
        below = list_subtree(session, under)
        appointed = appointed.where(Appointment.organisation_id.in_(below))
    return statement.where(Person.id.in_(appointed))


def _position(cursor: str) -> tuple[str, UUID]:
    sort_key, identifier = decode_cursor(cursor, 2)
    try:
        return sort_key, UUID(identifier)
    except ValueError as error:
        raise CursorInvalid from error


def _with_places(session: Session, rows: Sequence[Person], day: date) -> list[PersonOut]:
    places = queries.places_on(session, [row.id for row in rows], day)
    found = []
    for row in rows:
        person = PersonOut.model_validate(row)
        if place := places.get(row.id):
            person.organisation_id, person.organisation_name, person.position = place
        found.append(person)
    return found


@router.get("/people/{person_id}", responses=problems(PersonNotFound))
def get_person(person_id: UUID, db: Db, now: Now, _: ReadsPeople) -> PersonDetail:
    with db.transaction() as session:
        return _detail(session, queries.get_person(session, person_id), office_day(now))


def _detail(session: Session, row: Person, day: date) -> PersonDetail:
    (person,) = _with_places(session, [row], day)
    appointments = queries.list_appointments(session, row.id)
    return PersonDetail(
        **person.model_dump(),
        phone=row.phone,
        recovery_email=row.recovery_email,
        has_citizen_number=row.citizen_number_index is not None,
        appointments=[AppointmentOut.model_validate(item) for item in appointments],
    )


def _person_form(fields: PersonFields, citizen_number: str | None) -> service.PersonForm:
    known = fields.model_dump(
        include={"sex", "birth_date", "staff_number", "phone", "recovery_email", "hidden"}
    )
    name = FullName.parse(fields.full_name)
    return service.PersonForm(name=name, citizen_number=citizen_number, **known)


def _appointment_form(form: AppointmentIn) -> service.AppointmentForm:
    return service.AppointmentForm(
        organisation_id=form.organisation_id,
        position=form.position,
        rank=form.rank,
        contract_type=form.contract_type,
        is_primary=form.is_primary,
    )


@router.post(
    "/people",
    status_code=201,
    responses=problems(
        NameMissing,
        NameNotAName,
        BirthDateImplausible,
        StaffNumberTaken,
        CitizenNumberTaken,
        CitizenNumberInvalid,
        OrganisationNotFound,
        OrganisationClosed,
    ),
)
def create_person(
    form: PersonIn, actor: ManagesPeople, db: Db, now: Now, request: Request
) -> PersonDetail:
    """A person with a first appointment. Namesakes are different people."""
    basis = form.basis.to_basis()
    with db.transaction() as session:
        person = service.create_person(
            session,
            actor,
            numbers_of(request),
            _person_form(form, form.citizen_number),
            today=office_day(now),
            basis=basis,
        )
        service.appoint(
            session,
            actor,
            person.id,
            _appointment_form(form.appointment),
            valid_from=form.appointment.valid_from,
            basis=basis,
        )
        return _detail(session, person, office_day(now))


@router.put(
    "/people/{person_id}",
    responses=problems(
        PersonNotFound,
        PersonChangedMeanwhile,
        RoleHolderProtected,
        NameMissing,
        NameNotAName,
        BirthDateImplausible,
        StaffNumberTaken,
        CitizenNumberTaken,
    ),
)
def change_person(
    person_id: UUID, form: PersonUpdate, actor: ManagesPeople, db: Db, now: Now, request: Request
) -> PersonDetail:
    with db.transaction() as session:
        person = service.change_person(
            session,
            actor,
            numbers_of(request),
            person_id,
            _person_form(form, form.citizen_number),
            expected_version=form.version,
            today=office_day(now),
            basis=form.basis.to_basis(),
        )
        return _detail(session, person, office_day(now))


@router.post(
    "/people/{person_id}/citizen-number", responses=problems(PersonNotFound, PermissionMissing)
)
def read_citizen_number(
    person_id: UUID, form: BasisForm, actor: ReadsPeople, db: Db, request: Request
) -> CitizenNumberOut:
    """The citizen number in clear. POST, because asking is audited with its reason."""
    with db.transaction() as session:
        number = service.read_citizen_number(
            session, actor, numbers_of(request), person_id, basis=form.to_basis()
        )
        return CitizenNumberOut(citizen_number=number)


@router.post(
    "/people/{person_id}/appointments",
    status_code=201,
    responses=problems(
        PersonNotFound,
        OrganisationNotFound,
        OrganisationClosed,
        AppointmentPeriodInvalid,
        AppointmentUnchanged,
    ),
)
def appoint(
    person_id: UUID, form: AppointmentAdded, actor: ManagesPeople, db: Db
) -> AppointmentOut:
    """A new primary appointment ends the present one: that is how people are moved."""
    with db.transaction() as session:
        appointment = service.appoint(
            session,
            actor,
            person_id,
            _appointment_form(form),
            valid_from=form.valid_from,
            basis=form.basis.to_basis(),
        )
        return AppointmentOut.model_validate(appointment)


@router.post(
    "/appointments/{appointment_id}/end",
    responses=problems(AppointmentNotFound, AppointmentPeriodInvalid),
)
def end_appointment(
    appointment_id: UUID, form: AppointmentEnd, actor: ManagesPeople, db: Db
) -> AppointmentOut:
    with db.transaction() as session:
        appointment = service.end_appointment(
            session, actor, appointment_id, on=form.on, basis=form.basis.to_basis()
        )
        return AppointmentOut.model_validate(appointment)


@router.get("/people/{person_id}/leaves", responses=problems(PersonNotFound))
def list_leaves(person_id: UUID, db: Db, _: ReadsPeople) -> list[LeaveOut]:
    """Registered absences, the latest first."""
    with db.transaction() as session:
        return [LeaveOut.model_validate(row) for row in leaves.list_leaves(session, person_id)]


@router.post(
    "/people/{person_id}/leaves",
    status_code=201,
    responses=problems(PersonNotFound, LeavePeriodInvalid),
)
def register_leave(person_id: UUID, form: LeaveIn, actor: ManagesPeople, db: Db) -> LeaveOut:
    """Maternity, study, secondment: days that do not count in the usage rate."""
    wanted = leaves.LeaveForm(form.kind, form.valid_from, form.valid_to)
    with db.transaction() as session:
        leave = leaves.register_leave(
            session, actor, person_id, wanted, basis=form.basis.to_basis()
        )
        return LeaveOut.model_validate(leave)


@router.post("/leaves/{leave_id}/end", responses=problems(LeaveNotFound, LeavePeriodInvalid))
def end_leave(leave_id: UUID, form: LeaveEnd, actor: ManagesPeople, db: Db) -> LeaveOut:
    with db.transaction() as session:
        leave = leaves.end_leave(session, actor, leave_id, on=form.on, basis=form.basis.to_basis())
        return LeaveOut.model_validate(leave)
