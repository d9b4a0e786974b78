"""Everything about one person, for whoever may see it."""

import re

from sqlalchemy import select

from identity.roles.models import Role
from kernel.audit import AuditRecord
from tests.support.console import ConsoleWorld
from tests.support.registry import Province

SOMEBODY = "00000000-0000-4000-8000-000000000000"
CITIZEN, PHONE, MAIL = "006180000123", "0912345678", "hongnga80@gmail.com"


def page_of(province: Province, **form: str) -> str:
    known = {"citizen_number": CITIZEN, "phone": PHONE, "recovery_email": MAIL}
    person = province.person(province.organisation("Sở Tài chính"), "Lý Thị Nga", **known | form)
    province.account(person)
    return f"/quan-tri/can-bo/{person.id}"


def tags(console: ConsoleWorld, tag: str) -> list[str]:
    with console.sign_on.services.database.transaction() as session:
        return list(session.scalars(select(AuditRecord.reason).where(AuditRecord.tag == tag)))


def test_a_person_is_shown_across_features(console: ConsoleWorld) -> None:
    page = console.browser(console.holder(Role.ADMINISTRATOR)).get(
        page_of(console.sign_on.province)
    )
    for text in (
        "Lý Thị Nga",
        "Sở Tài chính",
        "ngalt@backan.gov.vn",
        "Chờ kích hoạt",
        "Cấp tài khoản",
    ):
        assert text in page.text


def test_hr_sees_what_was_done_to_a_person_but_is_not_led_to_the_whole_trail(
    console: ConsoleWorld,
) -> None:
    address = page_of(console.sign_on.province)
    page = console.browser(console.holder(Role.HR)).get(address)
    assert "Thêm cán bộ" in page.text
    assert "Cấp tài khoản" in page.text
    assert "Mở trong nhật ký" not in page.text


def test_the_way_to_the_whole_trail_finds_the_account_too(console: ConsoleWorld) -> None:
    address = page_of(console.sign_on.province)
    browser = console.browser(console.holder(Role.ADMINISTRATOR))
    (way,) = re.findall(r'href="([^"]+)">Mở trong nhật ký', browser.get(address).text)
    results = browser.get(way).text.partition('id="results"')[2]
    assert "Thêm cán bộ" in results
    assert "Cấp tài khoản" in results


def test_sensitive_fields_are_masked(console: ConsoleWorld) -> None:
    page = console.browser(console.holder(Role.HR)).get(page_of(console.sign_on.province))
    assert not any(secret in page.text for secret in (CITIZEN, PHONE, MAIL))
    assert "091•••••78" in page.text
    assert "h•••••@gmail.com" in page.text


def test_the_citizen_number_is_shown_for_a_reason_that_is_recorded(console: ConsoleWorld) -> None:
    address = page_of(console.sign_on.province)
    browser = console.browser(console.holder(Role.HR))
    page = browser.post(f"{address}/so-cccd", {"reason": "đối chiếu thẻ"})
    assert (page.status_code, CITIZEN in page.text) == (200, True)
    assert tags(console, "person:citizen-number-read") == ["đối chiếu thẻ"]


def test_contact_data_are_shown_alone_to_a_script(console: ConsoleWorld) -> None:
    address = page_of(console.sign_on.province)
    browser = console.browser(console.holder(Role.HR))
    headers = {"HX-Request": "true", "HX-Target": "private"}
    part = browser.post(f"{address}/lien-he", {"reason": "gọi điện"}, headers=headers)
    assert part.text.lstrip().startswith('<div id="private">')
    assert PHONE in part.text
    assert MAIL in part.text
    assert tags(console, "person:contact-read") == ["gọi điện"]


def test_nothing_is_shown_without_a_reason(console: ConsoleWorld) -> None:
    address = page_of(console.sign_on.province)
    page = console.browser(console.holder(Role.HR)).post(f"{address}/so-cccd", {"reason": " "})
    assert page.status_code == 422
    assert "Hãy ghi lý do" in page.text
    assert CITIZEN not in page.text
    assert tags(console, "person:citizen-number-read") == []


def test_the_activation_letter_is_a_file(console: ConsoleWorld) -> None:
    address = page_of(console.sign_on.province)
    browser = console.browser(console.holder(Role.HR))
    letter = browser.post(f"{address}/thu-kich-hoat", {"reason": "cấp mới"})
    assert letter.content.startswith(b"%PDF")
    assert tags(console, "account:activation-code-issued")[-1] == "cấp mới"


def test_a_stored_name_is_text(console: ConsoleWorld) -> None:
    address = page_of(console.sign_on.province, position="<script>alert(1)</script>")
    page = console.browser(console.holder(Role.HR)).get(address)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


def test_nobody_is_not_found(console: ConsoleWorld) -> None:
    page = console.browser(console.holder(Role.HR)).get(f"/quan-tri/can-bo/{SOMEBODY}")
    assert page.status_code == 404
