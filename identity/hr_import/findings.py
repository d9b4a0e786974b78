"""What is to be said about a row: why it is refused, or what was noticed and mended."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from identity.hr_import.columns import Column
from identity.hr_import.table import Cell, CellError, Formula
from kernel.messages import Message

LONGEST_SEEN = 80
LONG_NUMBER = re.compile(r"(?:\d\s?){9}")
COMPUTED = (Formula, CellError)

REFUSALS: dict[str, Message] = {
    "name_missing": Message("Thiếu họ và tên.", "The name is missing."),
    "name_encoding": Message(
        "Họ và tên gõ bằng phông chữ cũ (TCVN3, VNI) và không đọc được chắc chắn; "
        "hãy gõ lại bằng Unicode.",
        "The name is typed in an old font encoding (TCVN3, VNI) and cannot be read for certain; "
        "retype it in Unicode.",
    ),
    "name_invalid": Message(
        "Họ và tên có ký tự không thể có trong tên người.",
        "The name holds characters that no name has.",
    ),
    "birth_date_invalid": Message(
        "Ngày sinh phải có đủ ngày, tháng, năm, là ngày có thật và ứng với tuổi từ 15 đến 90.",
        "The birth date needs day, month and year, must exist and mean an age from 15 to 90.",
    ),
    "citizen_number_invalid": Message(
        "Số định danh cá nhân (CCCD) phải có đúng 12 chữ số.",
        "The citizen number must have exactly 12 digits.",
    ),
    "citizen_number_letter": Message(
        "Số CCCD có chữ cái (có thể là chữ O thay cho số 0); hãy gõ lại đủ 12 chữ số.",
        "The citizen number holds a letter (perhaps O for 0); retype its 12 digits.",
    ),
    "citizen_number_rounded": Message(
        "Số CCCD đã bị bảng tính làm tròn (dạng 6,07E+09); hãy gõ lại dưới dạng văn bản.",
        "The spreadsheet has rounded the citizen number (6.07E+09); retype it as text.",
    ),
    "citizen_number_old": Message(
        "Số có 9 chữ số có thể là số CMND cũ; hãy điền số định danh cá nhân 12 chữ số.",
        "Nine digits may be the number of an old identity card; give the 12-digit citizen number.",
    ),
    "staff_number_invalid": Message(
        "Số hiệu CBCCVC chỉ gồm chữ cái, chữ số và dấu . - / _ (tối đa 32 ký tự).",
        "A staff number has only letters, digits and . - / _ (at most 32 characters).",
    ),
    "identity_missing": Message(
        "Cần có số CCCD hoặc số hiệu CBCCVC để nhận ra người này.",
        "A citizen number or a staff number is needed to tell who this is.",
    ),
    "request_unknown": Message(
        "Nội dung đề nghị phải là một trong: cấp mới, thay đổi, tạm khóa, mở khóa, thu hồi, xóa, "
        "cấp lại mật khẩu.",
        "The request must be one of: create, change, suspend, restore, revoke, delete, "
        "reset password.",
    ),
    "formula": Message(
        "Ô chứa công thức; hãy thay bằng giá trị (sao chép, dán giá trị).",
        "The cell holds a formula; replace it by its value (copy, paste values).",
    ),
    "cell_error": Message(
        "Ô báo lỗi của bảng tính (#REF!, #N/A…); hãy điền lại giá trị.",
        "The cell shows an error of the spreadsheet (#REF!, #N/A…); fill in its value.",
    ),
    "text_too_long": Message(
        "Nội dung ô dài quá mức lưu được.", "The cell holds more characters than can be kept."
    ),
    "organisation_name_missing": Message("Thiếu tên đơn vị.", "The organisation has no name."),
    "organisation_code_missing": Message(
        "Thiếu mã định danh đơn vị.", "The agency code is missing."
    ),
    "address_stem_missing": Message("Thiếu phần tên của địa chỉ.", "The address stem is missing."),
    "date_invalid": Message(
        "Ngày không hợp lệ; hãy gõ dạng ngày/tháng/năm.",
        "The date is invalid; type day/month/year.",
    ),
}
"""A hint has its own sentence and the code of what it explains, see `CODE_OF_HINT`."""

CODE_OF_HINT = {
    "citizen_number_letter": "citizen_number_invalid",
    "citizen_number_rounded": "citizen_number_invalid",
    "citizen_number_old": "citizen_number_invalid",
}

NOTES: dict[str, Message] = {
    "name_converted": Message(
        "Họ và tên được chuyển từ phông chữ cũ sang Unicode; hãy kiểm tra lại.",
        "The name was converted from an old font encoding; please check it.",
    ),
    "citizen_number_zeros_restored": Message(
        "Đã thêm lại số 0 ở đầu số CCCD mà bảng tính làm mất.",
        "Leading zeros that the spreadsheet ate were given back to the citizen number.",
    ),
    "citizen_number_unlike_row": Message(
        "Số CCCD không khớp với năm sinh hoặc giới tính của hàng; hãy kiểm tra lại.",
        "The citizen number does not match the row's birth year or sex; please check it.",
    ),
    "phone_unreadable": Message(
        "Không đọc được số điện thoại nên bỏ qua.", "The phone number is unreadable and left out."
    ),
    "phone_first_of_many": Message(
        "Có nhiều số điện thoại; chỉ lấy số đầu tiên.",
        "Of several phone numbers the first is kept.",
    ),
    "recovery_email_unreadable": Message(
        "Địa chỉ thư điện tử không hợp lệ nên bỏ qua.",
        "The e-mail address is invalid and left out.",
    ),
    "sex_unreadable": Message(
        "Không đọc được giới tính nên bỏ qua.", "The sex is unreadable and left out."
    ),
    "document_date_unreadable": Message(
        "Không đọc được ngày văn bản nên bỏ qua.", "The date of the document is unreadable."
    ),
    "row_hidden": Message("Hàng đang bị ẩn trong tệp.", "The row is hidden in the file."),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the row cannot be imported. `seen` is personal data: show it, never log it."""

    code: str
    column: Column
    message: Message
    seen: str

    @classmethod
    def too_long(cls, column: Column, cell: Cell, limit: int) -> "Refusal":
        """text_too_long, and how long it may be in this column."""
        message = Message(
            f"Nội dung ô dài quá {limit} ký tự.", f"The cell holds more than {limit} characters."
        )
        return cls("text_too_long", column, message, shown(cell))

    @classmethod
    def of(cls, reason: str, column: Column, cell: Cell) -> "Refusal":
        """`reason` is a key of REFUSALS."""
        return cls(CODE_OF_HINT.get(reason, reason), column, REFUSALS[reason], shown(cell))


@dataclass(frozen=True, slots=True)
class Note:
    """Something noticed or mended; the row is still good."""

    code: str
    column: Column
    message: Message
    seen: str

    @classmethod
    def of(cls, code: str, column: Column, cell: Cell) -> "Note":
        return cls(code, column, NOTES[code], shown(cell))


def quoted(text: str) -> str:
    """A cell as messages quote it. They are kept, and a citizen number may have slipped into it."""
    return "…" if LONG_NUMBER.search(text) else text


def shown(cell: Cell, longest: int = LONGEST_SEEN) -> str:
    """What a person sees in the cell, shortened."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell[:longest]
    if isinstance(cell, COMPUTED):
        return cell.text[:longest]
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y")
    return str(cell)[:longest]
