from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from identity.names.full_name import FullName
from identity.people import queries, service
from identity.people.citizen_numbers import CitizenNumbers, mask
from identity.people.errors import (
    AppointmentPeriodInvalid,
    CitizenNumberInvalid,
    CitizenNumberTaken,
    PersonChangedMeanwhile,
    StaffNumberTaken,
)
from identity.people.models import Person
from identity.people.resealing import reseal_batch
from identity.people.service import AppointmentForm, PersonForm
from kernel.access import Actor, ActorKind, Permission, PermissionMissing
from kernel.audit import AuditRecord
from kernel.encryption import EncryptionSettings, KeyRing
from tests.support.registry import BASIS, TODAY, Province, key

SPRING = date(2025, 3, 1)


def test_the_citizen_number_is_stored_only_sealed_and_found_by_its_index(
    province: Province,
) -> None:
    person = province.person(province.organisation(), citizen_number="006170581395")
    assert person.citizen_number_sealed is not None
    assert b"006170581395" not in person.citizen_number_sealed
    with province.db.transaction() as session:
        index = province.numbers.index("006170581395")
        found = session.scalar(select(Person).where(Person.citizen_number_index == index))
    assert found is not None
    assert found.id == person.id


def test_two_people_cannot_share_a_number(province: Province) -> None:
    organisation = province.organisation()
    province.person(organisation, citizen_number="006170581395", staff_number="BK1")
    with pytest.raises(CitizenNumberTaken):
        province.person(organisation, citizen_number="006170581395")
    with pytest.raises(StaffNumberTaken):
        province.person(organisation, staff_number="BK1")
    with pytest.raises(CitizenNumberInvalid):
        province.person(organisation, citizen_number="6170581395")


def test_namesakes_with_the_same_birth_date_are_two_people(province: Province) -> None:
    organisation = province.organisation()
    first = province.person(organisation, "Nông Thị Hà")
    second = province.person(organisation, "Nông Thị Hà")
    assert first.id != second.id


def test_reading_a_citizen_number_needs_its_own_right_and_is_audited(province: Province) -> None:
    person = province.person(province.organisation(), citizen_number="006170581395")
    reader = Actor(ActorKind.MACHINE, "portal", frozenset({Permission.READ_PEOPLE}))
    with province.db.transaction() as session, pytest.raises(PermissionMissing):
        service.read_citizen_number(session, reader, province.numbers, person.id, basis=BASIS)
    with province.db.transaction() as session:
        number = service.read_citizen_number(
            session, province.officer, province.numbers, person.id, basis=BASIS
        )
        tags = set(session.scalars(select(AuditRecord.tag)))
    assert number == "006170581395"
    assert "person:citizen-number-read" in tags
    assert mask(number) == "006•••••1395"


def test_of_two_admins_editing_the_same_person_the_second_is_told(province: Province) -> None:
    person = province.person(province.organisation())

    def rename(name: str) -> None:
        with province.db.transaction() as session:
            service.change_person(
                session,
                province.officer,
                province.numbers,
                person.id,
                PersonForm(FullName.parse(name), staff_number=person.staff_number),
                expected_version=person.version,
                today=TODAY,
                basis=BASIS,
            )

    rename("Nguyễn Thị Hồng Ngà")
    with pytest.raises(PersonChangedMeanwhile):
        rename("Nguyễn Thị Hồng Ngá")


def test_a_move_ends_the_present_primary_appointment_and_keeps_its_history(
    province: Province,
) -> None:
    finance, interior = province.organisation("Sở Tài chính"), province.organisation("Sở Nội vụ")
    person = province.person(finance)
    with province.db.transaction() as session:
        service.appoint(
            session,
            province.officer,
            person.id,
            AppointmentForm(interior.id, "Phó Trưởng phòng"),
            valid_from=SPRING,
            basis=BASIS,
        )
    with province.db.transaction() as session:
        assert queries.list_members_on(session, finance.id, date(2025, 2, 28)) == [
            session.get(Person, person.id)
        ]
        assert queries.list_members_on(session, finance.id, SPRING) == []
        assert len(queries.list_members_on(session, interior.id, SPRING)) == 1


def test_a_concurrent_appointment_leaves_the_primary_one(province: Province) -> None:
    finance, party = province.organisation("Sở Tài chính"), province.organisation("Đảng ủy")
    person = province.person(finance)
    with province.db.transaction() as session:
        service.appoint(
            session,
            province.officer,
            person.id,
            AppointmentForm(party.id, "Ủy viên", is_primary=False),
            valid_from=SPRING,
            basis=BASIS,
        )
        held = queries.appointments_on(session, [person.id], SPRING)[person.id]
    assert [organisation.name for _, organisation in held] == ["Sở Tài chính", "Đảng ủy"]


def test_an_appointment_cannot_end_before_it_begins(province: Province) -> None:
    person = province.person(province.organisation())
    with province.db.transaction() as session:
        (appointment,) = queries.list_appointments(session, person.id)
    with pytest.raises(AppointmentPeriodInvalid), province.db.transaction() as session:
        service.end_appointment(
            session, province.officer, appointment.id, on=date(2020, 1, 1), basis=BASIS
        )


def test_numbers_sealed_anew_open_without_the_old_key(province: Province) -> None:
    person = province.person(province.organisation(), citizen_number="006170581395")
    ring = {"k1": key("a"), "k2": key("b")}
    both = EncryptionSettings(keys=ring, active_key="k2", index_key=key("i"))
    with province.db.transaction() as session:
        done = reseal_batch(session, CitizenNumbers(KeyRing(both)), UUID(int=0), 100)
    assert done == [person.id]
    new_only = EncryptionSettings(keys={"k2": key("b")}, active_key="k2", index_key=key("i"))
    with province.db.transaction() as session:
        row = queries.get_person(session, person.id)
        assert row.citizen_number_sealed is not None
        numbers = CitizenNumbers(KeyRing(new_only))
        assert numbers.open(person.id, row.citizen_number_sealed) == "006170581395"
