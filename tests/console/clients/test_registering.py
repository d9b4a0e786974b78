"""Registering a connected system at the console and changing one."""

import json
import re
from html import unescape
from typing import Any

import pytest

from console.clients.fields import FIELDS
from identity.roles.models import Role
from kernel.audit import Basis
from sso.clients import service
from sso.clients.description import ClientDescription
from sso.clients.models import ClientRow
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser

NEW = "/quan-tri/them-he-thong"
PAGE = "/quan-tri/he-thong"
HOSTILE = "\"><script>alert('x')</script>"
FORM: dict[str, Any] = {
    "client_id": "luutru",
    "client_name": "Lưu trữ điện tử",
    "allowed_account_kinds": ["personal"],
    "scope": ["openid", "profile"],
    "scope_more": "records:read",
    "claims_limit": "all",
    "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": "https://luutru.example/callback\r\n\r\n https://luutru.example/back ",
    "token_endpoint_auth_method": "client_secret_basic",
    "application_type": "web",
    "id_token_signed_response_alg": "ES256",
    "access_token_signed_response_alg": "ES256",
    "subject_type": "public",
    "reason": "kết nối đăng nhập một lần",
}


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def stored(console: ConsoleWorld, client_id: str) -> ClientRow:
    with console.sign_on.services.database.transaction() as session:
        return service.get_client(session, client_id)


def as_sent(page: str) -> dict[str, Any]:
    """The form of a page, as a browser would send it untouched."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if name is None or (kind in {"checkbox", "radio"} and " checked" not in tag):
            continue
        found.setdefault(name, []).append(unescape(attributes.get("value", "")))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)<', page):
        found[name] = [unescape(text)]
    for name, options in re.findall(
        r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found[name] = [next((value for value, on in values if on), values[0][0])]
    return found


def test_the_form_asks_for_every_member_of_a_description() -> None:
    """There is one response type; whoever has none keeps none."""
    assert ClientDescription.model_fields.keys() - FIELDS.keys() == {"response_types"}


def test_a_new_system_gets_a_secret_that_is_shown_once(
    console: ConsoleWorld, browser: Browser
) -> None:
    answer = browser.post(NEW, FORM)
    assert answer.status_code == 200, answer.text
    secret = "congvu_client" + answer.text.partition("congvu_client")[2].partition("<")[0]
    row = stored(console, "luutru")
    assert row.description["redirect_uris"] == [
        "https://luutru.example/callback",
        "https://luutru.example/back",
    ]
    assert row.description["scope"] == ["openid", "profile", "records:read"]
    console.sign_on.services.sign_on.clients.reload()
    client = console.sign_on.services.sign_on.clients.get().find("luutru")
    assert client is not None
    assert client.check_secret(secret, console.sign_on.services.clock())
    assert secret not in browser.get(f"{PAGE}/luutru").text
    public = FORM | {"client_id": "bang", "token_endpoint_auth_method": "none"}
    page = browser.follow(browser.post(NEW, public)).text
    assert "Đã đăng ký hệ thống" in page


def test_faults_stand_beside_their_fields_and_what_was_typed_is_kept(
    console: ConsoleWorld, browser: Browser
) -> None:
    console.sign_on.application("luutru")
    wrong = {
        "client_id": "có dấu",
        "client_name": HOSTILE,
        "redirect_uris": "http://luutru.example/x",
        "access_token_seconds": "mười",
        "jwks": '{"keys": [',
        "scope_more": 'a "b"',
        "reason": "",
    }
    answer = browser.post(NEW, FORM | wrong)
    assert answer.status_code == 422
    for name in ("client_id", "access_token_seconds", "jwks", "scope", "reason"):
        assert f'id="{name}-fault"' in answer.text, name
    assert "<script>alert" not in answer.text
    assert 'value="mười"' in answer.text
    assert "http://luutru.example/x" in answer.text
    once_more = browser.post(NEW, FORM | {"redirect_uris": "http://luutru.example/x"})
    assert 'id="redirect_uris-fault"' in once_more.text
    assert "không phải địa chỉ https đầy đủ" in once_more.text
    private = {"keys": [{"kty": "oct", "k": "AAAA"}]}
    refused = browser.post(NEW, FORM | {"jwks": json.dumps(private)})
    assert 'id="jwks-fault"' in refused.text
    assert '<details class="panel folded" open' in refused.text
    taken = browser.post(NEW, FORM)
    assert 'id="client_id-fault"' in taken.text


def test_a_ready_made_system_is_filled_in_by_the_domain_of_the_province(
    browser: Browser,
) -> None:
    page = browser.get(NEW).text
    assert "Quản lý văn bản và điều hành" in page
    page = browser.get(f"{NEW}?mau=qlvb&ten-mien=caobang.gov.vn").text
    assert "https://qlvb.caobang.gov.vn/oauth2/callback" in page
    answer = browser.post(NEW, as_sent(page) | {"reason": "hệ thống dùng chung"})
    assert "congvu_client" in answer.text
    assert "Đã đăng ký" in browser.get(NEW).text
    assert browser.get(f"{NEW}?ten-mien={HOSTILE}").status_code == 422
    for kind in ("web", "native", "machine", "cas"):
        assert "client_name" in browser.get(f"{NEW}?loai={kind}").text


def test_organisations_are_looked_for_without_losing_the_form(
    console: ConsoleWorld, browser: Browser
) -> None:
    first = console.sign_on.province.organisation("Sở Khoa học <i>và</i> Công nghệ")
    second = console.sign_on.province.organisation("Sở Tài chính")
    looking = FORM | {"find": "1", "group_q": "khoa hoc", "group": [str(second.id)]}
    page = browser.post(NEW, looking)
    assert page.status_code == 200
    assert "Sở Khoa học &lt;i&gt;và&lt;/i&gt; Công nghệ" in page.text
    assert 'value="Lưu trữ điện tử"' in page.text
    part = browser.post(NEW, looking, headers={"HX-Request": "true", "HX-Target": "groups"}).text
    assert part.lstrip().startswith("<fieldset")
    assert str(second.id) in part
    chosen = {"group": [str(first.id), str(second.id)], f"scope_{first.id}": "own"}
    assert browser.post(NEW, FORM | chosen).status_code == 200
    assert stored(console, "luutru").description["allowed_groups"] == [
        {"organisation_id": str(first.id), "scope": "own"},
        {"organisation_id": str(second.id), "scope": "subtree"},
    ]
    assert "Sở Tài chính" in browser.get(f"{PAGE}/luutru").text


def test_a_form_that_is_sent_untouched_changes_nothing(
    console: ConsoleWorld, browser: Browser
) -> None:
    office = console.sign_on.province.organisation("Sở Y tế")
    console.sign_on.application(
        "qlvb",
        contacts=["Trần <b>Bình</b>"],
        claims=["name", "email"],
        scope=["email", "openid", "other"],
        allowed_groups=[{"organisation_id": str(office.id), "scope": "own"}],
        username_template="{unit}_{name}",
        access_token_seconds=120,
        response_types=[],
    )
    before = stored(console, "qlvb").description
    page = browser.get(f"{PAGE}/qlvb/sua").text
    answer = browser.post(f"{PAGE}/qlvb/sua", as_sent(page) | {"reason": "xem lại"})
    assert "Đã lưu" in browser.follow(answer).text
    after = stored(console, "qlvb").description
    assert after | {"scope": set(after["scope"])} == before | {"scope": set(before["scope"])}


def test_of_two_who_change_a_system_at_once_nobody_loses_a_word(
    console: ConsoleWorld, browser: Browser
) -> None:
    console.sign_on.application("qlvb", contacts=["Bình"])
    form = as_sent(browser.get(f"{PAGE}/qlvb/sua").text)
    theirs = stored(console, "qlvb").description | {
        "client_name": "Văn bản <i>mới</i>",
        "username_template": "{login}",
    }
    with console.sign_on.services.database.transaction() as session:
        service.change_client(
            session,
            console.sign_on.officer,
            "qlvb",
            service.describe(theirs),
            now=NOW,
            basis=Basis("đổi tên theo quyết định"),
        )
    mine = form | {"username_template": "{unit}_{name}", "contacts": "Hoa", "reason": "đổi mẫu"}
    refused = browser.post(f"{PAGE}/qlvb/sua", mine)
    assert refused.status_code == 409
    assert "đổi tên theo quyết định" in refused.text
    assert "Văn bản &lt;i&gt;mới&lt;/i&gt;" in refused.text
    merged = as_sent(refused.text)
    assert merged["username_template"] == ["{unit}_{name}"]
    assert merged["contacts"] == ["Hoa"]
    assert "client_name" in merged
    browser.post(f"{PAGE}/qlvb/sua", merged | {"client_name": "Văn bản mới"})
    after = stored(console, "qlvb").description
    assert (after["client_name"], after["contacts"]) == ("Văn bản mới", ["Hoa"])
    assert after["username_template"] == "{unit}_{name}"


def test_the_console_keeps_its_own_entry(browser: Browser) -> None:
    for path in ("sua", "trang-thai"):
        assert browser.get(f"{PAGE}/congvu-console/{path}").status_code == 409
    page = browser.get(f"{PAGE}/congvu-console").text
    assert "Đây là chính trang quản trị này" in page
    assert "/sua" not in page


def test_systems_with_something_that_ends_soon_are_counted_and_listed(
    console: ConsoleWorld, browser: Browser
) -> None:
    console.sign_on.application("qlvb")
    console.sign_on.application("motcua")
    assert "Không có gì sắp hết hạn" in browser.get(f"{PAGE}?loc=sap-het").text
    rotated = {"reason": "định kỳ", "overlap": "24"}
    assert browser.post(f"{PAGE}/qlvb/ma-bi-mat", rotated).status_code == 200
    assert "/quan-tri/he-thong?loc=sap-het" in browser.get("/quan-tri").text
    page = browser.get(f"{PAGE}?loc=sap-het").text
    assert "Mã bí mật cũ" in page
    assert "motcua" not in page
    assert BASIS.reason not in page
