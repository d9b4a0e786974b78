"""The page that the activation letter sends people to; it works without JavaScript."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from identity.accounts import queries, service
from identity.accounts.models import Account, AccountStatus
from identity.accounts.passwords import Passwords, PasswordSettings
from identity.handover.settings import ACTIVATION_PATH
from sso.login.routes import router
from tests.support.registry import BASIS, NOW, Province

PASSWORD = "chim hót trên cành 7"


@pytest.fixture
def account(province: Province) -> Account:
    return province.account(province.person(province.organisation()))


@pytest.fixture
def code(province: Province, account: Account) -> str:
    with province.db.transaction() as session:
        pending = queries.get_account(session, account.id)
        (code,) = service.issue_activation_codes(
            session,
            province.officer,
            [pending],
            now=NOW,
            lifetime=timedelta(days=30),
            basis=BASIS,
        )
    return code


@pytest.fixture
def browser(province: Province) -> Iterator[TestClient]:
    app = FastAPI()
    app.state.database = province.db
    app.state.clock = lambda: NOW
    app.state.passwords = Passwords(PasswordSettings(memory_kibibytes=8192))
    app.include_router(router)
    with TestClient(app) as client:
        yield client


def submit(browser: TestClient, language: str = "vi", **typed: str) -> tuple[int, str]:
    answer = browser.post(f"{ACTIVATION_PATH}?lang={language}", data=typed)
    return answer.status_code, answer.text


def test_a_code_and_a_password_activate_the_account(
    browser: TestClient, province: Province, account: Account, code: str
) -> None:
    status, page = submit(browser, code=code.lower(), password=PASSWORD, again=PASSWORD)
    assert status == 200
    assert account.login in page
    with province.db.transaction() as session:
        assert queries.get_account(session, account.id).status is AccountStatus.ACTIVE


def test_a_used_code_and_a_wrong_one_get_the_same_answer(browser: TestClient, code: str) -> None:
    submit(browser, code=code, password=PASSWORD, again=PASSWORD)
    used = submit(browser, code=code, password=PASSWORD, again=PASSWORD)
    wrong = submit(browser, code="7K2M-QX4T-9FDA-W0CE", password=PASSWORD, again=PASSWORD)
    assert used[0] == wrong[0] == 422
    assert used[1].replace(code, "") == wrong[1].replace("7K2M-QX4T-9FDA-W0CE", "")


def test_a_mistyped_password_keeps_the_code_and_never_shows_the_password(
    browser: TestClient, code: str
) -> None:
    status, page = submit(browser, code=code, password=PASSWORD, again="khác")
    assert status == 422
    assert code in page
    assert PASSWORD not in page


def test_a_weak_password_is_refused_beside_its_field(browser: TestClient, code: str) -> None:
    _, page = submit(browser, "en", code=code, password="short", again="short")
    assert "at least 12 characters" in page
    assert page.index('id="password"') < page.index('aria-invalid="true"')


def test_what_is_typed_is_never_markup(browser: TestClient) -> None:
    _, page = submit(browser, code='"><script>alert(1)</script>', password="a", again="b")
    assert "<script>alert" not in page


def test_the_page_speaks_both_languages_and_is_kept_by_nobody(browser: TestClient) -> None:
    vietnamese, english = browser.get(ACTIVATION_PATH), browser.get(f"{ACTIVATION_PATH}?lang=en")
    assert "Mã kích hoạt" in vietnamese.text
    assert "Activation code" in english.text
    assert vietnamese.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in vietnamese.headers["Content-Security-Policy"]
