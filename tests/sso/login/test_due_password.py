"""A right password that is too old, or that somebody must change, opens nothing but the choice."""

import base64
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from kernel.audit import AuditRecord
from sso.login.destinations import NEW_PASSWORD_PATH
from sso.login.password_step import COOKIE, PasswordStep
from sso.sessions.cookies import SESSION_COOKIE
from sso.sessions.models import SignOnSession
from tests.support.clock import MovableClock
from tests.support.password_states import must_change
from tests.support.registry import NOW
from tests.support.sign_on import PASSWORD, Browser, Member, SignOnWorld, answered

NEXT = "suối reo bên bản 9"


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    member = world.member()
    must_change(world, member)
    return member


def choose(
    browser: Browser, password: str = NEXT, again: str = NEXT, address: str = NEW_PASSWORD_PATH
) -> httpx.Response:
    return browser.post(address, {"password": password, "again": again})


def sessions(world: SignOnWorld) -> int:
    with world.province.db.transaction() as session:
        return len(session.scalars(select(SignOnSession)).all())


def test_the_person_chooses_another_one_and_goes_on_to_the_system(
    world: SignOnWorld, member: Member
) -> None:
    browser = world.browser()
    page = browser.sign_in(member, world.authorize(browser, world.application()))
    assert page.url.path == NEW_PASSWORD_PATH
    assert "Người quản trị đề nghị" in page.text
    assert SESSION_COOKIE not in browser.cookies
    assert sessions(world) == 0
    done = choose(browser, address=str(page.url))
    assert "code" in answered(browser.follow(done))
    assert COOKIE not in browser.cookies
    assert browser.get("/tai-khoan").status_code == 200
    assert world.browser().sign_in(Member(member.account, NEXT)).url.path == "/tai-khoan"


def test_a_password_that_is_too_old_is_said_to_be(
    world: SignOnWorld, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = world.services.passwords.policy.model_copy(update={"maximum_age_days": 90})
    monkeypatch.setattr(world.services.passwords, "policy", policy)
    member, browser = world.member(), world.browser()
    clock.pass_seconds(80 * 86_400)
    soon = browser.sign_in(member)
    assert "Mật khẩu sẽ hết hạn sau 10 ngày" in soon.text
    clock.pass_seconds(10 * 86_400)
    page = world.browser().sign_in(member)
    assert "Mật khẩu của bạn đã hết hạn" in page.text


def test_the_rules_hold_and_the_present_password_is_not_a_new_one(
    world: SignOnWorld, member: Member
) -> None:
    browser = world.browser()
    browser.sign_in(member)
    same = choose(browser, PASSWORD, PASSWORD)
    assert same.status_code == 422
    assert "đang dùng hoặc đã dùng gần đây" in same.text
    assert "không giống nhau" in choose(browser, NEXT, "khác").text
    assert "ít nhất 12 ký tự" in choose(browser, "ngắn", "ngắn").text
    assert "Hãy nhập mật khẩu mới." in choose(browser, "", "").text
    assert sessions(world) == 0


def test_the_step_is_taken_once(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    browser.sign_in(member)
    step = browser.cookies[COOKIE]
    assert choose(browser).status_code == 303
    thief = world.browser()
    thief.cookies[COOKIE] = step
    again = choose(thief, "mây trắng đầu non 5", "mây trắng đầu non 5")
    assert again.headers["Location"] == "/dang-nhap?done=step-over"
    assert SESSION_COOKIE not in thief.cookies


def test_the_step_is_over_after_a_quarter_of_an_hour(
    world: SignOnWorld, member: Member, clock: MovableClock
) -> None:
    browser = world.browser()
    page = browser.sign_in(member, world.authorize(browser, world.application()))
    clock.pass_seconds(16 * 60)
    over = browser.get(str(page.url))
    assert over.headers["Location"] == (
        f"/dang-nhap?request={page.url.params['request']}&done=step-over"
    )
    assert "Đã quá thời gian" in browser.follow(over).text
    assert choose(world.browser()).is_redirect


def test_the_cookie_of_the_step_holds_no_password_and_stays_here(
    world: SignOnWorld, member: Member
) -> None:
    answer = world.browser().post(
        "/dang-nhap", {"identifier": member.login, "password": member.password}
    )
    (line,) = answer.headers.get_list("set-cookie")
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=strict", "max-age=900"} <= attributes
    sealed = base64.urlsafe_b64decode(line.split(";")[0].partition("=")[2].strip('"'))
    assert PASSWORD.encode() not in sealed
    assert member.id.bytes not in sealed


@pytest.mark.parametrize(
    "cookie", ["", "x", "===", "Ä", base64.urlsafe_b64encode(bytes(99)).decode(), "A" * 5000]
)
def test_an_invented_step_is_none(world: SignOnWorld, cookie: str) -> None:
    step = PasswordStep(world.services.keys)
    assert step.open(cookie, NOW) is None
    assert step.open(None, NOW) is None


def test_a_step_altered_in_any_byte_is_none(world: SignOnWorld, member: Member) -> None:
    step = PasswordStep(world.services.keys)
    sealed = base64.urlsafe_b64decode(step.seal(member.account, NOW))
    assert step.open(base64.urlsafe_b64encode(sealed).decode(), NOW) is not None
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        assert step.open(base64.urlsafe_b64encode(altered).decode(), NOW) is None
    assert step.open(step.seal(member.account, NOW + timedelta(hours=1)), NOW) is None


def test_choosing_ends_what_the_old_password_had_opened(world: SignOnWorld, member: Member) -> None:
    must_change(world, member, must=False)
    app = world.application()
    tokens = world.tokens(app, member, scope="openid offline_access")
    must_change(world, member)
    browser = world.browser()
    browser.sign_in(member)
    choose(browser)
    refused = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


def test_the_trail_knows_of_it(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    browser.sign_in(member)
    choose(browser)
    with world.province.db.transaction() as session:
        statement = select(AuditRecord.tag).where(AuditRecord.subject_id == member.id)
        tags = session.scalars(statement.order_by(AuditRecord.id)).all()
    assert tags[-3:] == [
        "sign-on:password-due",
        "account:password-changed",
        "sign-on:signed-in",
    ]
