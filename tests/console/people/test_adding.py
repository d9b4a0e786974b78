"""One more person: the address is seen beforehand, everything is written together."""

import pytest
from sqlalchemy import func, select

from identity.accounts.models import Account
from identity.organisations.models import Organisation
from identity.people.models import Person
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser

ADD = "/quan-tri/can-bo/them"
LOOK = f"{ADD}/dia-chi"
TYPING = {"HX-Request": "true", "HX-Target": "address"}


@pytest.fixture
def office(console: ConsoleWorld) -> Organisation:
    return console.sign_on.province.organisation("Sở Ngoại vụ", code="H03.77", mail_stem="sngv")


@pytest.fixture
def hr(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.HR))


def form(office: Organisation, **changed: str) -> dict[str, str]:
    typed = {
        "full_name": "Đặng Thị Ửng",
        "birth_date": "06/05/1990",
        "staff_number": "BK900001",
        "organisation_id": str(office.id),
        "position": "Chuyên viên",
        "valid_from": "2026-11-23",
        "reason": "tuyển mới",
    }
    return typed | changed


def logins(console: ConsoleWorld) -> list[str]:
    with console.sign_on.services.database.transaction() as session:
        return list(session.scalars(select(Account.login).order_by(Account.login)))


def people(console: ConsoleWorld) -> int:
    with console.sign_on.services.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def test_person_account_and_address_are_made_together(hr: Browser, office: Organisation) -> None:
    page = hr.follow(hr.post(ADD, form(office, phone="0912 345 678")))
    assert page.status_code == 200, page.text
    assert "Đặng Thị Ửng" in page.text
    assert "ungdt@backan.gov.vn" in page.text
    assert "In thư kích hoạt" in page.text


def test_the_address_is_shown_before_anything_is_stored(
    console: ConsoleWorld, hr: Browser, office: Organisation
) -> None:
    before = people(console)
    part = hr.post(LOOK, form(office), headers=TYPING)
    assert part.text.lstrip().startswith('<div id="address"')
    assert "ungdt@backan.gov.vn" in part.text
    assert people(console) == before


def test_who_holds_a_taken_address_is_said(
    console: ConsoleWorld, hr: Browser, office: Organisation
) -> None:
    province = console.sign_on.province
    province.account(province.person(office, "Dặng Thị Ửng"))
    part = hr.post(LOOK, form(office), headers=TYPING)
    assert "của Dặng Thị Ửng" in part.text
    assert "tên chỉ khác đ và d" in part.text
    assert "ungdt.sngv@backan.gov.vn" in part.text or "ungdt2@backan.gov.vn" in part.text


def test_without_scripts_the_whole_form_comes_back_with_the_address(
    hr: Browser, office: Organisation
) -> None:
    typed = form(office, organisation="H03.77") | {"organisation_id": "", "reason": ""}
    page = hr.post(LOOK, typed)
    assert page.status_code == 200
    assert "ungdt@backan.gov.vn" in page.text
    assert 'value="Đặng Thị Ửng"' in page.text


def test_another_address_may_be_chosen(
    console: ConsoleWorld, hr: Browser, office: Organisation
) -> None:
    answer = hr.post(ADD, form(office, address="other", other_address="dangungdt"))
    assert answer.status_code == 303
    assert "dangungdt" in logins(console)


def test_a_taken_address_is_refused_and_nothing_is_half_done(
    console: ConsoleWorld, hr: Browser, office: Organisation
) -> None:
    before, taken = people(console), logins(console)[0]
    page = hr.post(ADD, form(office, address="other", other_address=taken))
    assert page.status_code == 422
    assert "cho người khác" in page.text
    assert 'value="Đặng Thị Ửng"' in page.text
    assert people(console) == before


def test_what_is_wrong_is_said_beside_its_field(hr: Browser, office: Organisation) -> None:
    wrong = {"full_name": "", "phone": "12", "birth_date": "31/02/1990", "reason": "x"}
    page = hr.post(ADD, form(office, **wrong))
    assert page.status_code == 422
    for name in ("full_name", "phone", "birth_date", "reason"):
        assert f'id="{name}-fault"' in page.text
    assert 'value="BK900001"' in page.text


def test_no_account_is_opened_when_none_is_wanted(
    console: ConsoleWorld, hr: Browser, office: Organisation
) -> None:
    before = logins(console)
    page = hr.follow(hr.post(ADD, form(office, no_account="yes")))
    assert "Đặng Thị Ửng" in page.text
    assert logins(console) == before


def test_organisations_are_offered_while_one_types(hr: Browser, office: Organisation) -> None:
    headers = {"HX-Request": "true", "HX-Target": "choices"}
    part = hr.get("/quan-tri/can-bo/don-vi?organisation=ngoai vu", headers=headers)
    assert part.text.lstrip().startswith('<div id="choices"')
    assert f'value="{office.id}" checked' in part.text
    assert "H03.77" in part.text


def test_an_organisation_has_to_be_chosen(hr: Browser, office: Organisation) -> None:
    page = hr.post(ADD, form(office, organisation="không có") | {"organisation_id": ""})
    assert page.status_code == 422
    assert 'id="organisation-fault"' in page.text


@pytest.mark.parametrize("birth_date", ["01/01/2026", "24/11/2011", "01/01/1930"])
def test_nobody_is_added_who_is_of_no_working_age(
    console: ConsoleWorld, hr: Browser, office: Organisation, birth_date: str
) -> None:
    before = people(console)
    page = hr.post(ADD, form(office, birth_date=birth_date))
    assert page.status_code == 422
    assert 'id="birth_date-fault"' in page.text
    assert "tuổi từ 15 đến 90" in page.text
    assert people(console) == before


@pytest.mark.parametrize("no_account", ["", "yes"])
def test_somebody_may_be_added_before_they_begin(
    console: ConsoleWorld, hr: Browser, office: Organisation, no_account: str
) -> None:
    typed = form(office, valid_from="2026-12-01", no_account=no_account)
    answer = hr.post(ADD, typed)
    assert answer.status_code == 303, answer.text
    page = hr.follow(answer)
    assert "Từ 01/12/2026: Chuyên viên, Sở Ngoại vụ" in page.text
    assert ("ungdt" in logins(console)) is not bool(no_account)
    assert ("In thư kích hoạt" in page.text) is not bool(no_account)


def test_the_address_is_chosen_before_the_basis_is_given(hr: Browser) -> None:
    page = hr.get(ADD).text
    places = [page.index(one) for one in ('id="valid_from"', 'id="address"', 'id="reason"')]
    assert places == sorted(places)
    assert page.index('id="reason"') < page.index(">Thêm cán bộ</button>")
