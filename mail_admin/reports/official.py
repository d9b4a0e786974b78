"""The report as a PDF in the form that decree 30/2020/NĐ-CP, annex I, gives official documents.

Body with summary, chart and signature; annex I is the table by organisation, annex II lists those
under the target. Margins 20 mm above and below, 30 mm left, 15 mm right; page numbers in the middle
of the upper margin from the second page on.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from kernel.clock import office_day
from mail_admin.rate.report import ReportRow
from mail_admin.reports import sentences, texts
from mail_admin.reports.chart import MOST_BARS, RateChart, charted
from mail_admin.reports.selection import Selection
from mail_admin.reports.settings import ReportSettings
from theme.fonts import Face, register_faces

LEFT, RIGHT, EDGE = 30 * mm, 15 * mm, 20 * mm
WIDTH = A4[0] - LEFT - RIGHT
GREY = Color(0.92, 0.92, 0.92)
INDENT = 3 * mm
DEEPEST = 6

TEXT = ParagraphStyle(
    "text", fontName=Face.REGULAR, fontSize=13, leading=17, alignment=TA_JUSTIFY,
    firstLineIndent=10 * mm, spaceAfter=6,
)  # fmt: skip
CENTRED = ParagraphStyle("centred", TEXT, alignment=TA_CENTER, firstLineIndent=0, spaceAfter=0)
STRONG = ParagraphStyle("strong", CENTRED, fontName=Face.SEMIBOLD)
HEADING = ParagraphStyle(
    "heading", TEXT, fontName=Face.SEMIBOLD, alignment=TA_LEFT, spaceBefore=4, keepWithNext=1
)
SMALL = ParagraphStyle("small", CENTRED, fontSize=12, leading=15)
SMALL_STRONG = ParagraphStyle("small-strong", SMALL, fontName=Face.SEMIBOLD)
LIST = ParagraphStyle("list", SMALL, fontSize=11, leading=14, alignment=TA_LEFT)
LIST_STRONG = ParagraphStyle("list-strong", LIST, fontName=Face.SEMIBOLD, fontSize=12)
CELL = ParagraphStyle("cell", SMALL, fontSize=9, leading=10.5, alignment=TA_LEFT)
CELL_STRONG = ParagraphStyle("cell-strong", CELL, fontName=Face.SEMIBOLD)
CELL_HEAD = ParagraphStyle("cell-head", CELL_STRONG, fontSize=8, leading=9.5, alignment=TA_CENTER)
NOTE = ParagraphStyle("note", LIST, fontSize=10, leading=13, spaceAfter=4)


def write_pdf(out: BinaryIO, selection: Selection, settings: ReportSettings, now: datetime) -> None:
    register_faces()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        topMargin=EDGE,
        bottomMargin=EDGE,
        title=f"Báo cáo tỷ lệ sử dụng hộp thư công vụ {selection.report.period.label}",
        author=settings.issuing_body,
        lang="vi-VN",
        invariant=1,
    )
    frame = Frame(LEFT, EDGE, WIDTH, A4[1] - 2 * EDGE, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=_number_page))
    document.build(list(_story(selection, settings, now)))


def _number_page(canvas: Canvas, _document: BaseDocTemplate) -> None:
    page = canvas.getPageNumber()
    if page > 1:
        canvas.setFont(Face.REGULAR, 13)
        canvas.drawCentredString(A4[0] / 2, A4[1] - EDGE / 2 - 4, str(page))


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _story(selection: Selection, settings: ReportSettings, now: datetime) -> Iterator[Flowable]:
    yield _head(settings, now)
    yield from _title(selection, settings)
    yield _paragraph("1. Kết quả chung", HEADING)
    for sentence in sentences.summary(selection):
        yield _paragraph(sentence, TEXT)
    yield _paragraph("2. Cách tính", HEADING)
    yield _paragraph(selection.report.formula.vi, TEXT)
    yield _paragraph(sentences.state(selection), TEXT)
    yield from _against_target(selection)
    # the signature never stands on a page of its own
    yield KeepTogether([*_chart(selection), *_signature(settings)])
    yield PageBreak()
    yield from _annex_of_all(selection)
    if selection.under_target:
        yield PageBreak()
        yield from _annex_under_target(selection)


def _head(settings: ReportSettings, now: datetime) -> Table:
    left: list[Flowable] = []
    if settings.superior_body:
        left.append(_paragraph(settings.superior_body, SMALL))
    left += [
        _paragraph(settings.issuing_body, SMALL_STRONG),
        Rule(25 * mm),
        _paragraph(f"Số: ......../{settings.number_suffix}", SMALL),
    ]
    place = f"{settings.place_name}, {texts.written_day(office_day(now))}"
    right: list[Flowable] = [
        _paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", SMALL_STRONG),
        _paragraph("Độc lập - Tự do - Hạnh phúc", STRONG),
        Rule(53 * mm),
        _paragraph(place, CENTRED),
    ]
    return Table(
        [[left, right]],
        colWidths=[WIDTH * 0.42, WIDTH * 0.58],
        style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()]),
    )


def _no_padding() -> list[tuple[Any, ...]]:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(side, (0, 0), (-1, -1), 0) for side in sides]


class Rule(Flowable):
    """A line in the middle, as below names and titles."""

    def __init__(self, length: float) -> None:
        super().__init__()
        self._length = length

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width, self.height = width, 8
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setLineWidth(0.7)
        left = (self.width - self._length) / 2
        self.canv.line(left, 5, left + self._length, 5)


def _title(selection: Selection, settings: ReportSettings) -> Iterator[Flowable]:
    yield Spacer(1, 7 * mm)
    yield _paragraph("BÁO CÁO", ParagraphStyle("title", STRONG, fontSize=14, leading=18))
    about = f" của {selection.name}" if selection.name else ""
    period = texts.period_name(selection.report.period)
    yield _paragraph(f"Tỷ lệ sử dụng hộp thư công vụ{about} {period}", STRONG)
    yield Rule(35 * mm)
    if settings.addressee:
        yield Spacer(1, 2 * mm)
        yield _paragraph(f"Kính gửi: {settings.addressee}", CENTRED)
    yield Spacer(1, 4 * mm)


def _against_target(selection: Selection) -> Iterator[Flowable]:
    yield _paragraph("3. So với mục tiêu", HEADING)
    more = f"{sentences.targets(selection)} Số liệu từng cơ quan, đơn vị ở Phụ lục I"
    low = "; danh sách chưa đạt ở Phụ lục II." if selection.under_target else "."
    yield _paragraph(more + low, TEXT)


def _chart(selection: Selection) -> Iterator[Flowable]:
    rows = charted(selection)
    if not rows:
        return
    shown = rows[:MOST_BARS]
    caption = "Tỷ lệ sử dụng của các cơ quan, đơn vị trực thuộc"
    if rows[0].node.depth == selection.base_depth:
        caption = "Tỷ lệ sử dụng"  # nothing is below it
    if len(rows) > len(shown):
        caption += f": {len(shown)} thấp nhất trong {len(rows)}"
    yield _paragraph(caption, SMALL_STRONG)
    yield Spacer(1, 2 * mm)
    yield RateChart(shown, selection.report.target, WIDTH)


def _signature(settings: ReportSettings) -> list[Flowable]:
    recipients: list[Flowable] = [_paragraph("Nơi nhận:", LIST_STRONG)]
    for place, recipient in enumerate(settings.recipients, start=1):
        end = "." if place == len(settings.recipients) else ";"
        recipients.append(_paragraph(f"- {recipient}{end}", LIST))
    signer: list[Flowable] = [
        _paragraph(settings.signer_title, STRONG),
        Spacer(1, 28 * mm),
        _paragraph(settings.signer_name or "........................................", STRONG),
    ]
    table = Table(
        [[recipients, signer]],
        colWidths=[WIDTH / 2, WIDTH / 2],
        style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()]),
    )
    return [Spacer(1, 8 * mm), table]


def _annex_head(number: str, title: str, selection: Selection) -> Iterator[Flowable]:
    yield _paragraph(f"PHỤ LỤC {number}", STRONG)
    period = texts.period_name(selection.report.period)
    yield _paragraph(f"{title}, {period}", STRONG)
    yield Spacer(1, 2 * mm)
    yield _paragraph(f"{selection.report.formula.vi} {sentences.state(selection)}", NOTE)


COUNTS = ("issued", "in_service", "active", "unused", "locked", "on_leave", "never_activated")


Line = list[Flowable | str]


def _annex_of_all(selection: Selection) -> Iterator[Flowable]:
    yield from _annex_head("I", "Tỷ lệ sử dụng theo cơ quan, đơn vị", selection)
    headings = [
        "STT", "Cơ quan, đơn vị", *(texts.COLUMNS[name] for name in COUNTS),
        "Tỷ lệ sử dụng", "Kỳ trước",
    ]  # fmt: skip
    rows = selection.rows
    body = [_line(selection, number, row) for number, row in enumerate(rows, start=1)]
    strong: list[tuple[Any, ...]] = [
        ("FONTNAME", (RATE, line), (RATE, line), Face.SEMIBOLD)
        for line, row in enumerate(rows, start=1)
        if row.is_under(selection.report.target)
    ]
    if selection.under is None:
        body.append(_total_line(selection))
        strong.append(("FONTNAME", (0, -1), (-1, -1), Face.SEMIBOLD))
    widths = [8, 51, 12.5, 12.5, 12.5, 11, 10.5, 10.5, 10.5, 13, 13]
    yield _table(headings, body, widths, strong)
    yield Spacer(1, 2 * mm)
    yield _paragraph(
        "Số của mỗi cơ quan gồm cả các đơn vị trực thuộc theo cơ cấu tổ chức vào ngày "
        f"{texts.short_day(selection.report.last.reference_day)}. Tỷ lệ in đậm: chưa đạt mục tiêu.",
        NOTE,
    )


RATE = 2 + len(COUNTS)
"""The column of the rate."""


def _line(selection: Selection, number: int, row: ReportRow) -> Line:
    depth = min(row.node.depth - selection.base_depth, DEEPEST)
    weight = Face.SEMIBOLD if depth == 0 else Face.REGULAR
    name = ParagraphStyle("name", CELL, leftIndent=depth * INDENT, fontName=weight)
    return [
        str(number),
        _paragraph(row.node.name, name),
        *(texts.count(getattr(row.all, field)) for field in COUNTS),
        texts.percent(row.rate),
        texts.percent(row.previous_rate),
    ]


def _total_line(selection: Selection) -> Line:
    overall = selection.overall
    return [
        "",
        _paragraph("Tổng cộng", CELL_STRONG),
        *(texts.count(getattr(overall.measures, name)) for name in COUNTS),
        texts.percent(overall.rate),
        texts.percent(overall.previous_rate),
    ]


def _annex_under_target(selection: Selection) -> Iterator[Flowable]:
    title = f"Cơ quan, đơn vị chưa đạt mục tiêu {texts.goal(selection.report.target)}"
    yield from _annex_head("II", title, selection)
    headings = [
        "STT", "Cơ quan, đơn vị", "Đang phục vụ", "Có hoạt động", "Chưa dùng", "Tỷ lệ sử dụng",
        "Còn thiếu (điểm %)",
    ]  # fmt: skip
    body: list[Line] = []
    for number, row in enumerate(selection.under_target, start=1):
        short = selection.report.target - (row.rate or 0)
        body.append(
            [
                str(number),
                _paragraph(row.node.name, CELL),
                *(texts.count(getattr(row.all, name)) for name in LACKING),
                texts.percent(row.rate),
                texts.points(short).lstrip("+"),
            ]
        )
    yield _table(headings, body, [10, 80, 15, 15, 15, 15, 15])


LACKING = ("in_service", "active", "unused")


def _table(
    headings: Sequence[str],
    body: Sequence[Line],
    millimetres: Sequence[float],
    more: Sequence[tuple[Any, ...]] = (),
) -> Table:
    """Numbers are plain text, which never wraps; names are paragraphs, which do."""
    return Table(
        [[_paragraph(heading, CELL_HEAD) for heading in headings], *body],
        colWidths=[width * mm for width in millimetres],
        repeatRows=1,
        style=TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, Color(0.35, 0.35, 0.35)),
                ("BACKGROUND", (0, 0), (-1, 0), GREY),
                ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
                ("VALIGN", (0, 1), (-1, -1), "TOP"),
                ("FONT", (0, 1), (-1, -1), Face.REGULAR, 8.5, 10.5),
                ("ALIGN", (0, 1), (0, -1), "CENTER"),
                ("ALIGN", (2, 1), (-1, -1), "RIGHT"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                *more,
            ]
        ),
    )
