"""Which rows are data, and what a row says as a whole."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from identity.hr_import.fields import PersonFields
from identity.hr_import.parsing import ParsedTable

Make = Callable[..., bytes]
Parse = Callable[..., ParsedTable]
Titles = tuple[str, ...]
Person = tuple[Any, ...]


@pytest.mark.parametrize(
    "guide",
    [
        [None, "SỞ NỘI VỤ"],
        ["I", "Phòng Tổ chức"],
        ["II.", "PHÒNG TÀI CHÍNH", None, None, None, None, None, None, None, None, "3 người"],
        ["A. KHỐI QUẢN LÝ NHÀ NƯỚC"],
        [1, "Văn phòng Sở"],
        [None, "Sở Nội vụ", None, None, None, None, None, "000.00.03.H03"],
        [None, "Tổng số: 6027 người"],
        [None, "Tổng cộng", None, 12],
        ["Tổng số", None, None, None, 5],
        [None, None, None, None, None, None, None, "Bắc Kạn, ngày 01 tháng 6 năm 2024"],
        [None, "NGƯỜI LẬP BIỂU", None, None, None, None, "GIÁM ĐỐC"],
        [None, "(Ký, ghi rõ họ tên)"],
        [f"({number})" for number in range(1, 12)],
        [*range(1, 12)],
        ["A", "B", 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ],
)
def test_rows_that_guide_the_eye_are_headings(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person, guide: list[Any]
) -> None:
    parsed = parse(make_workbook([titles, guide, person]))
    assert [heading.number for heading in parsed.headings] == [2]
    assert [row.number for row in parsed.rows] == [3]


def test_titles_repeated_at_a_page_break_are_a_heading(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    upper = [title.upper() for title in titles]
    parsed = parse(make_workbook([titles, person, titles, person, upper, person]))
    assert [heading.number for heading in parsed.headings] == [3, 5]
    assert not any(row.refusals for row in parsed.rows)


def test_names_after_the_signatures_are_no_people(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    parsed = parse(
        make_workbook(
            [
                titles,
                person,
                [None, "Người lập", None, None, None, None, "Giám đốc"],
                [],
                [None, "Nông Thị Nga", None, None, None, None, "Ma Văn An"],
            ]
        )
    )
    assert [row.number for row in parsed.rows] == [2]


@pytest.mark.parametrize(
    "name", ["Tống Văn Công", "Ban Thị Sở", "Trường Đội", "Y-Moan Ênuôl", "Phòng"]
)
def test_people_whose_names_look_like_headings_stay_people(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person, name: str
) -> None:
    (row,) = parse(make_workbook([titles, [1, name, *person[2:]]])).rows
    assert isinstance(row.fields, PersonFields)
    assert str(row.fields.name) == name


def test_a_person_without_a_name_is_refused_and_no_heading(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    (row,) = parse(make_workbook([titles, [1, None, *person[2:]]])).rows
    assert [refusal.code for refusal in row.refusals] == ["name_missing"]


def test_merged_units_apply_to_the_rows_below_and_merged_titles_to_nothing(
    make_workbook: Make, parse: Parse
) -> None:
    titles = ["STT", "Họ và tên", "Ngày sinh", "Số CCCD", "Đơn vị công tác"]
    content = make_workbook(
        [
            ["DANH SÁCH"],
            titles,
            [1, "Nông Văn An", "1/2/1980", "006080000001", "Sở Nội vụ"],
            [2, "Nông Văn Bình", "1/2/1980", "006080000002"],
            [3, "Nông Văn Chi", "1/2/1980", "006080000003", "Sở Y tế"],
        ],
        merges=[(0, 0, 0, 4), (2, 4, 3, 4)],
    )
    organisations = [
        row.fields.organisation_name
        for row in parse(content).rows
        if isinstance(row.fields, PersonFields)
    ]
    assert organisations == ["Sở Nội vụ", "Sở Nội vụ", "Sở Y tế"]


def test_a_row_knows_the_heading_it_stands_under_and_whether_it_is_hidden(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    content = make_workbook([titles, [None, "SỞ NỘI VỤ"], person], hidden_rows=[2])
    (row,) = parse(content).rows
    assert row.group == "SỞ NỘI VỤ"
    assert "row_hidden" in [note.code for note in row.notes]


def test_a_formula_refuses_its_row_where_something_is_read_from_it(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    rows = [
        titles,
        ["=1+1", *person[1:]],
        [2, "=A1&B1", *person[2:]],
        [3, *person[1:5], "=F2", *person[6:]],
        [*person[:10], "=1+1"],
    ]
    counted, named, numbered, noted = parse(make_workbook(rows)).rows
    assert not counted.refusals
    assert not noted.refusals
    assert [(r.code, r.column.value) for r in named.refusals] == [("formula", "full_name")]
    assert [(r.code, r.column.value) for r in numbered.refusals] == [("formula", "citizen_number")]
    assert named.refusals[0].seen == "=A1&B1"


def test_a_row_that_names_nobody_for_certain_is_refused(
    make_workbook: Make, parse: Parse, titles: Titles, person: Person
) -> None:
    nobody = [*person[:4], None, None, *person[6:]]
    by_staff_number = [*person[:5], None, *person[6:]]
    by_citizen_number = [*person[:4], None, *person[5:]]
    rows = parse(make_workbook([titles, nobody, by_staff_number, by_citizen_number])).rows
    codes = [[refusal.code for refusal in row.refusals] for row in rows]
    assert codes == [["identity_missing"], [], []]


def test_what_was_mended_or_looks_odd_is_noted_but_not_refused(
    make_workbook: Make, parse: Parse, titles: Titles
) -> None:
    odd = [1, "NguyÔn V¨n An", "5/6/1977", "?", "BK1", 6278000000, "x", "H03", "y", "junk", None]
    (row,) = parse(make_workbook([titles, odd])).rows
    assert not row.refusals
    assert {note.code for note in row.notes} == {
        "name_converted",
        "sex_unreadable",
        "citizen_number_zeros_restored",
        "citizen_number_unlike_row",
        "phone_unreadable",
    }


def test_every_message_speaks_both_languages_and_shows_the_cell(
    make_workbook: Make, parse: Parse, titles: Titles
) -> None:
    bad = [1, None, date(1800 + 120, 1, 1), None, "@", "123"]
    (row,) = parse(make_workbook([titles, bad])).rows
    assert [(refusal.code, refusal.seen) for refusal in row.refusals] == [
        ("name_missing", ""),
        ("birth_date_invalid", "01/01/1920"),
        ("citizen_number_invalid", "123"),
        ("staff_number_invalid", "@"),
    ]
    assert all(refusal.message.vi != refusal.message.en for refusal in row.refusals)
