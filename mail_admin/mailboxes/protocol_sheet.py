"""The protocol on A4, laid out as annex I of decree 30/2020/NĐ-CP asks of a record (biên bản)."""

from dataclasses import replace
from typing import BinaryIO

from identity.handover.sheet import SMALL, TEXT, Sheet, Style, new_canvas, width_of
from identity.handover.texts import written_day
from mail_admin.mailboxes.protocol import Party, Protocol
from theme.fonts import Face

LEFT, RIGHT = 30.0, 190.0
"""Margins of 30 and 20 mm, annex I, I.1.2."""
WIDTH = RIGHT - LEFT
LEFT_MIDDLE, RIGHT_MIDDLE = 64.0, 146.0
BOTTOM = 225.0
"""Below it there is no room for signatures: they go to another page."""
BODY = replace(TEXT, size=11.5, leading=15.5)
BODY_STRONG = replace(BODY, face=Face.SEMIBOLD)
HEAD = Style(Face.REGULAR, 11, 14)
HEAD_STRONG = replace(HEAD, face=Face.SEMIBOLD)
TITLE = Style(Face.SEMIBOLD, 14, 18)
GIBIBYTE = 1024**3
MEBIBYTE = 1024**2


def write_protocol(out: BinaryIO, protocol: Protocol, *, place_name: str = "") -> None:
    title = f"Biên bản bàn giao hộp thư {protocol.login}"
    canvas = new_canvas(out, title=title, author=protocol.organisation)
    sheet = Sheet(canvas)
    y = _set_head(sheet, protocol, place_name)
    y = _set_title(sheet, y + 12)
    y = _set_parties(sheet, y + 9, protocol)
    y = _set_contents(sheet, y + 2, protocol)
    y = _set_declaration(sheet, y + 2)
    if y > BOTTOM:
        canvas.showPage()
        y = 25.0
    _set_signatures(sheet, y + 6, protocol)
    canvas.showPage()
    canvas.save()


def _set_head(sheet: Sheet, protocol: Protocol, place_name: str) -> float:
    """Names of the bodies on the left, the national motto on the right."""
    y = 22.0
    if protocol.superior:
        y = _centred(sheet, LEFT_MIDDLE, y, 66, protocol.superior.upper(), HEAD)
    y = _centred(sheet, LEFT_MIDDLE, y, 66, protocol.organisation.upper(), HEAD_STRONG)
    sheet.rule(LEFT_MIDDLE - 12, y - 3, LEFT_MIDDLE + 12, y - 3)
    y = _centred(sheet, LEFT_MIDDLE, y + 3, 66, "Số: ......../BB-........", HEAD)
    sheet.line_about(RIGHT_MIDDLE, 22, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", HEAD_STRONG)
    motto = "Độc lập - Tự do - Hạnh phúc"
    sheet.line_about(RIGHT_MIDDLE, 27, motto, HEAD_STRONG)
    half = width_of(motto, HEAD_STRONG) / 2
    sheet.rule(RIGHT_MIDDLE - half, 29, RIGHT_MIDDLE + half, 29)
    written = written_day(protocol.day).vi
    dated = f"{place_name}, {written}" if place_name else written[0].upper() + written[1:]
    sheet.line_about(RIGHT_MIDDLE, 37, dated, HEAD)
    return max(y, 40.0)


def _centred(sheet: Sheet, x: float, y: float, width: float, text: str, style: Style) -> float:
    """Lines of a name about a middle; returns the base line after them."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer, style) > width:
            sheet.line_about(x, y, line, style)
            y, longer = y + 5, word
        line = longer
    sheet.line_about(x, y, line, style)
    return y + 5


def _set_title(sheet: Sheet, y: float) -> float:
    middle = (LEFT + RIGHT) / 2
    sheet.line_about(middle, y, "BIÊN BẢN", TITLE)
    sheet.line_about(middle, y + 6, "Về việc bàn giao hộp thư công vụ", BODY_STRONG)
    sheet.line_about(middle, y + 11, "Hand-over of an official-duty mailbox", SMALL)
    sheet.rule(middle - 20, y + 13.5, middle + 20, y + 13.5)
    return y + 14


def _set_parties(sheet: Sheet, y: float, protocol: Protocol) -> float:
    basis = protocol.reason
    if protocol.document_number:
        dated = written_day(protocol.document_date).vi if protocol.document_date else ""
        basis = f"văn bản số {protocol.document_number} {dated}".strip() + f" ({protocol.reason})"
    y = sheet.block(LEFT, y, WIDTH, f"Căn cứ: {basis}.", BODY)
    y = sheet.block(
        LEFT, y, WIDTH, f"Hôm nay, {written_day(protocol.day).vi}, chúng tôi gồm:", BODY
    )
    y = _set_party(sheet, y + 1.5, "Bên giao", protocol.givers)
    return _set_party(sheet, y, "Bên nhận", [protocol.receiver])


def _set_party(sheet: Sheet, y: float, label: str, parties: list[Party]) -> float:
    sheet.line(LEFT, y, f"{label}:", BODY_STRONG)
    indent = LEFT + 24
    if not parties:
        return sheet.block(indent, y, RIGHT - indent, "chưa có người quản lý trước đó", BODY)
    for party in parties:
        y = sheet.block(indent, y, RIGHT - indent, party.name, BODY_STRONG)
        detail = ", ".join(filter(None, (party.position, party.organisation)))
        if detail:
            y = sheet.block(indent, y, RIGHT - indent, f"Chức vụ, đơn vị: {detail}", BODY)
    return y + 1.5


def _set_contents(sheet: Sheet, y: float, protocol: Protocol) -> float:
    y = sheet.block(LEFT, y, WIDTH, "Hai bên bàn giao hộp thư công vụ sau đây:", BODY)
    rows = [
        ("Hộp thư", f"{protocol.account_name} (tên: {protocol.login})"),
        *(_address_rows(protocol)),
        ("Dung lượng", _size(protocol.quota_bytes) or "không giới hạn"),
        ("Đang lưu", _size(protocol.stored_bytes) or "chưa có số liệu"),
        ("Nội dung", "toàn bộ thư và thư mục có trong hộp thư tại thời điểm bàn giao"),
    ]
    edge = LEFT + 38
    top = y - 1
    sheet.rule(LEFT, top, RIGHT, top)
    for label, value in rows:
        base = y + 4
        sheet.line(LEFT + 2, base, label, BODY)
        below = sheet.block(edge + 2, base, RIGHT - edge - 4, value, BODY_STRONG)
        y = below - 2.5
        sheet.rule(LEFT, y, RIGHT, y, weight=0.25)
    for x in (LEFT, edge, RIGHT):
        sheet.rule(x, top, x, y, weight=0.25)
    return y + 6


def _address_rows(protocol: Protocol) -> list[tuple[str, str]]:
    rows = []
    for address in protocol.addresses:
        label = "Địa chỉ" if address.is_primary else "Địa chỉ khác"
        until = f" (nhận thư đến trước ngày {address.until:%d/%m/%Y})" if address.until else ""
        rows.append((label, address.address + until))
    return rows


def _size(octets: int | None) -> str | None:
    """In the way offices of Vietnam write numbers."""
    if octets is None:
        return None
    unit, name = (GIBIBYTE, "GB") if octets >= GIBIBYTE else (MEBIBYTE, "MB")
    return f"{octets / unit:.1f} {name}".replace(".", ",")


WHAT_PASSES = (
    "Không có mật khẩu nào được bàn giao: người quản lý mở hộp thư của cơ quan bằng tài khoản cá "
    "nhân của mình; quyền của bên giao chấm dứt và quyền của bên nhận bắt đầu từ ngày nêu trên."
)
DUTIES = (
    "Bên nhận chịu trách nhiệm quản lý, sử dụng hộp thư theo quy định kể từ ngày nhận. Biên bản "
    "được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản."
)


def _set_declaration(sheet: Sheet, y: float) -> float:
    for sentence in (WHAT_PASSES, DUTIES):
        y = sheet.block(LEFT, y, WIDTH, sentence, BODY) + 1
    english = (
        "No password changes hands: custodians open the mailbox with their own accounts. The right "
        "of the giver ends, and that of the receiver begins, on the day named above."
    )
    return sheet.block(LEFT, y, WIDTH, english, SMALL)


def _set_signatures(sheet: Sheet, y: float, protocol: Protocol) -> None:
    giver = protocol.givers[0].name if len(protocol.givers) == 1 else ""
    signers = (("BÊN GIAO", giver), ("BÊN NHẬN", protocol.receiver.name), ("THỦ TRƯỞNG ĐƠN VỊ", ""))
    third = WIDTH / 3
    for number, (title, name) in enumerate(signers):
        middle = LEFT + third * (number + 0.5)
        sheet.line_about(middle, y, title, BODY_STRONG)
        sheet.line_about(middle, y + 5, "(Ký, ghi rõ họ tên)", replace(SMALL, size=9))
        sheet.line_about(middle, y + 33, name, BODY_STRONG)
