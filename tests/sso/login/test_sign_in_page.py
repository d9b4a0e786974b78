"""The sign-in page, as staff use it and as strangers try it. No JavaScript anywhere here."""

import re

import httpx
import pytest
from passlib.hash import argon2
from sqlalchemy import select

from identity.accounts import service
from identity.accounts.models import Account
from identity.accounts.passwords import Passwords
from sso.login.destinations import SIGN_IN_PATH
from sso.sessions.cookies import DEVICE_COOKIE, SESSION_COOKIE
from sso.sessions.models import EndReason, SignOnSession
from tests.support.clock import MovableClock
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import PASSWORD, Browser, Member, SignOnWorld, answered

WRONG = "sai rồi"


def attempt(
    browser: Browser, identifier: str, password: str = WRONG, address: str = SIGN_IN_PATH
) -> httpx.Response:
    return browser.post(address, {"identifier": identifier, "password": password})


def shape(page: httpx.Response, *varying: str) -> str:
    """The page without what differs from request to request."""
    text = page.text.replace(page.headers["X-Request-Id"], "")
    for word in varying:
        text = text.replace(word, "")
    return text


def test_it_says_which_system_is_waiting_in_both_languages(world: SignOnWorld) -> None:
    browser = world.browser()
    vietnamese = world.authorize(browser, world.application())
    english = browser.get(f"{vietnamese.url}&lang=en")
    assert "Để vào <strong>Quản lý văn bản</strong>" in vietnamese.text
    assert "To continue to <strong>Document management</strong>" in english.text


def test_the_name_of_a_system_is_never_markup(world: SignOnWorld) -> None:
    app = world.application(client_name="<b>Lưu</b> {password}", client_name_en=None)
    page = world.authorize(world.browser(), app).text
    assert "<strong>&lt;b&gt;Lưu&lt;/b&gt; {password}</strong>" in page


def test_pages_beside_it_come_back_to_the_request_that_waits(world: SignOnWorld) -> None:
    page = world.authorize(world.browser(), world.application())
    reference = page.url.params["request"]
    for path in ("/quen-mat-khau", "/kich-hoat"):
        assert f'href="{path}?request={reference}"' in page.text
        beside = world.browser().get(f"{path}?request={reference}").text
        assert f"?request={reference}&amp;lang=en" in beside
        if path == "/quen-mat-khau":
            assert f"/dang-nhap?request={reference}" in beside


def test_the_login_that_the_system_hints_at_is_filled_in(world: SignOnWorld) -> None:
    page = world.authorize(world.browser(), world.application(), login_hint='nga"><script>')
    assert 'value="nga&#34;&gt;&lt;script&gt;"' in page.text


@pytest.mark.parametrize("by", ["login", "address", "capitals"])
def test_people_sign_in_by_login_or_by_any_own_address(world: SignOnWorld, by: str) -> None:
    member = world.member()
    typed = {
        "login": member.login,
        "address": f"{member.login}@backan.gov.vn",
        "capitals": f" {member.login.upper()}@BacKan.gov.vn ",
    }[by]
    answer = attempt(world.browser(), typed, PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tai-khoan")


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(world: SignOnWorld) -> None:
    member, browser = world.member(), world.browser()
    wrong = attempt(browser, member.login)
    unknown = attempt(browser, "khongcoai")
    assert wrong.status_code == unknown.status_code == 422
    assert shape(wrong, member.login) == shape(unknown, "khongcoai")
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in wrong.text
    assert wrong.headers.get_list("set-cookie") == unknown.headers.get_list("set-cookie") == []


@pytest.mark.parametrize("identifier", ["khongcoai", "không có ai", "a\x00b", "a@b@c", "x" * 900])
def test_an_unknown_login_costs_a_hash_like_a_known_one(
    world: SignOnWorld, monkeypatch: pytest.MonkeyPatch, identifier: str
) -> None:
    hashed: list[str] = []
    hasher = world.services.passwords._hasher

    class Counting:
        def verify(self, password: str, known: str) -> bool:
            hashed.append(known)
            return bool(hasher.verify(password, known))

    monkeypatch.setattr(world.services.passwords, "_hasher", Counting())
    assert attempt(world.browser(), identifier).status_code == 422
    assert len(hashed) == 1
    assert argon2.identify(hashed[0])


def test_nothing_is_looked_up_while_something_is_missing(
    world: SignOnWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Passwords, "verify")
    page = attempt(world.browser(), " ", "")
    assert page.status_code == 422
    assert "Hãy nhập tên đăng nhập" in page.text
    assert 'id="password" name="password" type="password"' in page.text
    assert page.text.count('aria-invalid="true"') == 2


def test_a_suspended_account_is_told_so_only_to_whoever_knows_the_password(
    world: SignOnWorld,
) -> None:
    member = world.member()
    suspend(world, member)
    stranger = attempt(world.browser(), member.login)
    owner = attempt(world.browser(), member.login, PASSWORD)
    assert "tạm khóa" not in stranger.text
    assert "tạm khóa" in owner.text
    assert SESSION_COOKIE not in owner.headers.get("set-cookie", "")


def suspend(world: SignOnWorld, member: Member) -> None:
    with world.province.db.transaction() as session:
        service.suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)


def test_guessing_is_slowed_down_with_the_seconds_to_wait(world: SignOnWorld) -> None:
    member, browser = world.member(), world.browser()
    for _ in range(6):
        attempt(browser, member.login)
    page = attempt(browser, member.login)
    assert page.status_code == 429
    wait = page.headers["Retry-After"]
    assert f'hãy đợi <span data-seconds="{wait}">{wait}</span> giây' in page.text
    assert member.login in page.text


def test_strangers_slow_down_strangers_and_not_the_own_browser(world: SignOnWorld) -> None:
    member, own = world.member(), world.browser()
    own.sign_in(member)
    own.cookies.pop(SESSION_COOKIE)
    stranger = world.browser()
    for _ in range(7):
        refused = attempt(stranger, member.login)
    assert refused.status_code == 429
    assert attempt(own, member.login, PASSWORD).status_code == 303


def test_cookies_stay_with_this_host_and_out_of_reach_of_scripts(world: SignOnWorld) -> None:
    answer = attempt(world.browser(), world.member().login, PASSWORD)
    lines = answer.headers.get_list("set-cookie")
    assert {line.partition("=")[0] for line in lines} == {SESSION_COOKIE, DEVICE_COOKIE}
    for line in lines:
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert "domain" not in line.lower()
    assert "max-age" not in next(line for line in lines if line.startswith(SESSION_COOKIE)).lower()


def test_a_planted_session_cookie_is_not_adopted(world: SignOnWorld) -> None:
    member, browser = world.member(), world.browser()
    browser.cookies[SESSION_COOKIE] = "chosen-by-an-attacker"
    browser.sign_in(member)
    assert browser.cookies[SESSION_COOKIE] != "chosen-by-an-attacker"
    attacker = world.browser()
    attacker.cookies[SESSION_COOKIE] = "chosen-by-an-attacker"
    assert attacker.get("/tai-khoan").headers["Location"] == "/dang-nhap?to=%2Ftai-khoan"


def test_signing_in_anew_ends_what_the_browser_had_before(world: SignOnWorld) -> None:
    first, second, browser = world.member(), world.member("Trần Văn Bảo"), world.browser()
    browser.sign_in(first)
    stolen = browser.cookies[SESSION_COOKIE]
    world.authorize(browser, world.application(), prompt="login")
    browser.sign_in(second)
    assert browser.cookies[SESSION_COOKIE] != stolen
    with world.province.db.transaction() as session:
        reasons = dict(
            session.execute(select(SignOnSession.account_id, SignOnSession.end_reason)).all()
        )
    assert reasons == {first.id: EndReason.REPLACED, second.id: None}
    thief = world.browser()
    thief.cookies[SESSION_COOKIE] = stolen
    assert thief.get("/tai-khoan").is_redirect


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
def test_a_form_of_another_site_signs_nobody_in(
    world: SignOnWorld, headers: dict[str, str]
) -> None:
    typed = {"identifier": world.member().login, "password": PASSWORD}
    sent = {name: value for name, value in headers.items() if value} | {"Accept": "text/html"}
    answer = world.client.post(SIGN_IN_PATH, data=typed, headers=sent)
    assert answer.status_code == 403
    assert "Biểu mẫu không được chấp nhận" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/tai-khoan/../../evil",
        "/tai-khoan@evil.example",
        "javascript:alert(1)",
        "/tai-khoan\r\nLocation: https://evil.example/",
        " /tai-khoan",
    ],
)
def test_nobody_is_sent_to_an_address_in_a_link(world: SignOnWorld, target: str) -> None:
    browser = world.browser()
    page = browser.get(SIGN_IN_PATH, params={"to": target})
    assert (
        attempt(browser, world.member().login, PASSWORD, str(page.url)).headers["Location"]
        == "/tai-khoan"
    )


def test_the_page_asked_for_is_gone_back_to(world: SignOnWorld) -> None:
    browser = world.browser()
    page = browser.follow(browser.get("/tai-khoan/phien"))
    assert browser.sign_in(world.member(), page).url.path == "/tai-khoan/phien"


def test_a_request_that_is_over_sends_nobody_anywhere(world: SignOnWorld) -> None:
    browser = world.browser()
    answer = attempt(browser, world.member().login, PASSWORD, f"{SIGN_IN_PATH}?request=over")
    page = browser.follow(answer)
    assert page.status_code == 400
    assert "đã hết hạn" in page.text


def test_nobody_types_a_password_for_a_request_that_is_over(
    world: SignOnWorld, clock: MovableClock
) -> None:
    browser = world.browser()
    waiting = world.authorize(browser, world.application())
    clock.pass_seconds(31 * 60)
    page = browser.get(str(waiting.url))
    assert page.status_code == 400
    assert "đã hết hạn" in page.text


def test_whoever_has_signed_in_in_another_tab_goes_on_without_a_password(
    world: SignOnWorld,
) -> None:
    browser, app = world.browser(), world.application()
    waiting = world.authorize(browser, app)
    browser.sign_in(world.member())
    assert "code" in answered(browser.get(str(waiting.url)))


def test_the_same_person_is_asked_again_where_the_system_wants_it(
    world: SignOnWorld, clock: MovableClock
) -> None:
    browser, member = world.browser(), world.member()
    browser.sign_in(member)
    clock.pass_seconds(60)
    page = world.authorize(browser, world.application(), prompt="login")
    assert "đề nghị bạn nhập lại mật khẩu" in page.text
    assert f'value="{member.login}"' in page.text
    assert "code" in answered(browser.sign_in(member, page))


def test_an_old_hash_is_renewed_once_the_password_was_right(world: SignOnWorld) -> None:
    member = world.member()
    old = argon2.using(type="ID", memory_cost=8192, time_cost=2, parallelism=1).hash(PASSWORD)
    put_hash(world, member, old)
    attempt(world.browser(), member.login, "sai rồi")
    assert hash_of(world, member) == old
    assert attempt(world.browser(), member.login, PASSWORD).status_code == 303
    renewed = hash_of(world, member)
    assert renewed != old
    assert world.services.passwords.verify(renewed, PASSWORD).needs_rehash is False
    assert attempt(world.browser(), member.login, PASSWORD).status_code == 303


def put_hash(world: SignOnWorld, member: Member, hashed: str) -> None:
    with world.province.db.transaction() as session:
        session.get_one(Account, member.id).password_hash = hashed


def hash_of(world: SignOnWorld, member: Member) -> str | None:
    with world.province.db.transaction() as session:
        return session.get_one(Account, member.id).password_hash


HOSTILE = [
    "\x00",
    "\ud800",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n",
    "💥" * 99,
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_input_is_an_ordinary_wrong_login(world: SignOnWorld, typed: str) -> None:
    form = {"identifier": typed.encode("utf-8", "surrogatepass"), "password": b"x"}
    page = world.browser().post(SIGN_IN_PATH, form)
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert re.search(r"\b49\b", page.text) is None


@pytest.mark.parametrize("place", ["identifier", "password"])
def test_endless_input_is_refused_as_a_page(world: SignOnWorld, place: str) -> None:
    form = {"identifier": "nganth", "password": "x"} | {place: "x" * 100_000}
    page = world.browser().post(SIGN_IN_PATH, form, headers={"Accept": "text/html"})
    assert page.status_code == 422
    assert "xxx" not in page.text


def test_a_password_is_shown_by_no_page_and_kept_by_no_form(world: SignOnWorld) -> None:
    page = attempt(world.browser(), "nganth", "một mật khẩu sai")
    assert "một mật khẩu sai" not in page.text
