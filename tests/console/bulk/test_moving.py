"""Many people moved to another organisation as a plan, and moved back."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from identity.accounts.models import Account
from identity.organisations.models import Organisation
from identity.organisations.service import close_organisation
from identity.people.models import Appointment
from identity.people.service import AppointmentForm, appoint
from tests.console.bulk.conftest import PATH, WHY, confirmed, numbers, selected
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, TODAY
from tests.support.sign_on import Browser, Member

DAY = TODAY + timedelta(days=8)


def moved(desk: Browser, to: Organisation, *accounts: Account, **more: str) -> str:
    address = selected(*(one.id for one in accounts)).replace("/moi?", "/dieu-dong?")
    form = {**WHY, "organisation_id": str(to.id), "valid_from": DAY.isoformat(), **more}
    answer = desk.post(address, form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def posts(console: ConsoleWorld, account: Account) -> list[tuple[str | None, date, date | None]]:
    with console.sign_on.services.database.transaction() as session:
        statement = (
            select(Appointment.position, Appointment.valid_from, Appointment.valid_to)
            .where(Appointment.person_id == account.person_id)
            .order_by(Appointment.valid_from, Appointment.id)
        )
        return [tuple(row) for row in session.execute(statement)]  # type: ignore[misc]


def place(console: ConsoleWorld, account: Account) -> object:
    with console.sign_on.services.database.transaction() as session:
        statement = select(Appointment.organisation_id).where(
            Appointment.person_id == account.person_id, Appointment.valid_to.is_(None)
        )
        return session.scalars(statement).one()


def places(console: ConsoleWorld, *people: UUID | None) -> set[UUID]:
    with console.sign_on.services.database.transaction() as session:
        statement = select(Appointment.organisation_id).where(
            Appointment.person_id.in_(people), Appointment.valid_to.is_(None)
        )
        return set(session.scalars(statement))


def test_people_are_moved_on_a_day_as_a_whole_and_moved_back(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    merged = console.sign_on.province.organisation("Sở Tài chính và Đầu tư")
    before = [posts(console, one) for one in staff]
    home = place(console, staff[0])
    asked = desk.get(selected(staff[0].id)).text
    assert "Điều động những người này" in asked
    plan = moved(desk, merged, *staff)
    page = desk.get(plan).text
    assert "Sở Tài chính và Đầu tư" in page
    assert "Sở Nội vụ" in page
    assert [posts(console, one) for one in staff] == before
    confirmed(desk, plan)
    assert {place(console, one) for one in staff} == {merged.id}
    (first, second) = posts(console, staff[0])
    assert (first[2], second[0], second[1]) == (DAY, first[0], DAY)
    assert "Sở Tài chính và Đầu tư" in desk.get(f"/quan-tri/can-bo/{staff[0].person_id}").text
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["3", "0", "0"]
    confirmed(desk, undoing)
    assert place(console, staff[0]) == home
    assert posts(console, staff[0]) == [*before[0], (first[0], DAY, DAY)]
    assert "Hoàn tác" not in desk.get(undoing).text.partition("<main")[2].partition("Từng")[2]


def test_a_new_position_is_for_all_of_them(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    merged = console.sign_on.province.organisation("Sở Tài chính")
    confirmed(desk, moved(desk, merged, *staff, position="Chuyên viên"))
    assert [posts(console, one)[-1][0] for one in staff] == ["Chuyên viên"] * 3


def test_who_is_there_stays_and_who_moves_later_is_refused(
    console: ConsoleWorld, desk: Browser, holder: Member, staff: list[Account]
) -> None:
    province = console.sign_on.province
    merged = province.organisation("Sở Tài chính")
    there = province.account(province.person(merged, "Hà Thị Ở"))
    with console.sign_on.services.database.transaction() as session:
        form = AppointmentForm(merged.id)
        later = DAY + timedelta(days=30)
        assert staff[0].person_id is not None
        appoint(
            session,
            console.sign_on.officer,
            staff[0].person_id,
            form,
            valid_from=later,
            basis=BASIS,
        )
    own = holder.account
    plan = moved(desk, merged, there, staff[0], staff[1], own)
    assert numbers(desk, plan) == ["1", "1", "2"]
    page = desk.get(plan).text
    assert "bắt đầu sau ngày này" in page
    assert "Đã ở đơn vị này" in page


def test_a_move_that_others_went_on_from_is_not_taken_back(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    province = console.sign_on.province
    plan = moved(desk, province.organisation("Sở Tài chính"), *staff)
    confirmed(desk, plan)
    further = moved(desk, province.organisation("Sở Y tế"), staff[0])
    confirmed(desk, further)
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["2", "0", "1"]
    assert "Chức vụ đã thay đổi sau lần điều động đó" in desk.get(undoing).text


def test_an_organisation_that_closes_takes_nobody(
    console: ConsoleWorld, desk: Browser, staff: list[Account]
) -> None:
    closing = console.sign_on.province.organisation("Sở Giải thể")
    plan = moved(desk, closing, *staff)
    with console.sign_on.services.database.transaction() as session:
        close_organisation(
            session, console.sign_on.officer, closing.id, on=DAY, people=0, basis=BASIS
        )
    refused = confirmed(desk, plan)
    assert refused.status_code == 422
    assert "Sở Giải thể" in refused.text
    address = selected(staff[0].id).replace("/moi?", "/dieu-dong?")
    again = desk.post(
        address, {**WHY, "organisation": "", "position": "Trưởng phòng", "valid_from": "x"}
    )
    assert again.status_code == 422
    assert 'id="organisation-fault"' in again.text
    assert 'id="valid_from-fault"' in again.text
    assert 'value="Trưởng phòng"' in again.text
    assert PATH in again.text


def test_people_without_an_account_are_moved_and_moved_back_too(
    console: ConsoleWorld, desk: Browser
) -> None:
    province = console.sign_on.province
    home = province.organisation("Sở Y tế")
    outside = province.person(home, "Lò Thị Chưa")
    inside = province.account(province.person(home, "Lò Thị Có"))
    merged = province.organisation("Sở Tài chính")
    found = f"/quan-tri/can-bo?under={home.id}"
    everybody = f"{PATH}/moi?tat-ca=can-bo&under={home.id}"
    listed = desk.get(found).text
    assert f'name="person" value="{outside.id}"' in listed
    assert f'name="under" value="{home.id}"' in listed
    assert "1 người được chọn không có tài khoản: chỉ điều động được." in desk.get(everybody).text
    alone = desk.get(f"{PATH}/moi?person={outside.id}").text
    assert "Điều động những người này" in alone
    assert 'name="action"' not in alone
    address = everybody.replace("/moi?", "/dieu-dong?")
    assert "Đã chọn 2 người" in desk.get(address).text
    form = {**WHY, "organisation_id": str(merged.id), "valid_from": DAY.isoformat()}
    plan = desk.post(address, form).headers["location"]
    assert numbers(desk, plan) == ["2", "0", "0"]
    page = desk.get(plan).text
    assert f'href="/quan-tri/can-bo/{outside.id}">Lò Thị Chưa' in page
    assert "Cả 2 người được thay đổi cùng lúc" in page
    province.account(outside)  # makes no difference to where they work
    confirmed(desk, plan)
    assert places(console, outside.id, inside.person_id) == {merged.id}
    undoing = desk.post(f"{plan}/hoan-tac", WHY).headers["location"]
    assert numbers(desk, undoing) == ["2", "0", "0"]
    confirmed(desk, undoing)
    assert places(console, outside.id, inside.person_id) == {home.id}


def test_what_happens_meanwhile_to_somebody_without_an_account_is_shown_again(
    console: ConsoleWorld, desk: Browser
) -> None:
    province = console.sign_on.province
    outside = province.person(province.organisation("Sở Y tế"), "Lò Thị Chưa")
    merged = province.organisation("Sở Tài chính")
    address = f"{PATH}/dieu-dong?person={outside.id}"
    form = {**WHY, "organisation_id": str(merged.id), "valid_from": DAY.isoformat()}
    plan = desk.post(address, form).headers["location"]
    further = desk.post(address, form | {"position": "Trưởng phòng"}).headers["location"]
    confirmed(desk, further)
    answer = desk.follow(confirmed(desk, plan))
    assert "Có người đã thay đổi từ lúc bạn xem" in answer.text
    assert numbers(desk, plan) == ["0", "1", "0"]


def test_somebody_ticked_who_has_an_account_by_now_is_in_the_plan_once(
    console: ConsoleWorld, desk: Browser
) -> None:
    province = console.sign_on.province
    person = province.person(province.organisation("Sở Y tế"), "Lò Thị Vừa Có")
    account = province.account(person)
    merged = province.organisation("Sở Tài chính")
    address = f"{PATH}/dieu-dong?person={person.id}&account={account.id}"
    form = {**WHY, "organisation_id": str(merged.id), "valid_from": DAY.isoformat()}
    plan = desk.post(address, form).headers["location"]
    assert numbers(desk, plan) == ["1", "0", "0"]
    assert account.login in desk.get(plan).text
