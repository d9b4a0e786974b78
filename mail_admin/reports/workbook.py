"""The table as a workbook for Excel: numbers are numbers, names cannot calculate."""

from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter

from kernel.clock import office_time
from mail_admin.reports import texts
from mail_admin.reports.columns import COLUMNS, Cell, Form
from mail_admin.reports.selection import Selection
from mail_admin.reports.settings import ReportSettings

HEADING_ROW = 6
DEEPEST = 15
"""Levels of indentation that Excel knows."""
FORMATS: dict[Form, dict[str, Any]] = {
    Form.TEXT: {"text_wrap": True, "valign": "top"},
    Form.COUNT: {"num_format": "#,##0", "valign": "top"},
    Form.SHARE: {"num_format": "0.0%", "valign": "top"},
    Form.MEAN: {"num_format": "#,##0.0", "valign": "top"},
}


def write_workbook(
    out: BinaryIO, selection: Selection, settings: ReportSettings, now: datetime
) -> None:
    """One sheet, ready to print on A4 across."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": _title(selection),
                "author": settings.issuing_body,
                "created": now.replace(tzinfo=None),
            }
        )
        sheet = book.add_worksheet("Tỷ lệ sử dụng")
        _print_setup(sheet)
        _head(book, sheet, selection)
        _table(book, sheet, selection)


def _title(selection: Selection) -> str:
    about = f" - {selection.name}" if selection.name else ""
    period = texts.period_name(selection.report.period)
    return f"Tỷ lệ sử dụng hộp thư công vụ {period}{about}"


def _print_setup(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.repeat_rows(HEADING_ROW)
    sheet.set_footer("&CTrang &P/&N")
    sheet.freeze_panes(HEADING_ROW + 1, 1)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)


def _head(book: Any, sheet: Any, selection: Selection) -> None:
    report = selection.report
    bold = book.add_format({"bold": True, "font_size": 14})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, _title(selection), bold)
    state = (
        "Số liệu đã chốt"
        if report.is_closed
        else "Số liệu chưa chốt"
        if report.is_over
        else "Kỳ báo cáo chưa kết thúc"
    )
    sheet.write_string(
        1, 0, f"{state}; tính lúc {office_time(report.computed_at)}; {texts.SCOPES[report.scope]}"
    )
    sheet.merge_range(2, 0, 2, 16, "", wrapped)
    sheet.write_string(2, 0, report.formula.vi, wrapped)
    sheet.merge_range(3, 0, 3, 16, "", wrapped)
    sheet.write_string(3, 0, report.formula.en, wrapped)
    sheet.set_row(2, 48)
    sheet.set_row(3, 48)
    sheet.write_string(4, 0, "Mục tiêu")
    sheet.write_number(4, 1, report.target, book.add_format({"num_format": "0.0%"}))


def _table(book: Any, sheet: Any, selection: Selection) -> None:
    heading = book.add_format(
        {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1}
    )
    for place, column in enumerate(COLUMNS):
        sheet.write_string(HEADING_ROW, place, column.heading, heading)
    sheet.set_row(HEADING_ROW, 48)
    formats = {form: book.add_format({**how, "border": 1}) for form, how in FORMATS.items()}
    low = book.add_format({**FORMATS[Form.SHARE], "border": 1, "font_color": "#B00020"})
    indents: dict[int, Any] = {}
    rows, base = selection.rows, selection.base_depth
    for line, row in enumerate(rows, start=HEADING_ROW + 1):
        depth = min(row.node.depth - base, DEEPEST)
        if depth not in indents:
            indents[depth] = book.add_format({**FORMATS[Form.TEXT], "border": 1, "indent": depth})
        for place, column in enumerate(COLUMNS):
            chosen = indents[depth] if place == 0 else formats[column.form]
            if column.heading == "Tỷ lệ sử dụng" and row.is_under(selection.report.target):
                chosen = low
            _write(sheet, line, place, column.value(row), chosen)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(rows), len(COLUMNS) - 1)


def _write(sheet: Any, line: int, place: int, value: Cell, chosen: Any) -> None:
    if value is None:
        sheet.write_blank(line, place, None, chosen)
    elif isinstance(value, str):
        sheet.write_string(line, place, value, chosen)
    else:
        sheet.write_number(line, place, value, chosen)
