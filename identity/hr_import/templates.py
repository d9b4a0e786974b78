"""Empty spreadsheets with the titles that are read, for offices that have no list of their own."""

from io import BytesIO

import xlsxwriter

from identity.hr_import.kinds import SheetKind

TITLES: dict[SheetKind, tuple[str, ...]] = {
    SheetKind.PEOPLE: (
        "STT",
        "Họ và tên",
        "Ngày sinh",
        "Giới tính",
        "Số hiệu CBCCVC",
        "Số CCCD",
        "Chức vụ",
        "Mã định danh đơn vị",
        "Đơn vị công tác",
        "Số điện thoại",
        "Ghi chú",
    ),
    SheetKind.REQUESTS: (
        "STT",
        "Họ và tên",
        "Ngày sinh",
        "Số hiệu CBCCVC",
        "Số CCCD",
        "Chức vụ",
        "Mã định danh đơn vị",
        "Đơn vị công tác",
        "Nội dung đề nghị",
        "Ghi chú",
    ),
    SheetKind.ORGANISATIONS: (
        "code",
        "name",
        "short_name",
        "kind",
        "parent_code",
        "mail_stem",
        "gso_code",
        "valid_from",
    ),
    SheetKind.ORGANISATION_ACCOUNTS: (
        "organisation_code",
        "purpose",
        "address_stem",
        "display_name",
    ),
}
TITLE = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
WIDTHS = {"STT": 6, "Họ và tên": 30, "Đơn vị công tác": 40, "name": 40, "display_name": 40}
USUAL_WIDTH = 18


def write_template(kind: SheetKind) -> bytes:
    """All cells are text, so that no leading zero is lost."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Danh sách")
        title, text = book.add_format(TITLE), book.add_format({"num_format": "@"})
        for column, words in enumerate(TITLES[kind]):
            sheet.set_column(column, column, WIDTHS.get(words, USUAL_WIDTH), text)
            sheet.write_string(0, column, words, title)
        sheet.freeze_panes(1, 0)
    return target.getvalue()
