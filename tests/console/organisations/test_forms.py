"""Adding, changing and coding organisations by forms."""

from typing import Any

from identity.organisations.queries import get_organisation, list_codes, list_history
from identity.roles.models import Role
from tests.support.console import ConsoleWorld

PATH = "/quan-tri/co-quan"
NEW = {
    "name": "Trung tâm Lưu trữ lịch sử",
    "kind": "unit",
    "parent_id": "none",
    "mail_stem": "luutru",
    "code": "H03.55",
    "effective_on": "2026-11-01",
    "reason": "thành lập",
    "document_number": "12/QĐ-UBND",
    "document_date": "2026-10-20",
}


def form(**changed: Any) -> dict[str, Any]:
    return NEW | changed


def test_what_was_typed_becomes_an_organisation(console: ConsoleWorld) -> None:
    above = console.sign_on.province.organisation("Sở Nội vụ")
    browser = console.browser(console.holder(Role.HR))
    response = browser.post(f"{PATH}/them", form(parent_id=str(above.id)))
    assert response.status_code == 303
    page = browser.follow(response).text
    assert "Đã thêm cơ quan." in page
    assert "Trung tâm Lưu trữ lịch sử" in page
    assert "H03.55" in page


def test_bad_input_is_said_beside_its_field_and_kept(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    wrong = form(name="", mail_stem="Chữ Có Dấu", effective_on="2026-13-45", reason="x")
    page = browser.post(f"{PATH}/them", wrong)
    assert page.status_code == 422
    for field in ("name", "mail_stem", "effective_on", "reason"):
        assert f'id="{field}-fault"' in page.text, field
    assert 'value="Chữ Có Dấu"' in page.text
    assert 'value="12/QĐ-UBND"' in page.text


def test_a_code_that_was_issued_before_is_refused_and_nothing_is_made(
    console: ConsoleWorld,
) -> None:
    console.sign_on.province.organisation("Sở Nội vụ", code="H03.55")
    browser = console.browser(console.holder(Role.HR))
    page = browser.post(f"{PATH}/them", form())
    assert page.status_code == 422
    assert "không bao giờ dùng lại" in page.text
    assert "Không tìm thấy" in browser.get(PATH, params={"q": "luu tru"}).text


def test_a_rename_keeps_the_name_before_in_the_history(console: ConsoleWorld) -> None:
    organisation = console.sign_on.province.organisation("Sở Nội vụ")
    browser = console.browser(console.holder(Role.HR))
    changed = {
        "name": "Sở Nội vụ và Lao động",
        "kind": "department",
        "parent_id": "none",
        "mail_stem": organisation.mail_stem,
        "display_order": "0",
        "effective_on": "2026-11-20",
        "reason": "sáp nhập",
    }
    response = browser.post(f"{PATH}/{organisation.id}/sua", changed)
    assert response.status_code == 303, response.text
    with console.sign_on.services.database.transaction() as session:
        names = [period.name for period in list_history(session, organisation.id)]
    assert names == ["Sở Nội vụ", "Sở Nội vụ và Lao động"]


def test_nothing_is_placed_below_itself(console: ConsoleWorld) -> None:
    top = console.sign_on.province.organisation("Sở Nội vụ")
    unit = console.sign_on.province.organisation("Phòng Tổ chức", parent_id=top.id)
    browser = console.browser(console.holder(Role.HR))
    changed = form(parent_id=str(unit.id), name="Sở Nội vụ", effective_on="2026-11-20")
    page = browser.post(f"{PATH}/{top.id}/sua", changed)
    assert page.status_code == 422
    assert 'id="parent_id-fault"' in page.text
    with console.sign_on.services.database.transaction() as session:
        assert get_organisation(session, top.id).parent_id is None


def test_a_new_code_closes_the_one_before(console: ConsoleWorld) -> None:
    organisation = console.sign_on.province.organisation("Sở Nội vụ", code="H03.881")
    browser = console.browser(console.holder(Role.HR))
    given = {"code": "H03.882", "effective_on": "2026-11-20", "reason": "đổi mã"}
    response = browser.post(f"{PATH}/{organisation.id}/ma-dinh-danh", given)
    assert response.status_code == 303, response.text
    with console.sign_on.services.database.transaction() as session:
        codes = {code.code: code.valid_to for code in list_codes(session, organisation.id)}
    assert codes["H03.882"] is None
    assert codes["H03.881"] is not None


def test_a_name_or_stem_that_another_has_is_asked_about(console: ConsoleWorld) -> None:
    province = console.sign_on.province
    above = province.organisation("Sở Nội vụ")
    province.organisation("trung tâm lưu trữ lịch sử", parent_id=above.id)
    province.organisation("Sở Ngoại vụ", mail_stem="luutru")
    browser = console.browser(console.holder(Role.HR))
    typed = form(parent_id=str(above.id))
    page = browser.post(f"{PATH}/them", typed)
    assert page.status_code == 422
    for said in ('id="name-fault"', 'id="mail_stem-fault"', "Sở Ngoại vụ", 'name="confirmed"'):
        assert said in page.text
    assert 'value="Trung tâm Lưu trữ lịch sử"' in page.text
    assert browser.post(f"{PATH}/them", typed | {"confirmed": "yes"}).status_code == 303


def test_a_top_of_the_tree_is_chosen_knowingly(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    console.sign_on.province.organisation("Sở Nội vụ")
    assert '<option value="">Hãy chọn</option>' in browser.get(f"{PATH}/them").text
    page = browser.post(f"{PATH}/them", form(parent_id=""))
    assert page.status_code == 422
    assert 'id="parent_id-fault"' in page.text
    assert browser.post(f"{PATH}/them", form()).status_code == 303


def test_nothing_changed_is_said(console: ConsoleWorld) -> None:
    organisation = console.sign_on.province.organisation("Sở Nội vụ")
    browser = console.browser(console.holder(Role.HR))
    same = {
        "name": organisation.name,
        "kind": organisation.kind.value,
        "parent_id": "none",
        "mail_stem": organisation.mail_stem,
        "display_order": "0",
        "effective_on": "2026-11-20",
        "reason": "xem lại",
    }
    page = browser.follow(browser.post(f"{PATH}/{organisation.id}/sua", same))
    assert "Không có gì thay đổi." in page.text
    assert "Đã lưu thay đổi." not in page.text


def test_what_the_form_of_a_field_is_is_said(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    wrong = form(mail_stem="STC", statistics_code="x", display_order="-1")
    page = browser.post(f"{PATH}/them", wrong).text
    for said in ("Phần tên trong địa chỉ thư chỉ gồm", "Mã thống kê chỉ gồm", "Thứ tự trong danh"):
        assert said in page
    assert "Nội dung không đúng dạng" not in page
