"""What one may enter, and who one is taken for."""

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from kernel.access import Permission
from tests.support.password_states import acts_for
from tests.support.sign_on import Member, SignOnWorld


def about_me(world: SignOnWorld, member: Member) -> str:
    browser = world.browser()
    browser.sign_in(member)
    return browser.get("/tai-khoan/toi").text


def test_people_see_who_the_province_takes_them_for(world: SignOnWorld) -> None:
    office = world.province.organisation("Sở Nông nghiệp và Môi trường")
    member = world.member(
        "Hoàng Thị Mỷ", organisation=office, position="Phó Giám đốc", staff_number="BK009"
    )
    acts_for(world, member, "Văn thư Sở")
    page = about_me(world, member)
    for told in (
        "<h1>Hoàng Thị Mỷ</h1>",
        member.login,
        f"{member.login}@backan.gov.vn",
        "BK009",
        "Phó Giám đốc",
        "Sở Nông nghiệp và Môi trường",
        "Văn thư Sở",
        "Mở bằng chính mật khẩu của bạn",
    ):
        assert told in page


def test_the_recovery_address_is_shown_only_as_far_as_its_owner_needs(world: SignOnWorld) -> None:
    member = world.member(recovery_email="hong.nga@example.com")
    page = about_me(world, member)
    assert "h•••••@example.com" in page
    assert "hong.nga" not in page


def test_systems_are_offered_to_those_who_may_use_them(world: SignOnWorld) -> None:
    office = world.province.organisation()
    member = world.member(organisation=office)
    offered: dict[str, Any] = {"client_uri": "https://vanban.example/"}
    world.application("for-all", client_name="Quản lý văn bản", **offered)
    world.application(
        "for-some",
        client_name="Nhân sự",
        allowed_groups=[{"organisation_id": world.province.organisation().id}],
        **offered,
    )
    world.application("machine", client_name="Trục tích hợp", grant_types=["client_credentials"])
    world.application("no-address", client_name="Không có trang")
    page = world.browser().sign_in(member).text
    assert '<a class="tile" href="https://vanban.example/">' in page
    assert "<strong>Quản lý văn bản</strong>" in page
    for hidden in ("Nhân sự", "Trục tích hợp", "Không có trang"):
        assert hidden not in page


def test_a_tile_begins_a_sign_in_where_the_system_can_be_told_by_whom(world: SignOnWorld) -> None:
    begins = "https://vanban.example/begin?from=home"
    world.application(client_uri="https://vanban.example/", initiate_login_uri=begins)
    page = world.browser().sign_in(world.member()).text
    issuer = quote(world.services.sign_on.issuer, safe="")
    assert f'<a class="tile" href="{escape(begins)}&amp;iss={issuer}">' in page


def test_what_registered_itself_is_not_offered(
    world: SignOnWorld, token: Callable[..., str]
) -> None:
    metadata = {
        "client_name": "Thư công vụ",
        "client_uri": "https://phishing.example/",
        "redirect_uris": ["https://phishing.example/callback"],
    }
    bearer = {"Authorization": f"Bearer {token(Permission.REGISTER_CLIENTS)}"}
    assert world.client.post("/oauth2/register", json=metadata, headers=bearer).is_success
    assert "phishing.example" not in world.browser().sign_in(world.member()).text


def test_the_start_page_leads_to_it(world: SignOnWorld) -> None:
    browser = world.browser()
    assert browser.follow(browser.get("/")).url.path == "/dang-nhap"
    browser.sign_in(world.member())
    assert browser.follow(browser.get("/")).url.path == "/tai-khoan"


def test_a_word_in_the_address_says_nothing_of_its_own(world: SignOnWorld) -> None:
    browser = world.browser()
    browser.sign_in(world.member())
    assert 'role="status"' not in browser.get("/tai-khoan?done=<b>Hãy gọi 0900").text
