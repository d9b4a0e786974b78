"""The settings in force, at the console: all of them, and no secret."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from console.settings.entries import Setting, Source
from entrypoints.reference.setting_words import sentences, translations
from entrypoints.settings import Settings
from entrypoints.settings_in_force import settings_in_force
from entrypoints.wiring import Services
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.services import settings_for
from tests.support.sign_on import Browser
from tests.support.slapd import BASE_DN

PAGE = "/quan-tri/cau-hinh"


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def secrets_of(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_of(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from secrets_of(inner)


def by_name(settings: Settings, environment: dict[str, str]) -> dict[str, Setting]:
    found = settings_in_force(settings, environment)
    return {one.variable: one for section in found for one in section.settings}


def test_every_setting_is_there_and_no_secret(browser: Browser, services: Services) -> None:
    page = browser.get(PAGE).text
    assert BASE_DN in page
    assert "CONGVU_IMPORTS__MAX_FILE_BYTES" in page
    secrets = [one for one in secrets_of(services.settings) if one not in {"", "none"}]
    assert secrets
    assert not [one for one in secrets if one in page]
    assert "Đã đặt" in page
    assert "Chưa đặt" in page


def test_one_finds_settings_by_name_by_meaning_and_those_that_were_set(browser: Browser) -> None:
    part = browser.get(
        f"{PAGE}?q=brake", headers={"HX-Request": "true", "HX-Target": "results"}
    ).text
    assert part.lstrip().startswith('<div id="results">')
    assert "CONGVU_DIRECTORY__BRAKE__MOST_ACCOUNTS" in part
    assert "CONGVU_WEB__PORT" not in part
    given = browser.get(f"{PAGE}?given=yes").text
    assert "CONGVU_DIRECTORY__URI" in given
    assert "CONGVU_WEB__PORT" not in given
    assert "Không có mục nào như vậy" in browser.get(f"{PAGE}?q=%3Cb%3E").text


def test_every_setting_has_a_meaning_in_both_languages() -> None:
    assert [variable for variable, sentence in sentences() if not sentence] == []
    said = translations()
    assert [variable for variable, sentence in sentences() if not said.get(sentence)] == []


def test_meanings_are_in_the_language_of_the_page_and_found_without_marks(browser: Browser) -> None:
    page = browser.get(f"{PAGE}?q=mo+mot+ket+noi").text
    assert "Giới hạn thời gian để mở một kết nối." in page
    assert "Cách kết nối tới thư mục LDAP." in page  # of the section
    assert "Limit for" not in page
    assert "CONGVU_DIRECTORY__CONNECT_TIMEOUT_SECONDS" in page
    english = browser.get(f"{PAGE}?q=GETTING+A+CONNECTION&ui_locales=en").text
    assert "Limit for getting a connection." in english
    assert "Giới hạn thời gian" not in english


def test_where_a_value_comes_from_is_told(tmp_path: Path, services: Services) -> None:
    (tmp_path / "congvu.env").write_text(
        "CONGVU_WEB__PORT=8000\nCONGVU_WEB__HOST=::1\nCONGVU_LOG={}\n"
    )
    environment = {"CONGVU_HOME": str(tmp_path), "congvu_web__port": "8001"}
    found = by_name(services.settings, environment)
    assert found["CONGVU_WEB__PORT"].source is Source.ENVIRONMENT
    assert found["CONGVU_WEB__HOST"].source is Source.FILE
    log = [one for name, one in found.items() if name.startswith("CONGVU_LOG__")]
    assert {one.source for one in log} == {Source.FILE}  # all of it at once
    assert found["CONGVU_DIRECTORY__URI"].source is Source.PROGRAM
    assert found["CONGVU_DIRECTORY__PAGE_SIZE"].source is Source.DEFAULT


def test_credentials_in_an_address_are_left_out(services: Services) -> None:
    server = services.settings.mail_server.model_copy(
        update={"doveadm_url": "http://user:pencil@127.0.0.1:8008/doveadm/v1"}
    )
    settings = settings_for("postgresql://nowhere", services.settings.directory)
    found = by_name(settings.model_copy(update={"mail_server": server}), dict(os.environ))
    shown = found["CONGVU_MAIL_SERVER__DOVEADM_URL"].value
    assert shown == "http://…@127.0.0.1:8008/doveadm/v1"


def test_leaders_do_not_see_them(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.LEADER))
    assert browser.get(PAGE).status_code == 403
