"""What people come for, from end to end in a real browser, with and without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import PATIENCE_MILLISECONDS, chromium
from tests.support.password_states import activation_code, must_change, reset_code
from tests.support.person import without_complaints
from tests.support.sign_on import CALLBACK, PASSWORD, SignOnWorld

__all__ = ["chromium"]

NEXT = "suối reo bên bản 9"
ELSEWHERE = "https://app.example/**"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(chromium: Browser, world: SignOnWorld, request: pytest.FixtureRequest) -> Iterator[Page]:
    """At a browser that knows the system which people come from."""
    context = chromium.new_context(
        java_script_enabled=request.param,
        locale="vi-VN",
        base_url=str(world.client.base_url),
        viewport={"width": 390, "height": 844},
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    context.route(ELSEWHERE, lambda route: route.fulfill(body="đã vào hệ thống"))
    page = context.new_page()
    with without_complaints(page):
        yield page
    context.close()


def has_scripts(page: Page) -> bool:
    return page.locator(".reveal, .scripted").count() > 0


def come_from_the_system(page: Page, world: SignOnWorld, **description: Any) -> None:
    app = world.application(**description)
    query = world.client.build_request("GET", "/", params=world.authorization(app)).url.query
    page.goto(f"/oauth2/authorize?{query.decode()}")


def open_menu(page: Page) -> None:
    """Without scripts it is open, and there is no button."""
    page.wait_for_load_state()
    if has_scripts(page):
        press(page, "Trình đơn")


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def test_from_the_letter_into_the_system(page: Page, world: SignOnWorld) -> None:
    code = activation_code(world)
    come_from_the_system(page, world, require_consent=True)
    page.get_by_role("link", name="Tôi có mã kích hoạt").click()
    page.get_by_label("Mã kích hoạt").fill(code.lower())
    page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    page.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
    press(page, "Kích hoạt")
    login = page.locator(".login").inner_text()
    page.get_by_role("link", name="Đăng nhập").click()
    expect(page.get_by_label("Tên đăng nhập")).to_have_value(login)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    press(page, "Đăng nhập")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quản lý văn bản muốn biết về bạn")
    press(page, "Đồng ý")
    page.wait_for_url(f"{CALLBACK}?code=*")


def test_the_letters_code_is_read_from_the_address_or_typed(page: Page, world: SignOnWorld) -> None:
    code = activation_code(world)
    page.goto(f"/kich-hoat#{code}")
    field = page.get_by_label("Mã kích hoạt")
    if has_scripts(page):
        expect(field).to_have_value(code)
        assert "#" not in page.url
    else:
        expect(field).to_have_value("")
        field.fill(code)
    page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    page.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
    press(page, "Kích hoạt")
    expect(page.get_by_role("heading", level=1)).to_contain_text("đã được kích")


def test_a_due_password_is_renewed_on_the_way(page: Page, world: SignOnWorld) -> None:
    member = world.member()
    must_change(world, member)
    come_from_the_system(page, world)
    page.get_by_label("Tên đăng nhập").fill(member.login)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    press(page, "Đăng nhập")
    page.get_by_label("Mật khẩu mới", exact=True).fill("ngắn")
    page.get_by_label("Nhập lại mật khẩu mới").fill("ngắn")
    press(page, "Lưu và đăng nhập")
    expect(page.get_by_role("alert")).to_contain_text("ít nhất 12 ký tự")
    page.get_by_label("Mật khẩu mới", exact=True).fill(NEXT)
    page.get_by_label("Nhập lại mật khẩu mới").fill(NEXT)
    press(page, "Lưu và đăng nhập")
    page.wait_for_url(f"{CALLBACK}?code=*")


def test_from_a_forgotten_password_to_the_end_of_foreign_sessions(
    page: Page, world: SignOnWorld
) -> None:
    member = world.member()
    code = reset_code(world, member)
    page.goto("/dang-nhap")
    page.get_by_role("link", name="Quên mật khẩu?").click()
    page.get_by_role("link", name="Tôi đã có mã đặt lại").click()
    page.get_by_label("Mã đặt lại").fill(code)
    page.get_by_label("Mật khẩu mới", exact=True).fill(NEXT)
    page.get_by_label("Nhập lại mật khẩu mới").fill(NEXT)
    press(page, "Đặt mật khẩu mới")
    page.get_by_role("link", name="Đăng nhập").click()
    page.get_by_label("Mật khẩu", exact=True).fill(NEXT)
    press(page, "Đăng nhập")
    other = world.browser()
    other.post("/dang-nhap", {"identifier": member.login, "password": NEXT})
    open_menu(page)
    page.get_by_role("navigation", name="Trình đơn chính").get_by_text("Phiên").click()
    press(page, "Không phải tôi: Trình duyệt không rõ")
    expect(page.get_by_role("status")).to_contain_text("Hãy đổi mật khẩu ngay")
    assert other.get("/tai-khoan").is_redirect


def test_changing_the_password_and_leaving(page: Page, world: SignOnWorld) -> None:
    member = world.member()
    page.goto("/doi-mat-khau")
    page.get_by_label("Tên đăng nhập").fill(member.login)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Mật khẩu hiện tại").fill(PASSWORD)
    page.get_by_label("Mật khẩu mới", exact=True).fill(NEXT)
    page.get_by_label("Nhập lại mật khẩu mới").fill(NEXT)
    press(page, "Đổi mật khẩu")
    expect(page.get_by_role("status")).to_contain_text("Mật khẩu đã được đổi.")
    open_menu(page)
    page.get_by_role("link", name="Đăng xuất").click()
    press(page, "Đăng xuất")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bạn đã đăng xuất")


def test_the_password_can_be_looked_at_where_there_are_scripts(page: Page) -> None:
    page.goto("/dang-nhap")
    field, button = page.get_by_label("Mật khẩu", exact=True), page.locator(".reveal")
    if not has_scripts(page):
        expect(field).to_have_attribute("type", "password")
        return
    field.fill(PASSWORD)
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")


def test_everything_can_be_done_from_the_keyboard(page: Page, world: SignOnWorld) -> None:
    member = world.member()
    page.goto("/dang-nhap")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type(member.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tai-khoan")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Chuyển đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
