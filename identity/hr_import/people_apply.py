"""Writes the accepted rows of a people plan, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from identity.accounts.models import AccountKind
from identity.hr_import.applying import Context, NewAccount, open_accounts
from identity.hr_import.errors import ImportPlanStale
from identity.hr_import.progress import counted
from identity.hr_import.registered import among
from identity.names.full_name import FullName
from identity.people.models import Appointment, ContractType, Person, Sex
from identity.people.service import (
    CONTACT,
    AppointmentForm,
    PersonAuditTag,
    PersonForm,
    appoint,
    end_appointment,
    person_columns,
)
from identity.protection.errors import RoleHolderProtected
from identity.protection.service import barred_people
from kernel import audit
from kernel.audit import Basis
from kernel.database import copy_rows

Payload = Mapping[str, Any]


def apply_people(context: Context, payloads: Sequence[tuple[int, Payload]]) -> None:
    """`payloads` are pairs of position and payload. Raises ImportPlanStale."""
    created = {position: payload for position, payload in payloads if "person" in payload}
    changed = [payload for _, payload in payloads if "person_id" in payload]
    _require_versions(context.session, changed)
    _require_say(context, changed)
    people = create_people(context, created)
    for _, payload in payloads:
        if "person_of" in payload:
            person_id = people.get(payload["person_of"])
            if person_id is None:
                raise ImportPlanStale
            _appoint(context, person_id, payload["appointment"])
    for payload in counted(changed, context.progress):
        _change(context, payload)
    opened = [
        (position, people.get(position) or UUID(payload["person_id"]), payload)
        for position, payload in payloads
        if "account" in payload
    ]
    names = _names_of(context.session, [(person_id, payload) for _, person_id, payload in opened])
    accounts = [
        NewAccount(
            AccountKind.PERSONAL,
            names[person_id],
            payload["account"],
            context.mailboxes.personal_quota_bytes,
            position,
            person_id=person_id,
        )
        for position, person_id, payload in opened
    ]
    open_accounts(context, accounts)


def _require_versions(session: Session, payloads: Sequence[Payload]) -> None:
    """Lock the people that will change and make sure they are as the plan saw them."""
    expected = {UUID(payload["person_id"]): payload["version"] for payload in payloads}
    statement = (
        select(Person.id, Person.version)
        .where(among(Person.id, expected, Uuid))
        .order_by(Person.id)
        .with_for_update()
    )
    present = dict(session.execute(statement).all())
    if present != expected:
        raise ImportPlanStale


def _require_say(context: Context, payloads: Sequence[Payload]) -> None:
    """Somebody may have been given a role since, or another one applies the plan."""
    barred = barred_people(context.session, context.actor)
    for payload in payloads:
        login = barred.get(UUID(payload["person_id"]))
        if login is not None and not CONTACT.isdisjoint(payload["columns"]):
            raise RoleHolderProtected(login)


def person_form(payload: Mapping[str, Any]) -> PersonForm:
    born, sex = payload["birth_date"], payload["sex"]
    return PersonForm(
        name=FullName(*payload["name"]),
        birth_date=date.fromisoformat(born) if born else None,
        sex=Sex(sex) if sex else None,
        staff_number=payload["staff_number"],
        citizen_number=payload["citizen_number"],
        phone=payload["phone"],
        recovery_email=payload["recovery_email"],
    )


def create_people(context: Context, payloads: Mapping[int, Payload]) -> dict[int, UUID]:
    """Position → id of the new person, with the first appointment."""
    if not payloads:
        return {}
    ids = {position: uuid4() for position in payloads}
    people = (
        _person_row(context, person_id, payloads[position]["person"])
        for position, person_id in ids.items()
    )
    told = counted(people, context.progress)
    copy_rows(context.session, Person.__tablename__, PERSON_COLUMNS, told)
    appointments = (
        _appointment_row(context, person_id, payloads[position]["appointment"])
        for position, person_id in ids.items()
    )
    copy_rows(context.session, Appointment.__tablename__, APPOINTMENT_COLUMNS, appointments)
    nothing: dict[str, Any] = {}
    subjects = ((person_id, nothing) for person_id in ids.values())
    tag = PersonAuditTag.CREATED
    audit.record_many(context.session, context.actor, tag, subjects, context.basis)
    return ids


NUMBER_COLUMNS = ("id", "citizen_number_sealed", "citizen_number_index")
PERSON_COLUMNS = (*NUMBER_COLUMNS, *person_columns(PersonForm(FullName(""))))


def _person_row(context: Context, person_id: UUID, payload: Payload) -> tuple[Any, ...]:
    form = person_form(payload)
    number = form.citizen_number
    sealed = context.numbers.seal(person_id, number) if number else None
    index = context.numbers.index(number) if number else None
    columns = person_columns(form) | {"sex": form.sex and form.sex.value}
    return (person_id, sealed, index, *columns.values())


APPOINTMENT_COLUMNS = (
    "id",
    "person_id",
    "organisation_id",
    "position",
    "rank",
    "contract_type",
    "is_primary",
    "valid_from",
    "document_number",
    "document_date",
)


def _appointment_row(context: Context, person_id: UUID, payload: Payload) -> tuple[Any, ...]:
    basis = basis_of_row(context.basis, payload)
    return (
        uuid4(),
        person_id,
        UUID(payload["organisation_id"]),
        payload["position"],
        payload["rank"],
        payload["contract_type"],
        payload["is_primary"],
        context.day,
        basis.document_number,
        basis.document_date,
    )


def basis_of_row(basis: Basis, payload: Payload) -> Basis:
    """The document of the row where it names one, else that of the whole file."""
    number, day = payload.get("document_number"), payload.get("document_date")
    if number is None and day is None:
        return basis
    return replace(
        basis, document_number=number, document_date=date.fromisoformat(day) if day else None
    )


def _appoint(context: Context, person_id: UUID, payload: Payload) -> None:
    contract_type = payload["contract_type"]
    appoint(
        context.session,
        context.actor,
        person_id,
        AppointmentForm(
            organisation_id=UUID(payload["organisation_id"]),
            position=payload["position"],
            rank=payload["rank"],
            contract_type=ContractType(contract_type) if contract_type else None,
            is_primary=payload["is_primary"],
        ),
        valid_from=context.day,
        basis=basis_of_row(context.basis, payload),
    )


def _change(context: Context, payload: Payload) -> None:
    session, person_id = context.session, UUID(payload["person_id"])
    columns = dict(payload["columns"])
    if columns:
        person = session.get_one(Person, person_id)
        _set_columns(context, person, columns)
        session.flush()
        audit.record(
            session,
            context.actor,
            PersonAuditTag.CHANGED,
            person_id,
            context.basis,
            fields=sorted(columns),
        )
    if "appointment" in payload:
        if payload["ends"]:
            end_appointment(
                session,
                context.actor,
                UUID(payload["ends"]),
                on=context.day,
                basis=basis_of_row(context.basis, payload["appointment"]),
            )
        _appoint(context, person_id, payload["appointment"])


def _set_columns(context: Context, person: Person, columns: dict[str, Any]) -> None:
    name = columns.pop("name", None)
    number = columns.pop("citizen_number", None)
    form = PersonForm(
        name=FullName(*name)
        if name
        else FullName(person.full_name, person.family_name, person.middle_name, person.given_name),
        sex=Sex(columns["sex"]) if "sex" in columns else person.sex,
        birth_date=date.fromisoformat(columns["birth_date"])
        if "birth_date" in columns
        else person.birth_date,
        staff_number=columns.get("staff_number", person.staff_number),
        phone=columns.get("phone", person.phone),
        recovery_email=columns.get("recovery_email", person.recovery_email),
        hidden=person.hidden,
    )
    for column, value in person_columns(form).items():
        setattr(person, column, value)
    if number is not None:
        person.citizen_number_sealed = context.numbers.seal(person.id, number)
        person.citizen_number_index = context.numbers.index(number)


def _names_of(session: Session, opened: Sequence[tuple[UUID, Payload]]) -> dict[UUID, str]:
    names = {
        person_id: payload["person"]["name"][0]
        for person_id, payload in opened
        if "person" in payload
    }
    missing = [person_id for person_id, _ in opened if person_id not in names]
    statement = select(Person.id, Person.full_name).where(among(Person.id, missing, Uuid))
    return names | dict(session.execute(statement).all())
