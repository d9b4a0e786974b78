import random
from collections.abc import Callable
from datetime import date
from typing import Any
from unicodedata import normalize

import pytest

from identity.hr_import import file_errors as errors
from identity.hr_import.columns import Column
from identity.hr_import.fields import (
    OrganisationAccountFields,
    OrganisationFields,
    PersonFields,
)
from identity.hr_import.kinds import SheetKind
from identity.hr_import.parsing import ParsedRow, ParsedTable
from identity.hr_import.values import Request
from identity.people.models import Sex

Make = Callable[..., bytes]
Parse = Callable[..., ParsedTable]
Titles = tuple[str, ...]
Person = tuple[Any, ...]


def person_of(row: ParsedRow) -> PersonFields:
    assert isinstance(row.fields, PersonFields)
    return row.fields


@pytest.mark.parametrize("rows_above", [0, 1, 5, 30])
def test_the_header_is_found_wherever_it_stands(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person, rows_above: int
) -> None:
    above = [["UBND TỈNH BẮC KẠN"], *([["Đơn vị: Sở Nội vụ"]] * 29)][:rows_above]
    (row,) = parse(make_workbook([*above, titles, person])).rows
    assert row.number == rows_above + 2
    assert person_of(row).citizen_number == "006177385321"


def test_columns_may_stand_in_any_order_with_others_between(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    expected = parse(make_workbook([titles, person])).rows[0].fields
    pairs = [*zip(titles, person, strict=True), ("Dân tộc", "Tày"), ("Hệ số lương", 3.33)]
    for seed in range(20):
        random.Random(seed).shuffle(pairs)  # noqa: S311  # an order, no secret
        shuffled = make_workbook([[title for title, _ in pairs], [value for _, value in pairs]])
        assert parse(shuffled).rows[0].fields == expected


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda title: normalize("NFD", title),
        lambda title: f"  {title} (*) ".replace(" ", "\n"),
        lambda title: normalize("NFD", title.replace("ố", "o")).encode("ascii", "ignore").decode(),
    ],
)
def test_titles_are_known_in_capitals_decomposed_broken_and_without_marks(
    make_workbook: Make, parse: Parse, change: Callable[[str], str]
) -> None:
    titles = ["STT", "Họ và tên", "Ngày sinh", "Số hiệu", "Số CCCD", "Chức vụ", "Ghi chú"]
    row = [1, "Nông Thị Nga", "5/6/1977", "BK1", 6177385321, "Kế toán", "x"]
    parsed = parse(make_workbook([[change(title) for title in titles], row]))
    assert set(parsed.sheets[0].header.columns) == {
        Column.ORDINAL,
        Column.FULL_NAME,
        Column.BIRTH_DATE,
        Column.STAFF_NUMBER,
        Column.CITIZEN_NUMBER,
        Column.POSITION,
        Column.NOTE,
    }


def test_english_titles_are_known(make_workbook: Make, parse: Parse) -> None:
    titles = ["No.", "Full name", "Date of birth", "Sex", "Staff number", "Citizen number"]
    row = [1, "Nông Thị Nga", "5/6/1977", "F", "BK1", 6177385321]
    fields = person_of(parse(make_workbook([titles, row])).rows[0])
    assert (fields.sex, fields.staff_number) == (Sex.FEMALE, "BK1")


def test_the_birth_date_below_nam_or_nu_tells_the_sex(make_workbook: Make, parse: Parse) -> None:
    content = make_workbook(
        [
            ["STT", "Họ và tên", "Ngày sinh", None, "Số CCCD"],
            [None, None, "Nam", "Nữ", None],
            ["(1)", "(2)", "(3)", "(4)", "(5)"],
            [1, "Nông Văn An", "1/2/1980", None, "006080000001"],
            [2, "Nông Thị Nga", None, "5/6/1977", "006177385321"],
            [3, "Ma Thị Hoa", None, None, "006177385322"],
        ],
        merges=[(0, 2, 0, 3), (0, 0, 1, 0), (0, 1, 1, 1), (0, 4, 1, 4)],
    )
    parsed = parse(content)
    first, second, third = parsed.rows
    assert (person_of(first).sex, person_of(first).birth_date) == (Sex.MALE, date(1980, 2, 1))
    assert (person_of(second).sex, person_of(second).birth_date) == (Sex.FEMALE, date(1977, 6, 5))
    assert [refusal.code for refusal in third.refusals] == ["birth_date_invalid"]
    assert [heading.number for heading in parsed.headings] == [3]


def test_day_month_and_year_in_three_columns_make_a_date_even_where_merges_are_lost(
    parse: Parse,
) -> None:
    text = (
        "STT,Họ và tên,,Ngày sinh,,,Giới tính,Số CCCD\n"
        ",Họ đệm,Tên,Ngày,Tháng,Năm,,\n"
        "1,Nông Thị Hồng,Nga,5,6,1977,Nữ,006177385321\n"
        "2,Nông Văn,An,,,1980,Nam,006080000001\n"
    )
    first, second = parse(text.encode(), "a.csv").rows
    assert person_of(first).birth_date == date(1977, 6, 5)
    assert str(person_of(first).name) == "Nông Thị Hồng Nga"
    assert [refusal.code for refusal in second.refusals] == ["birth_date_invalid"]


def test_family_and_given_name_in_two_columns_of_one_header_row(
    make_workbook: Make, parse: Parse
) -> None:
    titles = ["TT", "Họ đệm", "Tên", "Ngày sinh", "Tháng sinh", "Năm sinh", "Số hiệu CBCCVC"]
    fields = person_of(parse(make_workbook([titles, [1, "Ma Thị", "Hoa", 5, 6, 1977, 7]])).rows[0])
    assert str(fields.name) == "Ma Thị Hoa"
    assert fields.birth_date == date(1977, 6, 5)
    assert fields.staff_number == "7"


def test_the_forms_of_dong_thap_and_nghe_an_are_requests(make_workbook: Make, parse: Parse) -> None:
    form_01 = make_workbook(
        [
            ["DANH SÁCH ĐỀ NGHỊ CẤP TÀI KHOẢN"],
            ["(Kèm theo Công văn số 123/SNV-TCCB ngày 01/6/2024 của Sở Nội vụ)"],
            ["Stt", "Họ và tên", "Chức vụ", "Đơn vị/bộ phận công tác", "Số điện thoại"],
            [1, "Nông Thị Nga", "Giám đốc", "Sở Nội vụ", 912345678],
            [2, "Tống Văn An", "Chuyên viên", "Sở Nội vụ", None],
            ["Danh sách đề nghị: 02 tài khoản"],
        ]
    )
    parsed = parse(form_01)
    assert parsed.kind is SheetKind.REQUESTS
    assert [person_of(row).request for row in parsed.rows] == [Request.CREATE] * 2
    assert person_of(parsed.rows[0]).document_number == "123/SNV-TCCB"
    assert person_of(parsed.rows[0]).document_date == date(2024, 6, 1)
    assert not any(row.refusals for row in parsed.rows)

    nghe_an = make_workbook(
        [
            [
                "STT",
                "Họ và tên",
                "Chức vụ",
                "Phòng/ban/đơn vị",
                "Số điện thoại",
                "Nội dung đề nghị",
            ],
            [1, "Nông Thị Nga", "Kế toán", "Phòng Tổ chức", "0912345678", "Tạm khóa"],
            [2, "Nông Văn An", "Kế toán", "Phòng Tổ chức", "0912345679", "???"],
        ]
    )
    first, second = parse(nghe_an).rows
    assert person_of(first).request is Request.SUSPEND
    assert person_of(first).organisation_name == "Phòng Tổ chức"
    assert [refusal.code for refusal in second.refusals] == ["request_unknown"]


def test_number_and_date_of_the_decision_below_a_common_title(
    make_workbook: Make, parse: Parse
) -> None:
    content = make_workbook(
        [
            ["STT", "Họ và tên", "Đơn vị", "Đề nghị", "Quyết định", None],
            [None, None, None, None, "Số", "Ngày"],
            [1, "Nông Thị Nga", "Sở Nội vụ", "Thu hồi", "45/QĐ-SNV", "2/3/2026"],
        ],
        merges=[(0, 4, 0, 5)],
    )
    fields = person_of(parse(content).rows[0])
    assert (fields.document_number, fields.document_date) == ("45/QĐ-SNV", date(2026, 3, 2))
    assert fields.request is Request.REVOKE


def test_the_tree_of_organisations_and_their_accounts_are_told_from_people(parse: Parse) -> None:
    tree = (
        "code,name,short_name,kind,parent_code,mail_stem,gso_code,valid_from\n"
        "H03,Ủy ban nhân dân tỉnh,UBND tỉnh,provincial_committee,,ubnd,06,2020-02-01\n"
    )
    parsed = parse(tree.encode(), "a.csv")
    assert parsed.kind is SheetKind.ORGANISATIONS
    assert parsed.rows[0].fields == OrganisationFields(
        "H03",
        "Ủy ban nhân dân tỉnh",
        "UBND tỉnh",
        "provincial_committee",
        None,
        "ubnd",
        "06",
        date(2020, 2, 1),
    )
    in_vietnamese = "STT,Mã định danh,Tên đơn vị,Mã đơn vị cấp trên\n1,H03.1,Sở Nội vụ,H03\n"
    fields = parse(in_vietnamese.encode(), "a.csv").rows[0].fields
    assert fields == OrganisationFields("H03.1", "Sở Nội vụ", parent_code="H03")
    accounts = (
        "organisation_code,purpose,address_stem,display_name\nH03,clerical,vanthu.ubnd,Văn thư\n"
    )
    parsed = parse(accounts.encode(), "a.csv")
    assert parsed.kind is SheetKind.ORGANISATION_ACCOUNTS
    assert parsed.rows[0].fields == OrganisationAccountFields(
        "H03", None, "clerical", "vanthu.ubnd", "Văn thư"
    )


def test_sister_sheets_are_read_and_others_left_out(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    content = make_workbook(
        sheets={
            "Hướng dẫn": [["Điền đủ các cột"]],
            "Sở Nội vụ": [titles, person, person],
            "Sở Y tế": [["Sở Y tế"], titles, person],
            "Nháp": [titles, person],
            "Danh bạ": [["Họ và tên", "Số điện thoại"], ["An", "0912345678"]],
        },
        hidden_sheets=["Nháp"],
    )
    parsed = parse(content)
    assert [(row.sheet, row.number) for row in parsed.rows] == [
        ("Sở Nội vụ", 2),
        ("Sở Nội vụ", 3),
        ("Sở Y tế", 3),
    ]
    assert parsed.ignored_sheets == ("Hướng dẫn", "Danh bạ", "Nháp")


def test_a_sheet_without_header_or_without_rows_is_refused(
    make_workbook: Make, parse: Parse, titles: Titles
) -> None:
    with pytest.raises(errors.HeaderNotFound):
        parse(make_workbook([["Nông Thị Nga", "5/6/1977"], [1, 2, 3]]))
    with pytest.raises(errors.FileEmpty):
        parse(make_workbook([titles]))
