"""The audit trail at the console: searched, one record, and as a file."""

import enum
from uuid import UUID, uuid4

import pytest

from console.audit.detail_words import DETAILS
from console.audit.words import TAGS
from entrypoints.reference.audit_details import details_in_use
from entrypoints.reference.refusals import tags_in_use
from identity.roles.models import Role
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser


class Tag(enum.StrEnum):
    CHANGED = "person:changed"
    UNHEARD = "thing:unheard-of"
    QUOTA = "account:quota-changed"


PAGE = "/quan-tri/nhat-ky"


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def write(
    console: ConsoleWorld,
    tag: Tag = Tag.CHANGED,
    subject: UUID | None = None,
    *,
    actor: str = "binhtv",
    basis: Basis = Basis("đổi tên", "77/QĐ-SNV"),  # noqa: B008  # frozen
    **details: object,
) -> None:
    with console.sign_on.services.database.transaction() as session:
        audit.record(session, Actor.system(actor), tag, subject, basis, **details)


def newest(browser: Browser, more: str = "", tag: Tag = Tag.UNHEARD) -> str:
    """The page of the newest record of a kind."""
    page = browser.get(f"{PAGE}?tag={tag.value}").text
    number = page.partition("<tbody>")[2].partition(f'href="{PAGE}/')[2].partition('"')[0]
    return browser.get(f"{PAGE}/{number}?{more}").text


def test_records_are_shown_in_words_with_the_name_of_what_they_are_about(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    write(console, subject=member.id, basis=Basis("<script>x</script>", "77/QĐ-SNV"))
    page = browser.get(PAGE).text
    assert "Sửa thông tin cán bộ" in page
    assert f"Hoàng Thị Mơ ({member.login})" in page
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


@pytest.mark.parametrize("role", [Role.HR, Role.LEADER])
def test_whoever_may_not_read_the_trail_does_not(console: ConsoleWorld, role: Role) -> None:
    browser = console.browser(console.holder(role))
    for path in (PAGE, f"{PAGE}/1", f"{PAGE}/xuat.csv"):
        assert browser.get(path).status_code == 403


def test_a_search_narrows_by_everything_at_once(console: ConsoleWorld, browser: Browser) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    other = uuid4()
    write(console, subject=member.id, basis=Basis("cái cần tìm", "9/QĐ"), actor=member.login)
    write(console, subject=other, basis=Basis("cái khác", "10/QĐ"))
    for query in (
        "subject=hoang+thi+mo&tag=person:changed",
        f"subject={member.login}&document=9/QĐ",
        f"actor={member.login}&tag=person:changed",
        "actor=hoang+thi+mo&tag=person:changed",
        f"subject={member.id}&since=2020-01-01&until=2100-01-01&document=9/QĐ",
    ):
        page = browser.get(f"{PAGE}?{query}").text
        assert "cái cần tìm" in page, query
        assert "cái khác" not in page, query
    for query in ("until=2020-01-01", "subject=khong+ai+ca", "document=9", "subject=%25"):
        assert "Không có bản ghi nào như vậy" in browser.get(f"{PAGE}?{query}").text, query


@pytest.mark.parametrize("query", ["since=hom-qua", "until=2026-13-01"])
def test_a_day_that_is_none_finds_nothing_and_exports_nothing(browser: Browser, query: str) -> None:
    page = browser.get(f"{PAGE}?{query}").text
    assert f"Không hiểu “{query.partition('=')[2]}”" in page
    assert "<tbody>" not in page
    assert "xuat.csv" not in page
    assert browser.get(f"{PAGE}/xuat.csv?{query}").status_code == 422


def test_nonsense_in_the_address_is_no_failure(browser: Browser) -> None:
    assert browser.get(f"{PAGE}?until=9999-12-31").status_code == 200
    assert browser.get(f"{PAGE}?cursor=xyz").status_code == 422
    assert browser.get(f"{PAGE}/0").status_code == 422
    assert browser.get(f"{PAGE}/999999999").status_code == 404


def test_pages_neither_skip_nor_repeat(console: ConsoleWorld, browser: Browser) -> None:
    for number in range(120):
        write(console, Tag.UNHEARD, basis=Basis(f"việc {number:03}"))
    seen: list[str] = []
    address: str | None = f"{PAGE}?tag=thing:unheard-of"
    while address:
        page = browser.get(address).text
        seen += [f"{number:03}" for number in range(120) if f"việc {number:03}" in page]
        rest = page.partition('rel="next"')[0].rpartition('href="')[2]
        address = rest.partition('"')[0].replace("&amp;", "&") if 'rel="next"' in page else None
    assert sorted(seen) == [f"{number:03}" for number in range(120)]


def test_the_list_alone_is_answered_to_a_part_of_the_page(browser: Browser) -> None:
    headers = {"HX-Request": "true", "HX-Target": "results"}
    part = browser.get(PAGE, headers=headers).text
    assert part.startswith('<div id="results">')


def test_one_record_has_its_details(console: ConsoleWorld, browser: Browser) -> None:
    write(console, Tag.UNHEARD, changed=["phone", "<b>"], before=None)
    record = newest(browser)
    assert "thing:unheard-of" in record
    assert "<dt>Đã đổi</dt><dd>Số điện thoại, &lt;b&gt;</dd>" in record
    assert "<dt>Trước</dt><dd>–</dd>" in record
    assert "77/QĐ-SNV" in record


def test_details_are_said_in_words_and_name_whom_they_mean(
    console: ConsoleWorld, browser: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mơ")
    write(
        console,
        Tag.UNHEARD,
        person=str(member.id),
        action="move_back",
        counts={"do": 1200, "refused": 0},
        valid_from="2026-11-28",
        expires_at="2026-11-28T02:05:00+00:00",
        this_one=True,
        job=12345,
        cells=[[1, 2]],
        novelty="<i>%d</i>",
    )
    record = newest(browser)
    for said in (
        f'<dt>Người</dt><dd><a href="/quan-tri/tai-khoan/{member.id}">Hoàng Thị Mơ',
        "<dt>Thao tác đã chọn</dt><dd>Hoàn tác điều động</dd>",
        "<dd>Sẽ làm: 1.200; Không làm được: 0</dd>",
        "<dt>Hiệu lực từ</dt><dd>28/11/2026</dd>",
        ", 09:05</dd>",
        "<dt>Chính phiên này</dt><dd>Có</dd>",
        "<dd>12345</dd>",
        "<dd>[[1, 2]]</dd>",
        "<dt>novelty</dt><dd>&lt;i&gt;%d&lt;/i&gt;</dd>",
    ):
        assert said in record, said
    english = newest(browser, "&lang=en")
    assert "<dd>Will be done: 1,200; Refused: 0</dd>" in english


def test_quotas_are_sizes(console: ConsoleWorld, browser: Browser) -> None:
    write(console, Tag.QUOTA, before=None, after=2 * 1024**3)
    record = newest(browser, tag=Tag.QUOTA)
    assert "<dt>Trước</dt><dd>Không giới hạn</dd>" in record
    assert "<dt>Sau</dt><dd>2 GB</dd>" in record


def test_what_is_taken_out_is_itself_recorded(console: ConsoleWorld, browser: Browser) -> None:
    write(console, Tag.UNHEARD, basis=Basis("=cmd()"))
    answer = browser.get(f"{PAGE}/xuat.csv?tag=thing:unheard-of")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",=cmd" not in lines[1]
    page = browser.get(f"{PAGE}?tag=audit:exported").text
    assert "Xuất nhật ký" in page


def test_every_tag_that_is_written_has_words() -> None:
    assert set(tags_in_use()) <= set(TAGS)


def test_every_detail_that_is_written_has_words() -> None:
    assert details_in_use() <= set(DETAILS)
