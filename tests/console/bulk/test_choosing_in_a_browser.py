"""Rows are ticked, and the bar that then stands at the foot of the window says how many."""

import pytest
from playwright.sync_api import Browser, Page, expect

from console.people.columns import Column
from identity.roles.models import Role
from tests.support.accessibility import violations
from tests.support.chromium import PATIENCE_MILLISECONDS, chromium
from tests.support.console import ConsoleWorld

__all__ = ["chromium"]
PEOPLE = 55
"""More than a page has."""
WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def desk(console: ConsoleWorld) -> ConsoleWorld:
    province = console.sign_on.province
    organisation = province.organisation("Sở Nội vụ")
    for _ in range(PEOPLE):
        province.account(province.person(organisation, "Lò Văn Thử"))
    return console


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_who_is_ticked_is_counted_and_handed_on(
    chromium: Browser, desk: ConsoleWorld, *, scripts: bool
) -> None:
    context = chromium.new_context(
        java_script_enabled=scripts,
        locale="vi-VN",
        base_url=str(desk.sign_on.client.base_url),
        viewport=WIDE if scripts else PHONE,  # type: ignore[arg-type]  # a TypedDict of theirs
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    desk.sit_down(desk.holder(Role.HR), context)
    page = context.new_page()
    for path, everything in (("tai-khoan", "tài khoản"), ("can-bo", "người")):
        page.goto(f"/quan-tri/{path}?q=lo+van+thu")
        choose_two(page)
        assert scripts is False or violations(page) == []
        page.get_by_role("button", name="Bỏ chọn").click()
        expect(page.get_by_role("button", name="Chọn việc")).to_be_hidden()
        expect(page.locator("tbody :checked")).to_have_count(0)
        choose_two(page)
        page.get_by_role("button", name="Chọn việc").click()
        expect(page.locator(".lead")).to_contain_text("Đã chọn 2 tài khoản")
        page.go_back()
        page.get_by_label(f"Cả {PEOPLE} {everything} khớp bộ lọc").check()
        assert told(page) == str(PEOPLE)
        page.locator("#selection button:text-is('Điều động')").click()
        expect(page.locator(".lead")).to_contain_text(f"Đã chọn {PEOPLE} người")
    if scripts:
        page.goto("/quan-tri/can-bo?q=lo+van+thu")
        follow_the_boxes(page)
        keep_names_in_sight(page)
    context.close()


def choose_two(page: Page) -> None:
    boxes = page.locator("tbody .tick input")
    boxes.nth(0).check()
    boxes.nth(2).check()
    bar = page.locator("#selection")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(bar.get_by_role("button", name="Chọn việc")).to_be_visible()
    assert told(page) == "2"


def told(page: Page) -> str:
    """How many, as it is read out: without scripts it is the style sheet that counts."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    texts = [one["name"]["value"].strip() for one in tree if one["role"]["value"] == "StaticText"]
    return str(texts[texts.index("Đã chọn:") + 1])


def follow_the_boxes(page: Page) -> None:
    head, everybody = page.get_by_label("Chọn cả trang"), page.locator("#everything")
    count = page.locator("[data-chosen]")
    head.check()
    expect(count).to_have_text("50")
    everybody.check()
    expect(count).to_have_text(str(PEOPLE))
    page.locator("tbody .tick input").nth(1).uncheck()
    expect(everybody).not_to_be_checked()
    expect(count).to_have_text("49")
    assert head.evaluate("box => box.indeterminate") is True


def keep_names_in_sight(page: Page) -> None:
    page.goto("/quan-tri/can-bo?" + "&".join(f"col={one.value}" for one in Column))
    name = page.locator("tbody .main-cell").first
    before = name.bounding_box()
    page.locator(".table-scroll").evaluate("one => one.scrollTo(300, 0)")
    assert page.locator(".table-scroll").evaluate("one => one.scrollLeft") == 300
    assert name.bounding_box() == before
