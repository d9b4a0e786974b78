"""Every page of the console in a real browser: for everybody, in both languages, not too heavy."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.console.sights import Sights, build
from tests.console.test_permissions import OPEN, routes
from tests.support.accessibility import SCHEMES, assert_good_page, prepare
from tests.support.chromium import browsing, chromium
from tests.support.console import ConsoleWorld
from tests.support.person import without_complaints
from tests.support.small_usage import AFTER, Small, small

__all__ = ["browsing", "chromium", "small"]

MOST_BYTES = 200 * 1024
MINE = "/tai-khoan/hop-thu"
LOOKS = {"vi": SCHEMES, "en": SCHEMES[:1]}
"""Colours are the same in all languages."""
NO_PAGES = {
    "/quan-tri/": "the way to the page without the stroke",
    "/quan-tri/can-bo/don-vi": "lines under a field",
    "/quan-tri/hang-loat/{plan_id}/ap-dung": "the plan",
    "/quan-tri/hang-loat/{plan_id}/bo": "the plan",
    "/quan-tri/hang-loat/{plan_id}/hoan-tac": "the plan",
    "/quan-tri/nhap-danh-sach/mau/{kind}": "a spreadsheet",
    "/quan-tri/nhap-danh-sach/{plan_id}/tien-do": "events",
    "/quan-tri/nhap-danh-sach/{plan_id}/tu-choi.xlsx": "a spreadsheet",
    "/quan-tri/nhat-ky/xuat.csv": "a file",
    "/quan-tri/su-dung/tep/{kind}": "a file",
    "/quan-tri/tai-khoan/{account_id}/ban-giao/{handover_id}/bien-ban.pdf": "a file",
}
"""Addresses that answer with something else, and with what."""
SEVERAL = {
    "/quan-tri/can-bo/{person_id}": ("/quan-tri/can-bo/{person}",),
    "/quan-tri/can-bo/{person_id}/sua": ("/quan-tri/can-bo/{person}/sua",),
    "/quan-tri/can-bo/{person_id}/dieu-dong": ("/quan-tri/can-bo/{person}/dieu-dong",),
    "/quan-tri/can-bo/{person_id}/kiem-nhiem": ("/quan-tri/can-bo/{person}/kiem-nhiem",),
    "/quan-tri/can-bo/{person_id}/nghi": ("/quan-tri/can-bo/{person}/nghi",),
    "/quan-tri/can-bo/{person_id}/chuc-vu/{which}/ket-thuc": (
        "/quan-tri/can-bo/{person}/chuc-vu/{appointment}/ket-thuc",
    ),
    "/quan-tri/can-bo/{person_id}/nghi/{which}/ket-thuc": (
        "/quan-tri/can-bo/{person}/nghi/{leave}/ket-thuc",
    ),
    "/quan-tri/cong-viec-nen/{job_id}/bo": ("/quan-tri/cong-viec-nen/{job}/bo",),
    "/quan-tri/cong-viec-nen/{job_id}/chay-lai": ("/quan-tri/cong-viec-nen/{job}/chay-lai",),
    "/quan-tri/co-quan": ("/quan-tri/co-quan", "/quan-tri/co-quan?q=nong+nghiep"),
    "/quan-tri/co-quan/{organisation_id}": ("/quan-tri/co-quan/{organisation}",),
    "/quan-tri/co-quan/{organisation_id}/sua": ("/quan-tri/co-quan/{organisation}/sua",),
    "/quan-tri/co-quan/{organisation_id}/ma-dinh-danh": (
        "/quan-tri/co-quan/{organisation}/ma-dinh-danh",
    ),
    "/quan-tri/hang-loat/moi": ("/quan-tri/hang-loat/moi?account={pending}&account={account}",),
    "/quan-tri/hang-loat/{plan_id}": ("{bulk}",),
    "/quan-tri/hang-loat/dieu-dong": (
        "/quan-tri/hang-loat/dieu-dong?account={pending}&account={account}",
    ),
    "/quan-tri/he-thong/{client_id}": ("/quan-tri/he-thong/{client}",),
    "/quan-tri/he-thong/{client_id}/sua": ("/quan-tri/he-thong/{client}/sua",),
    "/quan-tri/he-thong/{client_id}/ten-nguoi-dung": (
        "/quan-tri/he-thong/{client}/ten-nguoi-dung",
    ),
    "/quan-tri/he-thong/{client_id}/ten-nguoi-dung/dat": (
        "/quan-tri/he-thong/{client}/ten-nguoi-dung/dat?q=mai",
        "/quan-tri/he-thong/{client}/ten-nguoi-dung/dat?login={visitor.login}",
    ),
    "/quan-tri/he-thong/{client_id}/ten-nguoi-dung/go": (
        "/quan-tri/he-thong/{client}/ten-nguoi-dung/go?login={visitor.login}",
    ),
    "/quan-tri/khoa-ky/{kid}/rut": ("/quan-tri/khoa-ky/{key}/rut",),
    "/quan-tri/he-thong/{client_id}/trang-thai": ("/quan-tri/he-thong/{client}/trang-thai",),
    "/quan-tri/he-thong/{client_id}/ma-bi-mat": ("/quan-tri/he-thong/{client}/ma-bi-mat",),
    "/quan-tri/nhap-danh-sach/{plan_id}": (
        "{refused}",
        "{refused}?verdict=all",
        "{refused}?opened=4",
        "{written}",
    ),
    "/quan-tri/nhap-danh-sach/{plan_id}/xac-nhan": ("{refused}/xac-nhan",),
    "/quan-tri/nhat-ky/{record_id}": ("/quan-tri/nhat-ky/{record}",),
    "/quan-tri/su-dung": (
        "/quan-tri/su-dung?month=2026-10",
        "/quan-tri/su-dung?month=2026-10&under=H03.1",
    ),
    "/quan-tri/su-dung/thu-nhac": ("/quan-tri/su-dung/thu-nhac?state=failed",),
    "/quan-tri/su-dung/hop-thu": ("/quan-tri/su-dung/hop-thu?month=2026-10",),
    "/quan-tri/su-dung/bien-dong": ("/quan-tri/su-dung/bien-dong?month=2026-10",),
    "/quan-tri/tai-khoan/{account_id}": (
        "/quan-tri/tai-khoan/{account}",
        "/quan-tri/tai-khoan/{shared}",
    ),
    "/quan-tri/tai-khoan/{account_id}/{action}": (
        "/quan-tri/tai-khoan/{account}/tam-khoa",
        "/quan-tri/tai-khoan/{account}/dong",
        "/quan-tri/tai-khoan/{account}/dung-luong",
        "/quan-tri/tai-khoan/{account}/dia-chi",
        "/quan-tri/tai-khoan/{account}/dat-lai-mat-khau",
        "/quan-tri/tai-khoan/{suspended}/mo-lai",
        "/quan-tri/tai-khoan/{pending}/ma-kich-hoat",
        "/quan-tri/tai-khoan/{pending}/thu-kich-hoat",
    ),
    "/quan-tri/tai-khoan/{account_id}/quan-ly/them": (
        "/quan-tri/tai-khoan/{shared}/quan-ly/them?q=mai",
    ),
    "/quan-tri/tai-khoan/{account_id}/quan-ly/{person_id}/ket-thuc": (
        "/quan-tri/tai-khoan/{shared}/quan-ly/{custodian}/ket-thuc",
    ),
    "/quan-tri/tai-khoan/{account_id}/ban-giao": (
        "/quan-tri/tai-khoan/{shared}/ban-giao?login={visitor.login}",
    ),
    "/quan-tri/thu-muc/dung/{stop_id}": ("/quan-tri/thu-muc/dung/{stop}",),
    "/quan-tri/thu-muc/doi-chieu/{comparison_id}": ("{comparison}",),
    "/quan-tri/thu-muc/doi-chieu/{comparison_id}/sua": ("{comparison}/sua",),
    "/quan-tri/ten-mien/{name}": ("/quan-tri/ten-mien/{domain}",),
    "/quan-tri/ten-mien/{name}/dkim": ("/quan-tri/ten-mien/{domain}/dkim",),
    "/quan-tri/ten-mien/{name}/giu": ("/quan-tri/ten-mien/{domain}/giu",),
    "/quan-tri/ten-mien/{name}/quy-tac": ("/quan-tri/ten-mien/{domain}/quy-tac",),
    "/quan-tri/them-he-thong": (
        "/quan-tri/them-he-thong",
        "/quan-tri/them-he-thong?loai=web",
    ),
    "/quan-tri/vai-tro/giao": (
        "/quan-tri/vai-tro/giao?q=mai",
        "/quan-tri/vai-tro/giao?login={visitor.login}",
    ),
    "/quan-tri/vai-tro/{login}/{role}/ket-thuc": (
        "/quan-tri/vai-tro/{visitor.login}/administrator/ket-thuc",
    ),
}
"""Of a route with parts to fill in, or worth more than one look; names are those of `Sights`."""


def page_routes() -> set[str]:
    return {
        route.path
        for route in routes()
        if route.methods == {"GET"} and route.path not in OPEN - {MINE}
    }


def templates() -> Iterator[str]:
    for path in sorted(page_routes() - NO_PAGES.keys()):
        yield from SEVERAL.get(path, (path,))


def test_every_page_is_looked_at_or_left_out_for_a_reason() -> None:
    found = page_routes()
    assert {path for path in found if "{" in path} <= SEVERAL.keys() | NO_PAGES.keys()
    assert SEVERAL.keys() | NO_PAGES.keys() <= found


def name_of(template: str) -> str:
    """Of its pictures."""
    path = template.removeprefix("/quan-tri")
    return "-".join("".join(one if one.isalnum() else " " for one in path).split()) or "trang-chu"


@pytest.mark.parametrize("language", list(LOOKS))
def test_every_page_is_for_everybody(
    browsing: BrowserContext,
    console: ConsoleWorld,
    small: Small,
    language: str,
    subtests: pytest.Subtests,
) -> None:
    sights = build(console, small.top)
    small.refresh(AFTER)
    console.sit_down(sights.visitor, browsing)
    page = browsing.new_page()
    prepare(page)
    site = str(console.sign_on.client.base_url).rstrip("/")
    for template in templates():
        with subtests.test(template):
            look(page, site, sights, template, language)


def look(page: Page, site: str, sights: Sights, template: str, language: str) -> None:
    address = sights.address(template)
    with without_complaints(page):
        answer = page.goto(f"{site}{address}{'&' if '?' in address else '?'}lang={language}")
        assert answer is not None
        assert answer.status == 200, address
        assert page.get_attribute("html", "lang") == language
        name = f"console-{name_of(template)}-{language}"
        assert_good_page(page, name, most_bytes=MOST_BYTES, schemes=LOOKS[language])


REFUSED = (
    "/quan-tri/can-bo/them",
    "/quan-tri/can-bo/{person}/sua",
    "/quan-tri/can-bo/{person}/dieu-dong",
    "/quan-tri/can-bo/{person}/nghi",
    "/quan-tri/co-quan/them",
    "/quan-tri/hang-loat/moi?account={pending}",
    "/quan-tri/nhap-danh-sach/moi",
    "/quan-tri/tai-khoan/{account}/dong",
    "/quan-tri/tai-khoan/{shared}/ban-giao?login={visitor.login}",
    "/quan-tri/them-he-thong?loai=web",
    "/quan-tri/vai-tro/giao?login={visitor.login}",
)
"""Forms of each kind, sent with nothing filled in."""
SEND = "document.querySelector('main form[method=post]:not(.filters)').submit()"


WHY = {"reason": "kiểm tra trang"}
ANSWERED: Mapping[str, tuple[Mapping[str, str], int]] = {
    "/quan-tri/can-bo/{person}/sua": (
        {"version": "99", "was_full_name": "Hoàng Thị Mận", "full_name": "Hoàng Thị Mơ", **WHY},
        409,
    ),
    "/quan-tri/he-thong/{client}/sua": (
        {"revision": "x", "before": '{"client_name": "Văn thư"}', "client_name": "Văn bản", **WHY},
        409,
    ),
    "/quan-tri/he-thong/{client}/ma-bi-mat": (WHY, 200),
    "/quan-tri/tai-khoan/{account}/dat-lai-mat-khau": (WHY, 200),
    "/quan-tri/tai-khoan/{pending}/ma-kich-hoat": (WHY, 200),
}
"""What somebody else changed meanwhile, and what is shown only once."""
FILL = """values => {
    const form = document.querySelector('main form[method=post]:not(.filters)');
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    form.submit();
}"""


def test_what_forms_are_answered_with_is_for_everybody(
    browsing: BrowserContext, console: ConsoleWorld, small: Small, subtests: pytest.Subtests
) -> None:
    sights = build(console, small.top)
    console.sit_down(sights.visitor, browsing)
    page = browsing.new_page()
    prepare(page)
    site = str(console.sign_on.client.base_url).rstrip("/")
    for template in REFUSED:
        with subtests.test(template):
            page.goto(f"{site}{sights.address(template)}")
            with page.expect_navigation() as answered:
                page.evaluate(SEND)  # past what the browser itself would refuse
            assert answered.value.status == 422
            expect(page.locator("[data-focus]")).to_be_focused()
            name = f"refused-{name_of(template)}"
            assert_good_page(page, name, most_bytes=MOST_BYTES, schemes=SCHEMES[:1])
    for template, (values, status) in ANSWERED.items():
        with subtests.test(template):
            page.goto(f"{site}{sights.address(template)}")
            with page.expect_navigation() as answered:
                page.evaluate(FILL, values)
            assert answered.value.status == status
            name = f"answered-{name_of(template)}"
            assert_good_page(page, name, most_bytes=MOST_BYTES, schemes=SCHEMES[:1])
    with subtests.test("what cannot be done now"):
        answer = page.goto(f"{site}{sights.address('{comparison}/sua?entry=0')}")
        assert answer is not None
        assert answer.status == 409
        assert_good_page(page, "answered-409", most_bytes=MOST_BYTES, schemes=SCHEMES[:1])
