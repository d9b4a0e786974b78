"""The page that the activation letter sends people to; it works without JavaScript."""

from datetime import timedelta

import httpx
import pytest

from identity.accounts import queries, service
from identity.accounts.models import Account, AccountStatus
from identity.handover.settings import ACTIVATION_PATH
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import PASSWORD, Browser, Member, SignOnWorld


@pytest.fixture
def account(world: SignOnWorld) -> Account:
    return world.province.account(world.province.person(world.province.organisation()))


@pytest.fixture
def code(world: SignOnWorld, account: Account) -> str:
    with world.province.db.transaction() as session:
        pending = queries.get_account(session, account.id)
        (code,) = service.issue_activation_codes(
            session, world.officer, [pending], now=NOW, lifetime=timedelta(days=30), basis=BASIS
        )
    return code


@pytest.fixture
def browser(world: SignOnWorld) -> Browser:
    return world.browser()


def submit(browser: Browser, language: str = "vi", **typed: str) -> httpx.Response:
    return browser.post(f"{ACTIVATION_PATH}?lang={language}", typed)


def test_a_code_and_a_password_activate_the_account(
    browser: Browser, world: SignOnWorld, account: Account, code: str
) -> None:
    answer = submit(browser, code=code.lower(), password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 200
    assert account.login in answer.text
    with world.province.db.transaction() as session:
        assert queries.get_account(session, account.id).status is AccountStatus.ACTIVE
    assert browser.sign_in(Member(account)).url.path == "/tai-khoan"


def test_a_used_code_and_a_wrong_one_get_the_same_answer(browser: Browser, code: str) -> None:
    submit(browser, code=code, password=PASSWORD, again=PASSWORD)
    unknown = "7K2M-QX4T-9FDA-W0CE"
    for password in (PASSWORD, "nguyen thi hong nga"):  # which the rules tell from other names
        used = submit(browser, code=code, password=password, again=password)
        wrong = submit(browser, code=unknown, password=password, again=password)
        assert used.status_code == wrong.status_code == 422
        assert without_id(used).replace(code, "") == without_id(wrong).replace(unknown, "")


def without_id(answer: httpx.Response) -> str:
    return answer.text.replace(answer.headers["X-Request-Id"], "")


def test_a_mistyped_password_keeps_the_code_and_never_shows_the_password(
    browser: Browser, code: str
) -> None:
    answer = submit(browser, code=code, password=PASSWORD, again="khác")
    assert answer.status_code == 422
    assert code in answer.text
    assert PASSWORD not in answer.text


def test_all_broken_rules_stand_beside_the_field(browser: Browser, code: str) -> None:
    page = submit(browser, "en", code=code, password="short", again="short").text
    fault = page[page.index('id="password-fault"') : page.index('<input id="password"')]
    assert "at least 12 characters" in fault
    assert "easy to guess" in fault
    assert 'aria-describedby="password-about password-fault"' in page


def test_the_rules_are_said_before_anybody_breaks_them(browser: Browser) -> None:
    page = browser.get(ACTIVATION_PATH).text
    assert "dài ít nhất 12 ký tự" in page
    assert "không chứa tên đăng nhập, họ tên, địa chỉ thư hay ngày sinh" in page


def test_nothing_is_hashed_while_fields_are_missing(browser: Browser) -> None:
    page = submit(browser, "en").text
    assert "Enter the activation code." in page
    assert "Enter a new password." in page


def test_what_is_typed_is_never_markup(browser: Browser) -> None:
    page = submit(browser, code='"><script>alert(1)</script>', password="a", again="b").text
    assert "<script>alert" not in page


def test_the_waiting_request_is_gone_back_to(
    browser: Browser, world: SignOnWorld, account: Account, code: str
) -> None:
    sign_in = world.authorize(browser, world.application())
    reference = sign_in.url.params["request"]
    assert f"{ACTIVATION_PATH}?request={reference}" in sign_in.text
    done = browser.post(
        f"{ACTIVATION_PATH}?request={reference}",
        {"code": code, "password": PASSWORD, "again": PASSWORD},
    )
    assert f'/dang-nhap?request={reference}&amp;login_hint={account.login}"' in done.text


def test_the_page_speaks_both_languages_and_is_kept_by_nobody(browser: Browser) -> None:
    vietnamese = browser.get(ACTIVATION_PATH)
    english = browser.get(f"{ACTIVATION_PATH}?lang=en")
    assert "Mã kích hoạt" in vietnamese.text
    assert "Activation code" in english.text
    assert vietnamese.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in vietnamese.headers["Content-Security-Policy"]
