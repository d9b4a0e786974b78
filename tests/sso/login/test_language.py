"""Which language people read, and how long it is remembered."""

from tests.support.sign_on import SignOnWorld
from theme.language import COOKIE


def test_vietnamese_comes_first(world: SignOnWorld) -> None:
    page = world.browser().get("/dang-nhap", headers={"Accept-Language": "en"})
    assert '<html lang="vi">' in page.text
    assert "set-cookie" not in page.headers


def test_a_choice_is_remembered_on_pages_whose_address_says_nothing(world: SignOnWorld) -> None:
    browser = world.browser()
    chosen = browser.get("/dang-nhap?lang=en")
    assert (
        f"{COOKIE}=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure"
        in (chosen.headers["set-cookie"])
    )
    assert '<html lang="en">' in browser.get("/kich-hoat").text
    assert '<html lang="vi">' in browser.get("/kich-hoat?lang=vi").text
    assert '<html lang="vi">' in browser.get("/kich-hoat").text


def test_what_is_no_language_counts_for_nothing(world: SignOnWorld) -> None:
    browser = world.browser()
    for said in ("fr", "", "vi,en", "EN", "../en", "en%00"):
        assert '<html lang="vi">' in browser.get(f"/dang-nhap?lang={said}").text
    browser.cookies[COOKIE] = "xx"
    assert '<html lang="vi">' in browser.get("/dang-nhap").text


def test_a_system_may_wish_for_a_language_but_not_against_the_reader(world: SignOnWorld) -> None:
    app, browser = world.application(), world.browser()
    wished = world.authorize(browser, app, ui_locales="fr en-GB vi")
    assert '<html lang="en">' in wished.text
    assert COOKIE not in browser.cookies
    browser.get("/dang-nhap?lang=vi")
    assert '<html lang="vi">' in world.authorize(browser, app, ui_locales="en").text


def test_switching_keeps_everything_else_of_the_address(world: SignOnWorld) -> None:
    page = world.authorize(world.browser(), world.application(), ui_locales="vi")
    reference = page.url.params["request"]
    assert f'href="?request={reference}&amp;ui_locales=vi&amp;lang=en"' in page.text
