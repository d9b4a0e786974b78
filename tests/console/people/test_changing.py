"""Changes of a person: none is lost, each has its reason."""

from datetime import date

from sqlalchemy import select

from identity.names.full_name import FullName
from identity.people.models import Appointment, ContractType, Leave, Person
from identity.people.queries import get_person
from identity.people.service import PersonForm, change_person
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, TODAY

PHONE = "0912345678"


def somebody(console: ConsoleWorld) -> Person:
    province = console.sign_on.province
    return province.person(province.organisation("Sở Tài chính"), "Lý Thị Nga", phone=PHONE)


def present(console: ConsoleWorld, person: Person) -> Person:
    with console.sign_on.services.database.transaction() as session:
        return get_person(session, person.id)


def form(console: ConsoleWorld, person: Person, **changed: str) -> dict[str, str]:
    """What the form sends that was opened just now."""
    row = present(console, person)
    known = {
        "full_name": row.full_name,
        "birth_date": row.birth_date.isoformat() if row.birth_date else "",
        "sex": row.sex or "",
        "staff_number": row.staff_number or "",
    }
    was = {f"was_{name}": value for name, value in known.items()}
    return known | was | {"version": str(row.version), "reason": "đính chính"} | changed


def other_admin(console: ConsoleWorld, person: Person, name: str, staff_number: str) -> None:
    world = console.sign_on
    row = present(console, person)
    changed = PersonForm(
        FullName.parse(name), birth_date=row.birth_date, staff_number=staff_number, phone=row.phone
    )
    with world.services.database.transaction() as session:
        change_person(
            session,
            world.officer,
            world.province.numbers,
            person.id,
            changed,
            expected_version=row.version,
            today=TODAY,
            basis=BASIS,
        )


def test_a_change_is_saved_and_what_was_not_shown_stays(console: ConsoleWorld) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    address = f"/quan-tri/can-bo/{person.id}"
    assert PHONE not in browser.get(f"{address}/sua").text
    page = browser.follow(browser.post(f"{address}/sua", form(console, person, sex="female")))
    assert "Đã lưu thay đổi." in page.text
    row = present(console, person)
    assert (row.sex, row.phone) == ("female", PHONE)


def test_a_change_in_between_is_shown_and_nothing_typed_is_lost(console: ConsoleWorld) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    address = f"/quan-tri/can-bo/{person.id}/sua"
    typed = form(console, person, full_name="Lý Thị Ngà")
    other_admin(console, person, "Lý Thị Ngân", "BK777777")
    page = browser.post(address, typed)
    assert page.status_code == 409
    for shown in ("Lý Thị Ngân", "BK777777", 'id="full_name" name="full_name"', "officer"):
        assert shown in page.text
    assert 'value="Lý Thị Ngà"' in page.text
    row = present(console, person)
    assert row.full_name == "Lý Thị Ngân"
    again = typed | {"version": str(row.version), "staff_number": "BK777777"}
    assert browser.post(address, again).status_code == 303
    row = present(console, person)
    assert (row.full_name, row.staff_number) == ("Lý Thị Ngà", "BK777777")


def test_a_bad_change_is_said_and_kept(console: ConsoleWorld) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    typed = form(console, person, full_name="Lý Thị Ngà", recovery_email="không phải")
    page = browser.post(f"/quan-tri/can-bo/{person.id}/sua", typed)
    assert page.status_code == 422
    assert 'id="recovery_email-fault"' in page.text
    assert 'value="Lý Thị Ngà"' in page.text


def test_a_number_of_somebody_else_is_refused_beside_its_field_and_nothing_is_lost(
    console: ConsoleWorld,
) -> None:
    province = console.sign_on.province
    province.person(
        province.organisation("Sở Nội vụ"),
        "Hà Văn Một",
        staff_number="BK777777",
        citizen_number="006170581395",
    )
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    for name, taken in (("staff_number", "BK777777"), ("citizen_number", "006170581395")):
        typed = form(console, person, full_name="Lý Thị Ngà") | {name: taken}
        page = browser.post(f"/quan-tri/can-bo/{person.id}/sua", typed)
        assert page.status_code == 422
        assert f'id="{name}-fault"' in page.text
        assert f'value="{taken}"' in page.text
        assert 'value="Lý Thị Ngà"' in page.text
    assert present(console, person).full_name == "Lý Thị Nga"


def test_nothing_changed_is_said(console: ConsoleWorld) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    answer = browser.post(f"/quan-tri/can-bo/{person.id}/sua", form(console, person))
    assert "Không có gì thay đổi." in browser.follow(answer).text


def test_a_birth_date_of_no_working_age_is_refused_but_what_stands_is_kept(
    console: ConsoleWorld,
) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    address = f"/quan-tri/can-bo/{person.id}/sua"
    page = browser.post(address, form(console, person, birth_date="2026-01-01"))
    assert page.status_code == 422
    assert 'id="birth_date-fault"' in page.text
    with console.sign_on.services.database.transaction() as session:
        get_person(session, person.id).birth_date = date(1920, 1, 1)
    answer = browser.post(address, form(console, person, full_name="Lý Thị Ngà"))
    assert answer.status_code == 303


def test_a_move_ends_the_present_appointment(console: ConsoleWorld) -> None:
    person = somebody(console)
    new = console.sign_on.province.organisation("Sở Nội vụ", code="H03.55")
    browser = console.browser(console.holder(Role.HR))
    typed = {
        "organisation": "H03.55",
        "valid_from": "2026-11-23",
        "version": str(present(console, person).version),
        "reason": "điều động",
    }
    answer = browser.post(f"/quan-tri/can-bo/{person.id}/dieu-dong", typed)
    assert answer.status_code == 303
    with console.sign_on.services.database.transaction() as session:
        found = select(Appointment).where(Appointment.person_id == person.id)
        rows = session.scalars(found.order_by(Appointment.valid_from)).all()
    assert [row.valid_to for row in rows] == [date(2026, 11, 23), None]
    assert rows[1].organisation_id == new.id


def test_a_move_begins_with_what_is_held_and_must_change_something(console: ConsoleWorld) -> None:
    person = somebody(console)
    with console.sign_on.services.database.transaction() as session:
        post = session.scalars(select(Appointment).where(Appointment.person_id == person.id)).one()
        post.rank, post.contract_type = "01.003", ContractType.CIVIL_SERVANT
    browser = console.browser(console.holder(Role.HR))
    address = f"/quan-tri/can-bo/{person.id}/dieu-dong"
    page = browser.get(address).text
    for shown in ('value="Sở Tài chính"', 'value="Chuyên viên"', 'value="01.003"'):
        assert shown in page
    assert f'value="{post.organisation_id}" checked' in page
    assert 'value="civil_servant" selected' in page
    typed = {
        "organisation": "Sở Tài chính",
        "organisation_id": str(post.organisation_id),
        "position": "Chuyên viên",
        "rank": "01.003",
        "contract_type": "civil_servant",
        "valid_from": "2026-11-23",
        "version": str(present(console, person).version),
        "reason": "điều động",
    }
    refused = browser.post(address, typed)
    assert refused.status_code == 422
    assert 'id="organisation-fault"' in refused.text
    assert "chưa có gì thay đổi" in refused.text
    assert browser.post(address, typed | {"position": "Phó phòng"}).status_code == 303


def test_a_move_of_somebody_who_was_moved_meanwhile_is_refused(console: ConsoleWorld) -> None:
    person = somebody(console)
    console.sign_on.province.organisation("Sở Nội vụ", code="H03.55")
    browser = console.browser(console.holder(Role.HR))
    typed = {"organisation": "H03.55", "valid_from": "2026-11-23", "reason": "điều động"}
    typed["version"] = str(present(console, person).version)
    other_admin(console, person, "Lý Thị Ngân", "BK777777")
    page = browser.post(f"/quan-tri/can-bo/{person.id}/dieu-dong", typed)
    assert page.status_code == 422
    assert "vừa được người khác sửa" in page.text


def test_leave_is_registered_and_ended(console: ConsoleWorld) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    address = f"/quan-tri/can-bo/{person.id}"
    typed = {"kind": "maternity", "valid_from": "2026-11-01", "reason": "thai sản"}
    page = browser.follow(browser.post(f"{address}/nghi", typed))
    assert "Nghỉ thai sản" in page.text
    with console.sign_on.services.database.transaction() as session:
        leave = session.scalars(select(Leave)).one()
    back = {"on": "2026-11-20", "reason": "trở lại"}
    page = browser.follow(browser.post(f"{address}/nghi/{leave.id}/ket-thuc", back))
    assert "20/11/2026" in page.text


def test_an_appointment_is_ended(console: ConsoleWorld) -> None:
    person = somebody(console)
    browser = console.browser(console.holder(Role.HR))
    with console.sign_on.services.database.transaction() as session:
        post = session.scalars(select(Appointment).where(Appointment.person_id == person.id)).one()
    address = f"/quan-tri/can-bo/{person.id}/chuc-vu/{post.id}/ket-thuc"
    assert "Sở Tài chính" in browser.get(address).text
    assert browser.post(address, {"on": "2023-01-01", "reason": "nghỉ"}).status_code == 422
    page = browser.follow(browser.post(address, {"on": "2026-11-23", "reason": "nghỉ"}))
    assert "Đã kết thúc chức vụ." in page.text
