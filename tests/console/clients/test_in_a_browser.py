"""Forms of connected systems in a real browser: for everybody, and while somebody types."""

from playwright.sync_api import BrowserContext

from identity.roles.models import Role
from sso.keys.service import list_keys
from tests.support.accessibility import assert_good_page
from tests.support.chromium import browsing, chromium
from tests.support.console import ConsoleWorld
from tests.support.person import without_complaints

__all__ = ["browsing", "chromium"]

LONG = "Hệ thống thông tin báo cáo phục vụ chỉ đạo, điều hành của Ủy ban nhân dân tỉnh " * 2


def test_forms_are_for_everybody_and_looking_for_organisations_loses_nothing(
    browsing: BrowserContext, console: ConsoleWorld
) -> None:
    world = console.sign_on
    for name in ("Sở Khoa học và Công nghệ", "Sở Tài chính"):
        world.province.organisation(name)
    world.application("qlvb", client_name=LONG.strip(), cas_services=["https://app.example/cas"])
    member = console.holder(Role.IT, name="Công Tằng Tôn Nữ Hoàng Nguyễn Thị Thanh Huyền Trang")
    with world.services.database.transaction() as session:
        kid = list_keys(session)[0].kid
    console.sit_down(member, browsing)
    page = browsing.new_page()
    own = "quan-tri/he-thong/qlvb"
    with without_complaints(page):
        for path, picture in (
            (own, "system"),
            (f"{own}/ten-nguoi-dung", "system-names"),
            (f"quan-tri/khoa-ky/{kid}/rut", "signing-key"),
            (f"{own}/sua", "system-form"),
        ):
            page.goto(str(world.client.base_url.join(f"/{path}")))
            assert_good_page(page, f"console-{picture}-vi", most_bytes=200 * 1024)
        for name in ("khoa hoc", "tai chinh"):
            page.locator("#group_q").fill(name)
            page.locator("[name=group]:not(:checked)").first.check()
        assert page.locator("[name=group]:checked").count() == len(("khoa hoc", "tai chinh"))
        page.fill("#reason", "hai sở dùng thử")
        page.locator("#reason").press("Enter")  # saves, though looking is the first button
        page.get_by_text("Đã lưu.").wait_for()
    assert "Sở Tài chính" in page.inner_text("main")
