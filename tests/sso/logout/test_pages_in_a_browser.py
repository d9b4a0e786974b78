"""Signing out in a real browser: pages that anybody can use, frames that really load."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import assert_good_page
from tests.support.chromium import browsing, chromium, page
from tests.support.logout import PATIENCE_SECONDS, Receiver
from tests.support.sign_on import Application, Member, SignOnWorld

__all__ = ["browsing", "chromium", "page"]

GOODBYE = "https://app.example/goodbye"


def sign_in(page: Page, world: SignOnWorld, member: Member, app: Application | None = None) -> None:
    """By way of a system, or on our own page."""
    base = world.client.base_url
    parameters = world.authorization(app) if app else {}
    path = "/oauth2/authorize" if app else "/dang-nhap"
    page.goto(str(base.join(path).copy_merge_params(parameters)))
    page.fill("[name=identifier]", member.login)
    page.fill("[name=password]", member.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{app.redirect_uri}**" if app else "**/tai-khoan")


def question(page: Page, world: SignOnWorld) -> None:
    app = world.application(post_logout_redirect_uris=[GOODBYE])
    sign_in(page, world, world.member())
    query = {"client_id": app.client_id, "post_logout_redirect_uri": GOODBYE}
    page.goto(str(world.client.base_url.join("/oauth2/logout").copy_merge_params(query)))


def wrong_request(page: Page, world: SignOnWorld) -> None:
    page.goto(str(world.client.base_url.join("/oauth2/logout?client_id=nobody")))


def signed_out(page: Page, world: SignOnWorld) -> None:
    page.goto(str(world.client.base_url.join("/dang-xuat")))


@pytest.mark.parametrize("visit", [question, wrong_request, signed_out])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_page_is_good_for_everybody(
    page: Page, world: SignOnWorld, visit: Callable[[Page, SignOnWorld], None], language: str
) -> None:
    page.goto(str(world.client.base_url.join(f"/dang-xuat?lang={language}")))
    visit(page, world)
    assert_good_page(page, f"{visit.__name__}-{language}".replace("_", "-"))


def test_the_frames_load_and_the_browser_goes_on_by_itself(
    page: Page, world: SignOnWorld, receiver: Receiver
) -> None:
    goodbye = f"{receiver.origin}/goodbye"
    app = world.application(
        redirect_uris=[f"{receiver.origin}/callback"],
        frontchannel_logout_uri=f"{receiver.origin}/leave",
        post_logout_redirect_uris=[goodbye],
    )
    refusals: list[str] = []
    page.on("console", lambda message: refusals.append(message.text))
    sign_in(page, world, world.member(), app)
    query = {"client_id": app.client_id, "post_logout_redirect_uri": goodbye}
    page.goto(str(world.client.base_url.join("/oauth2/logout").copy_merge_params(query)))
    page.click("main form .button >> nth=0")
    expect(page).to_have_url(goodbye, timeout=PATIENCE_SECONDS * 1000)
    opened = list(receiver.opened.queue)
    assert [path.partition("?")[0] for path in opened if "favicon" not in path] == [
        "/callback",
        "/leave",
        "/goodbye",
    ]
    assert refusals == []


def test_after_the_question_one_is_back_at_the_system_where_nothing_has_to_load(
    page: Page, world: SignOnWorld, receiver: Receiver
) -> None:
    goodbye = f"{receiver.origin}/goodbye"
    app = world.application(post_logout_redirect_uris=[goodbye])
    sign_in(page, world, world.member())
    query = {"client_id": app.client_id, "post_logout_redirect_uri": goodbye}
    page.goto(str(world.client.base_url.join("/oauth2/logout").copy_merge_params(query)))
    page.click("main form .button >> nth=0")
    expect(page).to_have_url(goodbye)
    signed_out(page, world)
    expect(page.locator("main form")).to_have_count(0)
