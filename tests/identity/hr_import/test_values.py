from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.hr_import.table import Cell
from identity.hr_import.values import (
    CitizenNumber,
    Phone,
    Request,
    Unread,
    parse_citizen_number,
    parse_email,
    parse_name,
    parse_phone,
    parse_request,
    parse_sex,
    parse_staff_number,
)
from identity.people.models import Sex


@pytest.mark.parametrize(
    "cell",
    [
        "006177385321",
        "006 177 385321",
        "006.177.385.321",
        "'006177385321",
        "006\u00a0177\u200b385321",
        6177385321,
        "6177385321",
        "6177385321.0",
        "０06177385321",
    ],
)
def test_a_citizen_number_is_read_in_every_usual_form(cell: Cell) -> None:
    read = parse_citizen_number(cell)
    assert isinstance(read, CitizenNumber)
    assert read.number == "006177385321"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("00618441", "citizen_number_invalid"),
        ("06177385321", "citizen_number_invalid"),
        (12345678, "citizen_number_invalid"),
        (1234567890123, "citizen_number_invalid"),
        (-6177385321, "citizen_number_invalid"),
        (6177385321.5, "citizen_number_invalid"),
        (True, "citizen_number_invalid"),
        (date(1977, 6, 5), "citizen_number_invalid"),
        ("không có", "citizen_number_invalid"),
        ("00617738532I", "citizen_number_letter"),
        ("OO6177385321", "citizen_number_letter"),
        ("6.17739E+09", "citizen_number_rounded"),
        ("6,18E+09", "citizen_number_rounded"),
        ("095123456", "citizen_number_invalid"),
        ("195123456", "citizen_number_old"),
    ],
)
def test_a_wrong_citizen_number_is_refused_with_a_hint(cell: Cell, reason: str) -> None:
    assert parse_citizen_number(cell) == Unread(reason)


@given(st.integers(min_value=100_000_000, max_value=999_999_999_999))
def test_a_number_cell_gets_back_the_zeros_it_cannot_hold(number: int) -> None:
    read = parse_citizen_number(number)
    assert isinstance(read, CitizenNumber)
    assert read.number == f"{number:012}"
    assert read.zeros_restored == 12 - len(str(number))


def test_nine_digits_of_text_count_only_when_birth_date_and_sex_confirm_them() -> None:
    born = date(1977, 6, 5)
    assert parse_citizen_number("177385321", born, Sex.FEMALE) == CitizenNumber("000177385321", 3)
    assert parse_citizen_number("177385321", born, Sex.MALE) == Unread("citizen_number_old")
    assert parse_citizen_number("177385321", born) == Unread("citizen_number_old")


def test_a_citizen_number_tells_century_sex_and_year() -> None:
    number = CitizenNumber("006301000000")
    assert number.fits(date(2001, 1, 1), Sex.FEMALE)
    assert number.fits(None, None)
    assert not number.fits(date(1901, 1, 1), Sex.FEMALE)
    assert not number.fits(date(2001, 1, 1), Sex.MALE)


@given(st.text(max_size=20) | st.integers() | st.floats() | st.booleans())
def test_whatever_stands_in_a_cell_nothing_raises(cell: Cell) -> None:
    parse_citizen_number(cell)
    parse_phone(cell)
    parse_staff_number(cell)
    parse_email(cell)
    parse_name(cell)
    parse_sex(str(cell))
    parse_request(str(cell))


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (912345678, "0912345678"),
        ("0912345678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("+84 (0)912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        (84912345678, "0912345678"),
        ("(0209) 3871 234", "02093871234"),
        ("024 38 251 234", "02438251234"),
    ],
)
def test_a_phone_number_is_brought_to_its_national_form(cell: Cell, number: str) -> None:
    assert parse_phone(cell) == Phone(number)


@pytest.mark.parametrize("cell", ["0912345678 / 0209 3871 234", "x; 0912345678"])
def test_of_several_phone_numbers_the_first_is_kept(cell: str) -> None:
    assert parse_phone(cell) == Phone("0912345678", was_one_of_many=True)


@pytest.mark.parametrize(
    "cell", ["123", "không", 12, 1.5, None, "01234567890123", "+1 202 555 0100"]
)
def test_what_is_no_vietnamese_phone_number_is_left_out(cell: Cell) -> None:
    assert parse_phone(cell) is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [("BK300011", "BK300011"), (" bk 300011 ", "BK300011"), (300011, "300011"), (None, None)],
)
def test_a_staff_number_is_one_whatever_its_spaces_and_case(cell: Cell, number: str | None) -> None:
    assert parse_staff_number(cell) == number


@pytest.mark.parametrize("cell", ["@cmd", "A" * 40, 1.5, True, "x;y"])
def test_a_strange_staff_number_is_refused(cell: Cell) -> None:
    assert parse_staff_number(cell) == Unread("staff_number_invalid")


def test_sex_is_read_in_both_languages() -> None:
    assert {parse_sex(text) for text in ("Nam", "NAM", "m", " Male ")} == {Sex.MALE}
    assert {parse_sex(text) for text in ("Nữ", "Nu\u031b\u0303", "NỮ", "F", "nu")} == {Sex.FEMALE}
    assert parse_sex("khác") is None


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("An.NV@Example.vn", "an.nv@example.vn"),
        ("<an@example.vn>", "an@example.vn"),
        ("an@example", None),
        ("an..b@example.vn", None),
        ("an@b@example.vn", None),
        ("an @example.vn", None),
        (5, None),
    ],
)
def test_a_recovery_address_is_checked(cell: Cell, address: str | None) -> None:
    assert parse_email(cell) == address


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("Cấp mới", Request.CREATE),
        ("cap moi", Request.CREATE),
        ("Đề nghị cấp mới tài khoản", Request.CREATE),
        ("Thay đổi", Request.CHANGE),
        ("Tạm khóa", Request.SUSPEND),
        ("Tạm khoá", Request.SUSPEND),
        ("Mở khóa", Request.RESTORE),
        ("Thu hồi", Request.REVOKE),
        ("XÓA", Request.DELETE),
        ("Cấp lại mật khẩu", Request.RESET_PASSWORD),
        ("làm gì đó", None),
        ("", None),
    ],
)
def test_requests_are_understood(text: str, request_: Request | None) -> None:
    assert parse_request(text) is request_


def test_a_name_in_an_old_font_is_converted_or_refused_but_never_taken_as_it_is() -> None:
    read = parse_name("NguyÔn V¨n An")
    assert not isinstance(read, Unread)
    assert read.was_converted
    assert read.name.full == "Nguyễn Văn An"
    assert parse_name(None) == Unread("name_missing")
    assert parse_name("\u200b") == Unread("name_missing")
    assert parse_name("=cmd") == Unread("name_invalid")
