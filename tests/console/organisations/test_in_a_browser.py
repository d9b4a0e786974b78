"""Organisations by keyboard alone, and looked for so that one can come back."""

from playwright.sync_api import BrowserContext, expect

from identity.roles.models import Role
from tests.support.chromium import browsing, chromium
from tests.support.console import ConsoleWorld
from tests.support.person import without_complaints

__all__ = ["browsing", "chromium"]


def test_the_tree_and_what_is_offered_are_reached_by_arrow_keys(
    browsing: BrowserContext, console: ConsoleWorld
) -> None:
    make = console.sign_on.province.organisation
    top = make("Sở Y tế")
    middle = make("Chi cục Dân số", parent_id=top.id)
    make("Phòng Đào tạo", parent_id=middle.id)
    make("Sở Xây dựng")
    console.sit_down(console.holder(Role.HR), browsing)
    page = browsing.new_page()
    home = str(console.sign_on.client.base_url)
    focus = page.locator(":focus")
    with without_complaints(page):
        page.goto(f"{home}/quan-tri/co-quan")
        page.get_by_role("link", name="Sở Y tế", exact=True).focus()
        for key, name in (
            ("ArrowDown", "Chi cục Dân số"),
            ("ArrowRight", "Chi cục Dân số"),  # opens
            ("ArrowRight", "Phòng Đào tạo"),
            ("ArrowLeft", "Chi cục Dân số"),
            ("ArrowLeft", "Chi cục Dân số"),  # closes
            ("ArrowLeft", "Sở Y tế"),
            ("c", "Chi cục Dân số"),
            ("s", "Sở Xây dựng"),
        ):
            page.keyboard.press(key)
            expect(focus).to_have_text(name)
        page.fill("#q", "xay dung")
        page.wait_for_url("**/quan-tri/co-quan?q=xay*")
        page.get_by_role("link", name="Sở Xây dựng").click()
        page.get_by_role("heading", name="Sở Xây dựng", level=1).wait_for()
        page.go_back()
        expect(page.locator("#q")).to_have_value("xay dung")
        page.get_by_role("link", name="Sở Xây dựng").wait_for()
        page.goto(f"{home}/quan-tri/can-bo")
        page.locator("#unit").press_sequentially("so ")
        page.locator("[data-offers] a").nth(1).wait_for()
        page.locator("#unit").press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**under=*")
