"""The files, written for reports of any size and read back."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import uuid4

import openpyxl
import pypdf
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from identity.accounts.models import AccountKind
from identity.organisations.models import OrganisationKind
from mail_admin.rate.branch import Branch, Organisations
from mail_admin.rate.measures import MEASURES
from mail_admin.rate.periods import Period, PeriodKind, Window, period_of
from mail_admin.rate.queries import KeptFigures, KeptWindow
from mail_admin.rate.report import Report, Scope
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.tree import Node, Tree, arrange, rolled_up
from mail_admin.reports import texts
from mail_admin.reports.columns import COLUMNS
from mail_admin.reports.csv_table import write_csv
from mail_admin.reports.official import write_pdf
from mail_admin.reports.selection import Selection
from mail_admin.reports.settings import ReportSettings
from mail_admin.reports.workbook import HEADING_ROW, write_workbook
from tests.support.usage import under

NOW = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)
SETTINGS = ReportSettings(signer_name="Nguyễn Văn Ba")
LONG = (
    "Trung tâm Ứng dụng tiến bộ khoa học và công nghệ, chuyển đổi số và đổi mới sáng tạo trực "
    "thuộc Sở Khoa học và Công nghệ tỉnh Bắc Kạn (cơ sở 2 tại thị trấn Bằng Lũng) <b> & Co"
)


def tree_of(count: int) -> Tree:
    top = Node(uuid4(), None, OrganisationKind.OTHER, "Ủy ban nhân dân tỉnh", "H03")
    nodes = [top]
    for number in range(1, count):
        parent = top if number < 8 else nodes[number % 7 + 1]
        name = LONG if number == 2 else f"Phòng số {number}"
        nodes.append(Node(uuid4(), parent.id, OrganisationKind.UNIT, name, f"H03.{number}"))
    return arrange(nodes)


def kept(tree: Tree, window: Window) -> KeptFigures:
    """Of each organisation 10 mailboxes in service, of which 7 to 10 are active."""
    own = {}
    for place, node in enumerate(tree.nodes):
        members = dict.fromkeys(MEASURES, 0)
        members |= {"issued": 12, "in_service": 10, "active": 7 + place % 4, "locked": 1}
        own[node.id] = [members[name] for name in MEASURES]
    window_of = KeptWindow(
        id=uuid4(),
        window=window,
        reference_day=window.last_day,
        settings=UsageRateSettings(),
        computed_at=NOW,
        confirmed_at=NOW,
        closed_at=None,
    )
    every = rolled_up(tree, own, len(MEASURES))
    top = every[tree.nodes[0].id]
    kind = AccountKind.PERSONAL
    return KeptFigures(window_of, {kind: own}, {kind: every}, {kind: top})


def selection_of(tree: Tree, period: Period, code: str | None = None) -> Selection:
    top = next(node for node in tree.nodes if code in {None, node.code})
    branch = Organisations(Branch(code), under(tree, top.id), [], None)
    return Selection(Report(period, branch, [kept(tree, window) for window in period.windows]))


def selection(
    count: int, kind: PeriodKind = PeriodKind.MONTH, code: str | None = None
) -> Selection:
    return selection_of(tree_of(count), period_of(kind, date(2026, 11, 1)), code)


def pdf_of(chosen: Selection) -> pypdf.PdfReader:
    out = io.BytesIO()
    write_pdf(out, chosen, SETTINGS, NOW)
    return pypdf.PdfReader(out)


def plain(reader: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_head_of_an_official_document() -> None:
    text = plain(pdf_of(selection(9)))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "Số: ......../BC-SKHCN",
        "Bắc Kạn, ngày 02 tháng 12 năm 2026",
        "BÁO CÁO Tỷ lệ sử dụng hộp thư công vụ tháng 11 năm 2026",
        "Kính gửi: Ủy ban nhân dân tỉnh",
        "GIÁM ĐỐC",
        "Nguyễn Văn Ba",
        "Nơi nhận: - Như trên; - Lưu: VT.",
    ):
        assert part in text


def test_the_figures_stand_with_the_formula() -> None:
    chosen = selection(9)
    text = plain(pdf_of(chosen))
    total = chosen.report.total
    assert f"có {total.in_service} hộp thư đang phục vụ" in text
    assert "thấp hơn mục tiêu 90 %" in text
    assert chosen.report.formula.vi in text
    assert "Tổng cộng" in text


@pytest.mark.parametrize("count", [1, 2, 260])
def test_every_organisation_is_in_the_table_and_its_head_on_every_page(count: int) -> None:
    chosen = selection(count)
    reader = pdf_of(chosen)
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    annex = [text for text in pages[1:] if "Đã cấp" in text]
    together = " ".join(annex)
    for row in chosen.rows:
        assert " ".join(row.node.name.split()) in together
    assert len(annex) >= count / 50
    assert all(text.split()[0] == str(number) for number, text in enumerate(pages[1:], start=2))


def test_those_under_the_target_are_listed_the_lowest_first() -> None:
    chosen = selection(20)
    rates = [row.rate or 0 for row in chosen.under_target]
    assert rates == sorted(rates)
    assert all(rate < 0.9 for rate in rates)
    last = " ".join(pdf_of(chosen).pages[-1].extract_text().split())
    assert "chưa đạt mục tiêu 90 %" in last
    assert all(row.node.name in last for row in chosen.under_target if row.node.name != LONG)


def test_a_report_of_one_branch_and_of_a_year() -> None:
    chosen = selection(20, PeriodKind.YEAR_10_DECEMBER, "H03.3")
    text = plain(pdf_of(chosen))
    assert "của Phòng số 3 năm 2026 (từ 10/12/2025 đến 10/12/2026)" in text
    assert "lượt hộp thư-tháng" in text
    assert "Tổng cộng" not in text


def test_the_same_report_is_the_same_file() -> None:
    chosen = selection(3)
    files = [io.BytesIO(), io.BytesIO()]
    for out in files:
        write_pdf(out, chosen, SETTINGS, NOW)
    assert files[0].getvalue() == files[1].getvalue()


def sheet_of(chosen: Selection) -> Worksheet:
    out = io.BytesIO()
    write_workbook(out, chosen, SETTINGS, NOW)
    sheet = openpyxl.load_workbook(out).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_the_workbook_holds_numbers_the_formula_and_the_tree() -> None:
    chosen = selection(30)
    sheet = sheet_of(chosen)
    assert sheet["A1"].value == "Tỷ lệ sử dụng hộp thư công vụ tháng 11 năm 2026"
    assert sheet["A3"].value == chosen.report.formula.vi
    assert sheet["A4"].value == chosen.report.formula.en
    heading = [cell.value for cell in sheet[HEADING_ROW + 1]]
    assert heading == [column.heading for column in COLUMNS]
    first = HEADING_ROW + 2
    for line, row in enumerate(chosen.rows, start=first):
        assert sheet.cell(line, 1).value == row.node.name
        assert sheet.cell(line, 1).alignment.indent == row.node.depth
        assert sheet.cell(line, 4).value == row.all.in_service
        assert sheet.cell(line, 10).value == pytest.approx(row.rate)
        assert sheet.cell(line, 10).number_format == "0.0%"
    assert sheet.max_row == first + len(chosen.rows) - 1


def test_the_workbook_prints_on_a4_across_with_its_head_on_every_page() -> None:
    sheet = sheet_of(selection(2))
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.freeze_panes == "B8"
    assert sheet.print_title_rows == "$7:$7"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "@SUM(A1)", "-2+3"])
def test_names_never_calculate(name: str) -> None:
    node = Node(uuid4(), None, OrganisationKind.OTHER, name, "H03")
    period = period_of(PeriodKind.MONTH, date(2026, 11, 1))
    chosen = selection_of(Tree([node]), period)
    cell = sheet_of(chosen).cell(HEADING_ROW + 2, 1)
    assert (cell.value, cell.data_type) == (name, "s")
    out = io.BytesIO()
    write_csv(out, chosen, SETTINGS, NOW)
    (row,) = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
    assert row["Cơ quan, đơn vị"] == f"'{name}"


def test_every_line_of_the_csv_has_the_formula() -> None:
    chosen = selection(4)
    out = io.BytesIO()
    write_csv(out, chosen, SETTINGS, NOW)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert [row["Mã định danh"] for row in rows] == ["H03", "H03.1", "H03.2", "H03.3"]
    assert {row["Công thức"] for row in rows} == {chosen.report.formula.vi}
    assert rows[1]["Tỷ lệ sử dụng"] == "0.8000"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (PeriodKind.MONTH, "tháng 11 năm 2026"),
        (PeriodKind.QUARTER, "quý IV năm 2026"),
        (PeriodKind.HALF_YEAR, "6 tháng cuối năm 2026"),
        (PeriodKind.YEAR, "năm 2026"),
        (PeriodKind.YEAR_10_DECEMBER, "năm 2026 (từ 10/12/2025 đến 10/12/2026)"),
    ],
)
def test_how_periods_are_called(kind: PeriodKind, name: str) -> None:
    assert texts.period_name(period_of(kind, date(2026, 11, 1))) == name


def test_how_days_and_numbers_are_written() -> None:
    assert texts.written_day(date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert texts.written_day(date(2026, 11, 23)) == "ngày 23 tháng 11 năm 2026"
    assert texts.count(1234567) == "1.234.567"
    assert (texts.percent(0.9155), texts.percent(None)) == ("91,5 %", "–")
    assert texts.points(-0.0123) == "-1,2"
    assert Scope("both") in texts.SCOPES
