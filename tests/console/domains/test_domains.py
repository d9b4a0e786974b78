"""Mail domains at the console: their rules, keys, reserved addresses and DNS records."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from identity.addresses.models import Address, AddressRole, MailDomain, PolicySubject
from identity.addresses.queries import get_domain, latest_policies
from identity.roles.models import Role
from kernel.audit import AuditRecord
from kernel.database import Database
from mail_admin.domains.checking import check_records
from mail_admin.domains.dkim import find_dkim_key
from mail_admin.domains.records import Verdict, wanted_records
from mail_admin.domains.settings import DomainSettings
from tests.support.console import ConsoleWorld
from tests.support.nsd import serving_zone
from tests.support.ports import free_port
from tests.support.sign_on import Browser

PAGE = "/quan-tri/ten-mien"
BASIS = {"reason": "sáp nhập tỉnh", "document_number": "12/QĐ-UBND"}
NEW = {"domain": "Thai-Nguyen.gov.vn", "preset": "nghe-an-2025", **BASIS}


@contextmanager
def asking(app: FastAPI, settings: DomainSettings) -> Iterator[None]:
    """Monkeypatch would take the setting away afterwards: it is no attribute of the instance."""
    before, app.state.domains = app.state.domains, settings
    try:
        yield
    finally:
        app.state.domains = before


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


@pytest.fixture
def database(console: ConsoleWorld) -> Database:
    return console.sign_on.services.database


@pytest.fixture
def name(database: Database) -> str:
    """Of the domain that the province has."""
    with database.transaction() as session:
        return session.scalars(select(MailDomain.name).order_by(MailDomain.name)).one()


def test_the_list_and_the_page_say_what_belongs_to_a_domain(browser: Browser, name: str) -> None:
    assert f'href="{PAGE}/{name}"' in browser.get(PAGE).text
    page = browser.get(f"{PAGE}/{name}").text
    assert f"_dmarc.{name}" in page
    assert "v=spf1 mx -all" in page
    assert "Chưa có khóa DKIM" in page
    assert browser.get(f"{PAGE}/nowhere.gov.vn").status_code == 404


@pytest.mark.parametrize("form", ["them", "{name}/quy-tac", "{name}/dkim", "{name}/giu"])
def test_each_form_opens_empty(browser: Browser, name: str, form: str) -> None:
    answer = browser.get(f"{PAGE}/{form.format(name=name)}")
    assert answer.status_code == 200
    assert 'id="reason"' in answer.text


def test_a_domain_is_added_with_its_rules(browser: Browser, database: Database) -> None:
    page = browser.follow(browser.post(f"{PAGE}/them", NEW)).text
    assert "Đã thêm tên miền." in page
    with database.transaction() as session:
        domain = get_domain(session, "thai-nguyen.gov.vn")
        rules = [rule for rule in latest_policies(session) if rule.domain_id == domain.id]
    assert {(rule.subject, rule.preset) for rule in rules} == {
        (PolicySubject.PERSON, "nghe-an-2025"),
        (PolicySubject.ORGANISATION, "organisations"),
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"domain": "không phải tên miền"}, "không phải là tên miền"),
        ({"domain": ""}, "Hãy điền mục này"),
        ({"preset": "organisations"}, "Hãy chọn một mục"),
        ({"reason": ""}, "Hãy ghi lý do"),
    ],
)
def test_what_cannot_be_added_is_said_beside_the_field(
    browser: Browser, database: Database, change: dict[str, str], said: str
) -> None:
    answer = browser.post(f"{PAGE}/them", NEW | change)
    assert answer.status_code == 422
    assert said in answer.text
    assert "12/QĐ-UBND" in answer.text
    with database.transaction() as session:
        assert len(list(session.scalars(select(MailDomain)))) == 1


def test_a_domain_that_is_there_is_refused(browser: Browser, name: str) -> None:
    answer = browser.post(f"{PAGE}/them", NEW | {"domain": name})
    assert answer.status_code == 422
    assert f"Đã có tên miền thư {name}" in answer.text


def test_another_rule_holds_for_a_subtree(
    console: ConsoleWorld, browser: Browser, database: Database, name: str
) -> None:
    office = console.sign_on.province.organisation("Sở <i>Tài chính</i>", code="H03.9")
    form = {"preset": "bac-ninh-2025", "code": "H03.9", **BASIS}
    unknown = browser.post(f"{PAGE}/{name}/quy-tac", form | {"code": "H03.77"})
    assert unknown.status_code == 422
    assert "Không có cơ quan, đơn vị H03.77" in unknown.text
    page = browser.follow(browser.post(f"{PAGE}/{name}/quy-tac", form)).text
    assert "Quy tắc mới có hiệu lực" in page
    assert "Sở &lt;i&gt;Tài chính&lt;/i&gt;" in page
    assert "số cuối của căn cước công dân" in page  # what such a rule gives away
    with database.transaction() as session:
        rules = {rule.organisation_id: rule for rule in latest_policies(session)}
        assert rules[office.id].preset == "bac-ninh-2025"


def test_a_key_is_made_once_a_day_and_its_record_shown(
    browser: Browser, database: Database, name: str
) -> None:
    page = browser.follow(browser.post(f"{PAGE}/{name}/dkim", BASIS)).text
    with database.transaction() as session:
        key = find_dkim_key(session, get_domain(session, name).id)
        tags = set(session.scalars(select(AuditRecord.tag)))
    assert key is not None
    assert key.public_key in page
    assert f"{key.selector}._domainkey.{name}" in page
    assert "mail-domain:dkim-key-made" in tags
    again = browser.post(f"{PAGE}/{name}/dkim", BASIS)
    assert again.status_code == 422
    assert "Hôm nay đã tạo khóa" in again.text


def test_an_address_is_kept_from_everybody(browser: Browser, database: Database, name: str) -> None:
    form = {"address": f"babe@{name}", **BASIS}
    assert "Đã giữ lại" in browser.follow(browser.post(f"{PAGE}/{name}/giu", form)).text
    with database.transaction() as session:
        address = session.scalars(select(Address).where(Address.local_part == "babe")).one()
    assert (address.role, address.note) == (AddressRole.RESERVED, "sáp nhập tỉnh")
    again = browser.post(f"{PAGE}/{name}/giu", form)
    assert again.status_code == 422
    assert "đã được giữ lại từ ngày" in again.text
    assert f"babe@{name}" in browser.get(f"{PAGE}/{name}").text
    for wrong in ("hai từ", "<b>", "a..b", ""):
        answer = browser.post(f"{PAGE}/{name}/giu", form | {"address": wrong})
        assert answer.status_code == 422, wrong
    assert browser.post(f"{PAGE}/{name}/giu", form | {"address": "postmaster"}).status_code == 303


def test_the_dns_is_asked_when_somebody_wants_to_know(
    app: FastAPI, browser: Browser, name: str, tmp_path: Path
) -> None:
    with serving_zone(tmp_path, name, [f"@ IN MX 10 mail.{name}.", '@ IN TXT "v=spf1 -all"']) as at:
        settings = DomainSettings(name_servers=["127.0.0.1"], name_server_port=at)
        htmx = {"HX-Request": "true", "HX-Target": "records"}
        with asking(app, settings):
            part = browser.get(f"{PAGE}/{name}?check=true", headers=htmx).text
    assert part.lstrip().startswith('<div id="records">')
    assert part.count('with-icon good">') == 1  # MX
    assert "v=spf1 -all" in part  # what stands there instead
    assert "Chưa có" in part


def test_a_name_server_that_is_away_costs_no_more_than_the_limit() -> None:
    silent = DomainSettings(name_servers=["127.0.0.1"], name_server_port=free_port())
    records = wanted_records("backan.gov.vn", silent, None)
    findings = check_records(records, silent, 0.2)
    assert {finding.verdict for finding in findings} == {Verdict.UNANSWERED}
    assert len(findings) == len(records)


def test_hr_has_nothing_to_do_with_domains(console: ConsoleWorld) -> None:
    browser = console.browser(console.holder(Role.HR))
    assert browser.get(PAGE).status_code == 403
