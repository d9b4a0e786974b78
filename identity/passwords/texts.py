"""What is said about passwords: a template for each rule, named by its stable code."""

from collections.abc import Mapping
from typing import Any

from kernel.messages import Message

UNUSABLE, TOO_SHORT, TOO_LONG = (
    "password-unusable-character",
    "password-too-short",
    "password-too-long",
)
CLASSES, REPEATS, COMMON = (
    "password-classes-missing",
    "password-repeats",
    "password-common",
)
LOGIN, NAME, ADDRESS, BIRTH_DATE = (
    "password-holds-login",
    "password-holds-name",
    "password-holds-address",
    "password-holds-birth-date",
)
GUESSABLE, USED_BEFORE = "password-guessable", "password-used-before"

RULES: Mapping[str, Message] = {
    UNUSABLE: Message(
        "Mật khẩu có ký tự không gõ được trên mọi bàn phím (ký tự điều khiển).",
        "The password holds a control character, which not every keyboard can type.",
    ),
    TOO_SHORT: Message(
        "Mật khẩu phải có ít nhất {shortest} ký tự.",
        "A password has at least {shortest} characters.",
    ),
    TOO_LONG: Message(
        "Mật khẩu có nhiều nhất {longest} ký tự.",
        "A password has at most {longest} characters.",
    ),
    CLASSES: Message(
        "Mật khẩu còn thiếu {count} loại trong: {missing_vi}.",
        "The password still needs {count} of: {missing_en}.",
    ),
    REPEATS: Message(
        "Mật khẩu có quá ít ký tự khác nhau.",
        "The password repeats too few characters.",
    ),
    LOGIN: Message(
        "Mật khẩu không được chứa tên đăng nhập.",
        "A password must not contain the login.",
    ),
    NAME: Message(
        "Mật khẩu không được chứa họ tên của mình.",
        "A password must not contain your own name.",
    ),
    ADDRESS: Message(
        "Mật khẩu không được chứa địa chỉ thư của mình.",
        "A password must not contain an address of your own.",
    ),
    BIRTH_DATE: Message(
        "Mật khẩu không được chứa ngày sinh.",
        "A password must not contain your date of birth.",
    ),
    COMMON: Message(
        "Mật khẩu này bị thử đầu tiên: chỉ gồm từ nhiều người dùng hoặc tên, cơ quan của mình, dù "
        "thêm số hay dấu.",
        "This password is tried first: it is only words that many people use or your own name or "
        "office, whatever digits or signs surround them.",
    ),
    GUESSABLE: Message(
        "Mật khẩu còn dễ đoán: {reason_vi} Hãy thêm một hai từ ít gặp, chẳng hạn một câu ngắn.",
        "The password is still easy to guess: {reason_en} Add an uncommon word or two, such as a "
        "short sentence.",
    ),
    USED_BEFORE: Message(
        "Mật khẩu này đang dùng hoặc đã dùng gần đây; hãy chọn mật khẩu khác.",
        "This password is in use or was used not long ago; choose another one.",
    ),
}

UPPER = Message("chữ hoa", "an upper-case letter")
LOWER = Message("chữ thường", "a lower-case letter")
DIGIT = Message("chữ số", "a digit")
OTHER = Message("ký tự đặc biệt", "a special character")

TOO_SHORT_TO_BE_STRONG = Message("quá ngắn.", "it is too short.")
WEAK_WORDS: Mapping[str, Message] = {
    "passwords": Message(
        "giống một mật khẩu hay dùng.", "it is close to a password that many people use."
    ),
    "vietnamese": Message("có từ rất hay gặp.", "it holds a word that many people use."),
    "own": Message(
        "có tên, địa chỉ hoặc cơ quan của mình.", "it holds your own name, address or office."
    ),
    "english_wikipedia": Message("có từ rất hay gặp.", "it holds a very common word."),
    "us_tv_and_film": Message("có từ rất hay gặp.", "it holds a very common word."),
    "female_names": Message("có tên người.", "it holds a name."),
    "male_names": Message("có tên người.", "it holds a name."),
    "surnames": Message("có tên người.", "it holds a name."),
}
WEAK_PATTERNS: Mapping[str, Message] = {
    "spatial": Message(
        "các phím nằm liền nhau trên bàn phím.", "its keys lie in a row on the keyboard."
    ),
    "repeat": Message("có phần lặp đi lặp lại.", "a part of it is repeated."),
    "sequence": Message(
        "có dãy liền nhau như abc hay 6543.", "it holds a row such as abc or 6543."
    ),
    "regex": Message("có năm gần đây.", "it holds a recent year."),
    "date": Message("có ngày tháng.", "it holds a date."),
}


def said(template: Message, **values: Any) -> Message:
    return Message(template.vi.format(**values), template.en.format(**values))


def listed(messages: list[Message]) -> Message:
    return Message(
        ", ".join(message.vi for message in messages), ", ".join(message.en for message in messages)
    )
