"""Forgetting the password: the same answer to everybody, and a code that works once."""

from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy import text

from sso.sessions.cookies import SESSION_COOKIE
from tests.support.password_states import mail_can_be_sent, reset_code
from tests.support.sign_on import PASSWORD, Browser, Member, SignOnWorld

NEXT = "suối reo bên bản 9"


@pytest.fixture
def mailing(world: SignOnWorld, monkeypatch: pytest.MonkeyPatch) -> SignOnWorld:
    mail_can_be_sent(world, monkeypatch)
    return world


def ask(browser: Browser, identifier: str) -> httpx.Response:
    return browser.post("/quen-mat-khau", {"identifier": identifier})


def jobs(world: SignOnWorld) -> Sequence[object]:
    """For which accounts mails have been asked for."""
    with world.province.db.transaction() as session:
        statement = text("SELECT args ->> 'account_id' FROM procrastinate_jobs ORDER BY id")
        return session.scalars(statement).all()


def reset(browser: Browser, code: str, password: str = NEXT, again: str = NEXT) -> httpx.Response:
    form = {"code": code, "password": password, "again": again}
    return browser.post("/dat-lai-mat-khau", form)


def test_the_answer_never_says_whether_there_is_such_an_account(mailing: SignOnWorld) -> None:
    member, browser = mailing.member(), mailing.browser()
    known = ask(browser, member.login)
    unknown = ask(browser, "khongcoai")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(member.login, "khongcoai").replace(
        known.headers["X-Request-Id"], ""
    ) == unknown.text.replace(unknown.headers["X-Request-Id"], "")
    assert jobs(mailing) == [str(member.id), None]


def test_people_may_type_an_own_address(mailing: SignOnWorld) -> None:
    member = mailing.member()
    ask(mailing.browser(), f"{member.login}@backan.gov.vn")
    assert jobs(mailing) == [str(member.id)]


@pytest.mark.parametrize("typed", ["\x00", "<script>alert(1)</script>", "a" * 999, "x@y@z"])
def test_hostile_input_gets_the_answer_of_everybody(mailing: SignOnWorld, typed: str) -> None:
    page = ask(mailing.browser(), typed)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_requests_from_one_address_are_slowed_down(mailing: SignOnWorld) -> None:
    browser = mailing.browser()
    statuses = [ask(browser, f"ai-do-{number}").status_code for number in range(21)]
    assert statuses == [200] * 20 + [429]
    assert len(jobs(mailing)) == 20


def test_an_empty_field_is_said_so(mailing: SignOnWorld) -> None:
    page = ask(mailing.browser(), "  ")
    assert page.status_code == 422
    assert "Hãy nhập tên đăng nhập" in page.text
    assert jobs(mailing) == []


def test_without_a_mail_server_people_are_sent_to_their_administrator(world: SignOnWorld) -> None:
    browser = world.browser()
    page = browser.get("/quen-mat-khau")
    assert 'name="identifier"' not in page.text
    assert "cán bộ quản lý tài khoản" in page.text
    assert ask(browser, "nganth").status_code == 200
    assert jobs(world) == []


def test_a_code_puts_a_new_password_in_place_and_ends_every_session(world: SignOnWorld) -> None:
    member, app, other = world.member(), world.application(), world.browser()
    tokens = world.tokens(app, member, other, scope="openid offline_access")
    code, browser = reset_code(world, member), world.browser()
    page = reset(browser, code.lower().replace("-", " "))
    assert page.status_code == 200
    assert "Mật khẩu mới đã được lưu" in page.text
    assert f"/dang-nhap?login_hint={member.login}" in page.text
    assert SESSION_COOKIE not in browser.cookies
    assert other.get("/tai-khoan").is_redirect
    refused = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    assert browser.sign_in(Member(member.account, NEXT)).url.path == "/tai-khoan"


def test_a_code_works_once_and_a_refused_password_does_not_spend_it(world: SignOnWorld) -> None:
    member, browser = world.member(), world.browser()
    code = reset_code(world, member)
    assert "ít nhất 12 ký tự" in reset(browser, code, "ngắn", "ngắn").text
    assert "không giống nhau" in reset(browser, code, NEXT, "khác").text
    assert "đã dùng gần đây" in reset(browser, code, PASSWORD, PASSWORD).text
    assert reset(browser, code).status_code == 200
    again = reset(browser, code, "mây trắng đầu non 5", "mây trắng đầu non 5")
    wrong = reset(browser, "7K2M-QX4T-9FDA-W0CE")
    assert again.status_code == wrong.status_code == 422
    for page in (again, wrong):
        assert "Mã đặt lại mật khẩu không đúng, đã dùng hoặc đã hết hạn." in page.text


def test_a_missing_code_is_said_so(world: SignOnWorld) -> None:
    page = reset(world.browser(), "").text
    assert "Hãy nhập mã đặt lại." in page
    assert 'data-fragment="password"' in page


def test_the_waiting_request_is_gone_back_to(mailing: SignOnWorld) -> None:
    browser = mailing.browser()
    reference = mailing.authorize(browser, mailing.application()).url.params["request"]
    sent = browser.post(f"/quen-mat-khau?request={reference}", {"identifier": "nganth"}).text
    assert f"/dat-lai-mat-khau?request={reference}" in sent
    code = reset_code(mailing, mailing.member())
    done = browser.post(
        f"/dat-lai-mat-khau?request={reference}", {"code": code, "password": NEXT, "again": NEXT}
    )
    assert f'href="/dang-nhap?request={reference}&amp;login_hint=' in done.text
