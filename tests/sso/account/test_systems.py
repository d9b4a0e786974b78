"""Systems that know a person, and taking that back."""

import re

from tests.support.sign_on import Browser, SignOnWorld

PATH = "/tai-khoan/he-thong"


def withdraw(browser: Browser, page: str) -> str:
    (client,) = re.findall(r'name="client" value="([^"]+)"', page)
    return browser.follow(browser.post(f"{PATH}/thu-hoi", {"client": client})).text


def test_what_a_system_knows_and_may_do_is_said(world: SignOnWorld) -> None:
    member, browser = world.member(), world.browser()
    browser.sign_in(member)
    assert "Chưa có hệ thống nào biết bạn" in browser.get(PATH).text
    world.tokens(world.application(), member, browser, scope="openid profile email offline_access")
    page = browser.get(PATH).text
    assert "Quản lý văn bản" in page
    assert "Được biết: họ tên và tên đăng nhập, địa chỉ thư công vụ" in page
    assert "Có thể truy cập cả khi bạn không đăng nhập." in page
    assert "Dùng gần nhất hôm nay, 09:00" in page


def test_withdrawing_ends_grants_consent_and_the_entry(world: SignOnWorld) -> None:
    app = world.application(
        require_consent=True, backchannel_logout_uri="https://app.example/logout"
    )
    member, browser = world.member(), world.browser()
    page = browser.sign_in(member, world.authorize(browser, app, scope="openid offline_access"))
    browser.post(str(page.url), {"decision": "allow"})
    told = withdraw(browser, browser.get(PATH).text)
    assert "Đã thu hồi." in told
    assert "Chưa có hệ thống nào biết bạn" in told
    again = world.authorize(browser, app, scope="openid offline_access")
    assert again.url.path == "/dong-y"


def test_withdrawing_revokes_tokens_of_that_system_only(world: SignOnWorld) -> None:
    member, browser = world.member(), world.browser()
    first, second = world.application("first"), world.application("second")
    tokens = world.tokens(first, member, browser, scope="openid offline_access")
    page = browser.get(PATH).text
    kept = world.tokens(second, member, browser, scope="openid offline_access")
    withdraw(browser, page)
    refused = world.token(first, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    going_on = world.token(second, grant_type="refresh_token", refresh_token=kept["refresh_token"])
    assert going_on.status_code == 200


def test_what_others_allowed_is_neither_shown_nor_touched(world: SignOnWorld) -> None:
    app, owner = world.application(), world.member()
    tokens = world.tokens(app, owner, scope="openid offline_access")
    stranger = world.browser()
    stranger.sign_in(world.member("Trần Văn Bảo"))
    assert "Chưa có hệ thống nào biết bạn" in stranger.get(PATH).text
    stranger.post(f"{PATH}/thu-hoi", {"client": str(app.id)})
    going_on = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert going_on.status_code == 200
