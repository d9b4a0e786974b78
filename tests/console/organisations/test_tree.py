"""The tree of organisations and what one of them shows."""

from identity.organisations.models import Organisation
from identity.roles.models import Role
from tests.support.console import ConsoleWorld

PATH = "/quan-tri/co-quan"


def department(console: ConsoleWorld, name: str = "Sở Nội vụ", **form: object) -> Organisation:
    return console.sign_on.province.organisation(name, **form)


def test_units_hang_below_what_they_belong_to(console: ConsoleWorld) -> None:
    top = department(console)
    unit = department(console, "Phòng Cải cách hành chính", parent_id=top.id)
    page = console.browser(console.holder(Role.HR)).get(PATH).text
    tree = page[page.index('class="tree tree-top"') :]
    assert tree.index("<details") < tree.index(str(unit.id)) < tree.index(str(top.id))


def test_an_organisation_is_found_without_tone_marks_and_by_its_code(
    console: ConsoleWorld,
) -> None:
    found = department(console, "Sở Giáo dục và Đào tạo", code="H03.77")
    browser = console.browser(console.holder(Role.HR))
    for typed in ("giao duc", "h03.77"):
        page = browser.get(PATH, params={"q": typed}).text
        assert f'{PATH}/{found.id}"' in page


def test_only_the_results_come_to_a_page_that_asks_for_them(console: ConsoleWorld) -> None:
    department(console)
    browser = console.browser(console.holder(Role.HR))
    asked = {"HX-Request": "true", "HX-Target": "found"}
    part = browser.get(PATH, params={"q": "noi vu"}, headers=asked).text
    assert part.lstrip().startswith('<div id="found">')
    assert "<html" not in part


def test_its_people_are_counted_with_all_below(console: ConsoleWorld) -> None:
    top = department(console)
    unit = department(console, "Phòng Tổ chức", parent_id=top.id)
    console.sign_on.province.person(unit)
    console.sign_on.province.person(top, "Lê Văn Tám")
    page = console.browser(console.holder(Role.HR)).get(f"{PATH}/{top.id}").text
    assert "2 người, tính cả đơn vị trực thuộc" in page
    assert "Lê Văn Tám" in page


def test_a_leader_sees_no_people(console: ConsoleWorld) -> None:
    top = department(console)
    console.sign_on.province.person(top, "Lê Văn Tám")
    page = console.browser(console.holder(Role.LEADER)).get(f"{PATH}/{top.id}").text
    assert "Sở Nội vụ" in page
    assert "Lê Văn Tám" not in page


def test_what_was_done_to_it_is_shown_to_whoever_looks_after_it(console: ConsoleWorld) -> None:
    path = f"{PATH}/{department(console).id}"
    shown = {
        role: "Thêm cơ quan" in console.browser(console.holder(role)).get(path).text
        for role in (Role.HR, Role.IT, Role.LEADER)
    }
    assert shown == {Role.HR: True, Role.IT: True, Role.LEADER: False}


def test_an_organisation_that_is_not_there_is_said_not_to_be(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    page = browser.get(
        f"{PATH}/00000000-0000-4000-8000-000000000000", headers={"Accept": "text/html"}
    )
    assert page.status_code == 404


def test_names_are_text_and_never_markup(console: ConsoleWorld) -> None:
    name = "Sở <script>alert(1)</script> & “Du lịch”"
    top = department(console, name)
    browser = console.browser(console.holder(Role.HR))
    for path in (PATH, f"{PATH}/{top.id}", f"{PATH}/{top.id}/sua", f"{PATH}?q=du+lich"):
        assert "<script>alert" not in browser.get(path).text
