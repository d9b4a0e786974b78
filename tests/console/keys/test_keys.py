"""Signing keys at the console: what signs, what is to come, new ones, taking one back."""

import re

import pytest
from sqlalchemy import select, update

from identity.roles.models import Role
from kernel.audit import AuditRecord
from sso.keys.models import Algorithm, SigningKey
from sso.keys.service import list_keys
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser
from tests.support.web import Api

KEYS = "/signing-keys"
BASIS = {"reason": "nghi lộ khóa"}
PAGE = "/quan-tri/khoa-ky"


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def keys_of(console: ConsoleWorld) -> list[SigningKey]:
    with console.sign_on.services.database.transaction() as session:
        return list_keys(session)


def test_new_keys_are_published_once_for_a_reason(console: ConsoleWorld, browser: Browser) -> None:
    before = {key.kid for key in keys_of(console)}
    page = browser.get(PAGE).text
    assert page.count("Đang ký") == len(Algorithm)
    seen = re.findall(r'name="seen" value="([^"]+)"', browser.get(f"{PAGE}/doi").text)
    assert set(seen) == before
    assert browser.post(f"{PAGE}/doi", {"seen": seen}).status_code == 422
    form = {"seen": seen, "reason": "đổi khóa hằng năm"}
    answer = browser.post(f"{PAGE}/doi", form)
    page = browser.follow(answer).text
    assert "Đã công bố khóa mới" in page
    assert page.count("Sắp ký") == len(Algorithm)
    again = browser.post(f"{PAGE}/doi", form)
    assert again.status_code == 422
    assert "Các khóa ký vừa thay đổi" in again.text
    assert len(keys_of(console)) == len(before) + len(Algorithm)
    with console.sign_on.services.database.transaction() as session:
        reasons = session.scalars(
            select(AuditRecord.reason).where(AuditRecord.tag == "signing-key:published")
        ).all()
    assert reasons.count("đổi khóa hằng năm") == len(Algorithm)


def test_a_leaked_key_is_withdrawn_by_its_id(console: ConsoleWorld, browser: Browser) -> None:
    leaked = keys_of(console)[0]
    path = f"{PAGE}/{leaked.kid}/rut"
    form = {"reason": "nghi lộ khóa", "confirmation": "sai"}
    refused = browser.post(path, form)
    assert refused.status_code == 422
    assert 'value="nghi lộ khóa"' in refused.text
    answer = browser.post(path, form | {"confirmation": leaked.kid[:8]})
    page = browser.follow(answer).text
    assert "Đã rút khóa" in page
    assert page.count("Đang ký") == len(Algorithm)
    assert browser.get(path).status_code == 404


def test_a_schedule_that_nobody_keeps_is_told_at_home(
    console: ConsoleWorld, browser: Browser
) -> None:
    assert PAGE not in browser.get("/quan-tri").text
    database, now = console.sign_on.services.database, console.sign_on.services.clock()
    with database.transaction() as session:
        session.execute(
            update(SigningKey)
            .where(SigningKey.algorithm == Algorithm.ES256)
            .values(signs_until=now)
        )
    assert PAGE in browser.get("/quan-tri").text
    assert "Chưa có khóa kế tiếp: ES256" in browser.get(PAGE).text


def test_programs_list_rotate_and_withdraw_keys(console: ConsoleWorld, api: Api) -> None:
    del console  # has keys
    listed = api.get(KEYS)["items"]
    assert {key["algorithm"] for key in listed} == {"ES256", "RS256", "EdDSA"}
    assert "private" not in str(listed)
    wanted = {"seen": [key["kid"] for key in listed], "basis": BASIS}
    assert api.post(f"{KEYS}/rotate", {"basis": {"reason": ""}}, status=422)
    made = api.post(f"{KEYS}/rotate", wanted, status=201)["items"]
    assert len(made) == len(listed)
    refused = api.post(f"{KEYS}/rotate", wanted, status=409)
    assert refused["code"] == "signing-keys-changed-meanwhile"
    withdraw = f"{KEYS}/{listed[0]['kid']}/withdraw"
    api.post(withdraw, BASIS, status=204)
    assert api.post(withdraw, BASIS, status=404)["code"] == "signing-key-not-found"
