"""From the address that `script/server` prints to the leader's page: the first day of a province.

Everything is real: the servers, two people at two browsers, the sample spreadsheet, a document
system behind Apache, mail. `script/pictures` keeps what they see for the documentation.
"""

import io
import re
import zipfile
from dataclasses import dataclass

import pypdf
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.sample import DOMAIN, PROVINCE
from entrypoints.simulation.traffic import Correspondent, MailServers, correspond
from tests.journey.conftest import NewProvince
from tests.support.album import Album
from tests.support.chromium import PATIENCE_MILLISECONDS
from tests.support.installation import eventually
from tests.support.person import without_complaints
from tests.support.relying_parties import Application

OFFICE, LEADER = "000.01.01.H03", "Lưu Kim Mỵ"
"""A deputy head in the office of the People's Committee, in the sample list."""
LOGIN, CODE = rf"\b([a-z.]+)@{re.escape(DOMAIN)}", r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b"
PASSWORDS = {"administrator": "chim hot tren canh 7", "leader": "mua bay tren nui Hoa 5"}
"""In ASCII, since programs of Python that send mail can type nothing else."""
WINDOW = {"width": 1366, "height": 768}
LONG = 3 * PATIENCE_MILLISECONDS
"""For what the worker does with thousands of rows, on a machine that does other things too."""
UNWRITTEN = """
SELECT count(*) FROM identity_account
WHERE login = ANY(%(logins)s) AND projected_revision IS DISTINCT FROM revision
"""


@dataclass(frozen=True, slots=True)
class Letter:
    login: str
    code: str


def test_a_new_user_brings_a_province_into_service(
    province: NewProvince, document_system: Application, chromium: Browser, browsing: BrowserContext
) -> None:
    album = Album("first-day")
    desk, elsewhere = new_page(browsing), new_page(fresh(chromium))
    with without_complaints(desk), without_complaints(elsewhere):
        administrator = enter_for_the_first_time(desk, province, album)
        send_the_sample(desk, album)
        letter = print_letters(desk, album)
        give_role(desk, letter.login)
        activate(elsewhere, province, letter, album)
        open_document_system(elsewhere, document_system, letter.login, album)
        exchange_mail(province, [administrator, letter.login])
        read_usage(elsewhere, province, album)
    elsewhere.context.close()


def fresh(chromium: Browser) -> BrowserContext:
    """Another person's browser."""
    return chromium.new_context(locale="vi-VN")


def new_page(context: BrowserContext) -> Page:
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    page = context.new_page()
    page.set_viewport_size(WINDOW)  # type: ignore[arg-type]  # a TypedDict of theirs
    return page


def choose_password(page: Page, password: str) -> None:
    page.fill("[name=password]", password)
    page.fill("[name=again]", password)


def sign_in(page: Page, password: str) -> None:
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def enter_for_the_first_time(page: Page, province: NewProvince, album: Album) -> str:
    """The login of the administrator, who is at the console then."""
    page.goto(province.invitation)
    choose_password(page, PASSWORDS["administrator"])
    page.click("main form .button >> nth=0")
    login = page.locator(".login").inner_text()
    page.click("main .button >> nth=0")
    if not page.input_value("[name=identifier]"):
        page.fill("[name=identifier]", login)
    sign_in(page, PASSWORDS["administrator"])
    page.wait_for_url("**/tai-khoan")
    page.goto(f"{province.issuer}/quan-tri")
    expect(page.locator("h1")).to_have_text("Trang chủ")
    album.take(page, "home")
    return login


def send_the_sample(page: Page, album: Album) -> None:
    """Drop it, watch it being checked, look at what is refused, confirm."""
    events: list[str] = []

    def note(answer: Response) -> None:
        if "event-stream" in answer.headers.get("content-type", ""):
            events.append(answer.url)

    page.on("response", note)
    page.click("text=Nhập danh sách >> nth=0")
    page.click("text=Gửi danh sách >> nth=0")
    page.set_input_files("#file", PROVINCE / "hr.xlsx")
    page.fill("#reason", "Danh sách đề nghị cấp hộp thư")
    page.click("text=Gửi để kiểm tra")
    expect(page.locator("[data-words]")).to_contain_text("dòng", timeout=LONG)
    album.take(page, "progress")
    expect(page.locator("#rows")).to_be_visible(timeout=LONG)
    album.take(page, "plan")
    page.click("text=Xem và xác nhận")
    album.take(page, "confirm")
    page.click("text=Ghi vào hệ thống")
    expect(page.locator("[data-words]")).to_contain_text("Đang ghi vào hệ thống", timeout=LONG)
    expect(page.locator("#letters")).to_be_visible(timeout=LONG)
    album.take(page, "imported")
    assert len(events) >= 2, events


def print_letters(page: Page, album: Album) -> Letter:
    """Of one office, as a plan that is looked at first; the leader's is torn off."""
    page.click("#menu >> text=Cán bộ")
    page.fill("#unit", OFFICE)
    page.press("#unit", "Enter")
    expect(page.locator(".narrowed")).to_contain_text("Trong Văn phòng")
    colleagues = page.locator("#results tbody tr").count()
    page.check("[data-ticks]")
    page.click("#selection .btn-primary")
    page.select_option("#action", "letters")
    page.fill("#reason", "Bàn giao hộp thư")
    page.click("text=Xem trước")
    expect(page.locator("tbody tr")).to_have_count(colleagues)
    album.take(page, "letters")
    with page.expect_download() as download:
        page.click("main form button.btn-primary")
    with zipfile.ZipFile(download.value.path()) as files:
        (name,) = [one for one in files.namelist() if one.endswith("thu-kich-hoat.pdf")]
        letters = files.read(name)
    assert OFFICE in name
    for number, sheet in enumerate(pypdf.PdfReader(io.BytesIO(letters)).pages):
        text = sheet.extract_text()
        if LEADER in text:
            album.keep("letter", "pdf", alone(letters, number))
            return Letter(_only(LOGIN, text), _only(CODE, text))
    raise AssertionError(f"no letter for {LEADER}")


def _only(pattern: str, text: str) -> str:
    (found,) = set(re.findall(pattern, text))
    return str(found)


def alone(document: bytes, number: int) -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_page(pypdf.PdfReader(io.BytesIO(document)).pages[number])
    writer.write(out)
    return out.getvalue()


def give_role(page: Page, login: str) -> None:
    """Leaders see how much the mailboxes are used."""
    page.click("text=Vai trò >> nth=0")
    page.click("text=Giao vai trò")
    page.fill("#q", "luu kim my")
    page.click(f"a[href$='login={login}']")
    page.check("#role-leader")
    page.fill("#reason", "Theo dõi việc sử dụng thư công vụ")
    page.click("main form button.btn")
    expect(page.locator("main")).to_contain_text("Đã giao vai trò")


def activate(page: Page, province: NewProvince, letter: Letter, album: Album) -> None:
    page.goto(f"{province.issuer}/kich-hoat")
    page.fill("[name=code]", letter.code)
    choose_password(page, PASSWORDS["leader"])
    page.click("main form .button >> nth=0")
    expect(page.locator(".login")).to_have_text(letter.login)
    album.take(page, "activated")


def open_document_system(page: Page, system: Application, login: str, album: Album) -> None:
    """One password entry for it and, later, for the console."""
    page.goto(f"{system.address}/hello")
    expect(page.locator("main")).to_contain_text("Quản lý văn bản")
    page.fill("[name=identifier]", login)
    album.take(page, "sign-in")
    sign_in(page, PASSWORDS["leader"])
    expect(page.locator("#login")).to_have_text(login)
    expect(page.locator("h1")).to_have_text(f"Xin chào {LEADER}")
    album.take(page, "document-system")


def exchange_mail(province: NewProvince, logins: list[str]) -> None:
    """Each writes to the other, who reads it, once the directory knows their passwords."""
    eventually(lambda: province.ask(UNWRITTEN, logins=logins) == [(0,)])
    people = [
        Correspondent(login, f"{login}@{DOMAIN}", password)
        for login, password in zip(logins, PASSWORDS.values(), strict=True)
    ]
    servers = MailServers(LOOPBACK, province.ports.imap, province.ports.submission)
    assert correspond(servers, people) == len(people)


def read_usage(page: Page, province: NewProvince, album: Album) -> None:
    """What the logs of the mail servers tell, counted and computed by the worker."""
    page.goto(f"{province.issuer}/quan-tri/su-dung")
    active = page.locator("dl.figures div", has_text="Có hoạt động").locator("dd")

    def is_counted() -> bool:
        page.reload()
        return active.all_inner_texts() == ["2"]  # none at all until a month is computed

    eventually(is_counted)
    album.take(page, "usage")
    page.click("text=Văn phòng Ủy ban nhân dân tỉnh")
    active.locator("a").click()
    row = page.locator("main tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(LEADER)
    expect(row).to_contain_text("gửi 1, đọc 1")
    album.take(page, "mailboxes")
