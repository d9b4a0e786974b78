"""What letters and lists say. Vietnamese is the text, English the small print beside it."""

from dataclasses import dataclass
from datetime import date

from identity.handover.batch import Purpose
from identity.people.models import Sex
from kernel.messages import Message

FIRST_MONTHS_PADDED = 2
"""Decree 30/2020/NĐ-CP, annex I: a zero goes before days under 10 and months 1 and 2."""

# strftime would speak the language of the server
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

LETTER = Message("Thư kích hoạt tài khoản công vụ", "Activation of your official-duty account")
NUMBER = Message("Thư số", "Letter")
TO = Message("Kính gửi", "To")
MAILBOX = Message("Hộp thư", "Mailbox")
CUSTODIAN = Message("Người quản lý hộp thư", "Custodian")
PRIVATE = Message(
    "Thư riêng, chỉ người nhận được mở.", "Private. To be opened by the addressee only."
)

INTRODUCTION = Message(
    "Tài khoản thư điện tử công vụ của Ông/Bà đã được cấp. Ông/Bà vui lòng kích hoạt tài khoản "
    "và tự đặt mật khẩu theo hướng dẫn dưới đây.",
    "Your official-duty account is ready. Please activate it and choose your own password as "
    "described below.",
)
ORGANISATION_INTRODUCTION = Message(
    "Tài khoản thư điện tử công vụ của cơ quan, đơn vị đã được cấp. Đề nghị người quản lý hộp thư "
    "kích hoạt tài khoản và đặt mật khẩu theo hướng dẫn dưới đây.",
    "The official-duty account of your organisation is ready. The custodian is asked to activate "
    "it and to choose a password as described below.",
)
ADDRESS = Message("Địa chỉ thư", "Address")
LOGIN = Message("Tên đăng nhập", "Login")
CODE = Message("Mã kích hoạt", "Activation code")
ALPHABET = Message("Mã không có các chữ I, L, O, U.", "The letters I, L, O and U do not occur.")

STEPS_HEADING = Message("Ba bước kích hoạt", "Three steps")
STEPS = (
    Message(
        "Mở trang dưới đây trên máy tính, hoặc quét mã QR bằng điện thoại.",
        "Open this page on a computer, or scan the QR code with a telephone.",
    ),
    Message(
        "Nhập mã kích hoạt; không cần gõ dấu gạch, chữ hoa hay chữ thường đều được.",
        "Enter the activation code; dashes and capitals do not matter.",
    ),
    Message(
        "Tự đặt mật khẩu. Từ đó, đăng nhập bằng tên đăng nhập và mật khẩu này.",
        "Choose a password. From then on, sign in with your login and this password.",
    ),
)
WARNING_HEADING = Message("Giữ kín mã kích hoạt", "Keep the code secret")
WARNING = Message(
    "Mã chỉ dùng được một lần. Không chụp ảnh, không chuyển tiếp, không cho ai biết mã, kể cả cán "
    "bộ kỹ thuật. Hủy thư sau khi kích hoạt. Nếu thư đã bị mở, hãy báo ngay để được cấp mã mới.",
    "The code works once. Do not photograph or forward it, and tell it to nobody, technical staff "
    "included. Destroy this letter afterwards. If it was opened before, report it to get a new "
    "code.",
)
SUPPORT = Message("Hỗ trợ", "Support")

LIST = Message(
    "Biên bản bàn giao thư kích hoạt tài khoản công vụ", "Hand-over of activation letters"
)
GIVER = Message("Bên giao", "From")
RECEIVER = Message("Bên nhận", "To")
BASIS = Message("Căn cứ", "On the basis of")
EXPIRY = Message("Hạn kích hoạt", "Codes expire")
COUNT = Message("Số lượng", "Letters")
COLUMNS = (
    Message("STT", "No."),
    Message("Họ và tên / Hộp thư", "Name / mailbox"),
    Message("Chức vụ", "Title"),
    Message("Tên đăng nhập", "Login"),
    Message("Ký nhận", "Signature"),
)
DECLARATION = Message(
    "Bên nhận đã nhận đủ số thư nêu trên, thư còn dán kín, và có trách nhiệm giao tận tay từng "
    "người nhận, lấy chữ ký vào danh sách này.",
    "The receiver has received all letters named above, sealed, will give each to its addressee in "
    "person and have it signed for on this list.",
)
SIGNED_BY_GIVER = Message("Đại diện bên giao", "For the giver")
SIGNED_BY_RECEIVER = Message("Đại diện bên nhận", "For the receiver")
SIGN_HERE = Message("(Ký, ghi rõ họ tên)", "(signature and full name)")


@dataclass(frozen=True, slots=True)
class Words:
    """What differs by purpose."""

    letter: Message
    introduction: Message
    organisation_introduction: Message
    code: Message
    steps_heading: Message
    steps: tuple[Message, Message, Message]
    warning_heading: Message
    warning: Message
    list: Message
    expiry: Message


WORDS = {
    Purpose.ACTIVATION: Words(
        LETTER,
        INTRODUCTION,
        ORGANISATION_INTRODUCTION,
        CODE,
        STEPS_HEADING,
        STEPS,
        WARNING_HEADING,
        WARNING,
        LIST,
        EXPIRY,
    ),
    Purpose.RESET: Words(
        Message("Thư đặt lại mật khẩu tài khoản công vụ", "New password for your account"),
        Message(
            "Ông/Bà được yêu cầu đặt lại mật khẩu tài khoản thư điện tử công vụ. Mật khẩu cũ vẫn "
            "dùng được cho thư, nhưng đăng nhập các hệ thống thì phải đổi.",
            "You are asked to choose a new password. The present one still works for mail, but "
            "signing in to other systems asks for a new one.",
        ),
        Message(
            "Đề nghị người quản lý hộp thư đặt lại mật khẩu tài khoản thư điện tử công vụ của cơ "
            "quan, đơn vị theo hướng dẫn dưới đây.",
            "The custodian is asked to choose a new password for the account of the organisation "
            "as described below.",
        ),
        Message("Mã đặt lại mật khẩu", "Reset code"),
        Message("Ba bước đặt lại mật khẩu", "Three steps"),
        (
            STEPS[0],
            Message(
                "Nhập mã; không cần gõ dấu gạch, chữ hoa hay chữ thường đều được.",
                "Enter the code; dashes and capitals do not matter.",
            ),
            Message(
                "Tự đặt mật khẩu mới. Từ đó, đăng nhập bằng tên đăng nhập và mật khẩu này.",
                "Choose a new password. From then on, sign in with your login and this password.",
            ),
        ),
        Message("Giữ kín mã đặt lại mật khẩu", "Keep the code secret"),
        Message(
            "Mã chỉ dùng được một lần. Không chụp ảnh, không chuyển tiếp, không cho ai biết mã, "
            "kể cả cán bộ kỹ thuật. Hủy thư sau khi dùng. Nếu thư đã bị mở, hãy báo ngay để được "
            "cấp mã mới.",
            "The code works once. Do not photograph or forward it, and tell it to nobody, "
            "technical staff included. Destroy this letter afterwards. If it was opened before, "
            "report it to get a new code.",
        ),
        Message(
            "Biên bản bàn giao thư đặt lại mật khẩu tài khoản công vụ",
            "Hand-over of letters for new passwords",
        ),
        Message("Hạn dùng mã", "Codes expire"),
    ),
}


def salutation(sex: Sex | None) -> str:
    return {Sex.MALE: "Ông", Sex.FEMALE: "Bà", None: "Ông/Bà"}[sex]


def written_day(day: date) -> Message:
    month = f"{day.month:02}" if day.month <= FIRST_MONTHS_PADDED else str(day.month)
    return Message(
        f"ngày {day.day:02} tháng {month} năm {day.year}",
        f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    )


def valid_until(day: date) -> Message:
    written = written_day(day)
    return Message(f"Có giá trị đến hết {written.vi}", f"Valid until the end of {written.en}")


def letters(count: int) -> Message:
    return Message(f"{count} thư", f"{count} letter{'s' if count != 1 else ''}")


def document(number: str, day: date | None) -> Message:
    dated = written_day(day) if day else None
    return Message(
        f"văn bản số {number}" + (f" {dated.vi}" if dated else ""),
        f"document {number}" + (f" of {dated.en}" if dated else ""),
    )


def page_of(page: int, pages: int) -> Message:
    return Message(f"Trang {page}/{pages}", f"Page {page} of {pages}")
