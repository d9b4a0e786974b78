"""All that is wrong with a row is told at once, as far as it can be known."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select

from identity.accounts.models import Account
from identity.hr_import.models import ImportRow, Verdict
from identity.hr_import.service import forget_old_files, rejected_rows
from tests.support.registry import HEADER, NOW, Importing, Province, people_row, workbook

FORM = (*HEADER, "Đề nghị", "Địa chỉ thư điện tử")


def told(row: ImportRow) -> list[tuple[str, str | None]]:
    assert row.reason == (row.refusals[0].reason if row.refusals else None)
    return [(refusal.reason, refusal.column) for refusal in row.refusals]


@pytest.fixture(autouse=True)
def finance(province: Province) -> UUID:
    return province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc").id


def test_each_cell_that_cannot_be_read_is_told(importing: Importing) -> None:
    plan, (row,) = importing.plan(
        workbook(people_row(1, birth="1985", citizen="60940004", staff="(?)", code="H03.9"))
    )
    assert told(row) == [
        ("birth_date_invalid", "birth_date"),
        ("citizen_number_invalid", "citizen_number"),
        ("staff_number_invalid", "staff_number"),
        ("organisation_unknown", "organisation_code"),
    ]
    assert all(refusal.message for refusal in row.refusals)
    assert (plan.totals["refuse"], plan.totals["rows"]) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"birth": "1985", "code": "=A1"}, ["formula", "birth_date_invalid"]),
        ({"birth": "1985", "citizen": "=A1", "staff": ""}, ["formula", "birth_date_invalid"]),
        ({"birth": "1985", "citizen": "", "staff": ""}, ["birth_date_invalid", "identity_missing"]),
        ({"name": "", "code": "", "unit": ""}, ["name_missing", "organisation_missing"]),
        ({"name": "=A1", "code": "", "unit": "=A2"}, ["formula", "formula"]),
    ],
)
def test_what_only_follows_from_an_unread_cell_is_not_told(
    importing: Importing, changed: dict[str, Any], expected: list[str]
) -> None:
    _, (row,) = importing.plan(workbook(people_row(1, **changed)))
    assert [reason for reason, _ in told(row)] == expected


def test_an_unread_part_of_a_birth_date_is_told_once(importing: Importing) -> None:
    header = [*HEADER, "Tháng sinh", "Năm sinh"]
    row = (*people_row(1, birth="12"), "=A1", "1985")
    _, (planned,) = importing.plan(workbook(row, header=header))
    assert told(planned) == [("formula", "birth_month")]


def test_a_number_that_another_row_uses_is_told_beside_an_unread_cell(
    importing: Importing,
) -> None:
    other = people_row(1, name="Lê Văn An", birth="1990", citizen="006090000001")
    _, rows = importing.plan(workbook(people_row(1), other, people_row(1, birth="1985")))
    assert told(rows[1]) == [
        ("birth_date_invalid", "birth_date"),
        ("staff_number_conflict", "staff_number"),
    ]
    assert told(rows[2]) == [("birth_date_invalid", "birth_date")]  # perhaps the same person


def test_people_are_compared_where_what_that_needs_was_read(importing: Importing) -> None:
    importing.run(workbook(people_row(1)))
    stranger = {"name": "Lê Văn An", "citizen": None}
    long, bad = "a" * 201, "30/02/1990"
    for changed, expected in (
        ({"position": long, "birth": "01/01/1990", **stranger}, [("text_too_long", "position")]),
        ({"birth": bad, "citizen": "006185000009"}, [("birth_date_invalid", "birth_date")]),
    ):
        _, (row,) = importing.plan(workbook(people_row(1, **changed)))
        assert told(row) == [*expected, ("staff_number_conflict", "staff_number")]
    _, (row,) = importing.plan(workbook(people_row(1, birth=bad, **stranger)))
    assert told(row) == [("birth_date_invalid", "birth_date")]  # the name may be a corrected one


def test_who_it_is_is_asked_beside_a_cell_that_has_nothing_to_do_with_it(
    importing: Importing,
) -> None:
    importing.run(workbook(people_row(1, citizen=None)))
    _, rows = importing.plan(
        workbook(
            people_row(7, citizen=None, position="a" * 201),
            people_row(8, citizen="1234567"),
        )
    )
    assert [reason for reason, _ in told(rows[0])] == ["text_too_long", "match_needs_confirmation"]
    assert len(rows[0].proposed) == 1
    assert told(rows[1]) == [("citizen_number_invalid", "citizen_number")]
    assert rows[1].proposed == []


def test_an_address_that_a_refused_row_asks_for_is_looked_at_and_not_given(
    importing: Importing,
) -> None:
    header = (*HEADER, "Địa chỉ đề nghị")
    importing.run(workbook((*people_row(1), "hoa"), header=header))
    long = "a" * 201
    _, rows = importing.plan(
        workbook(
            (*people_row(2, position=long), "Họa!"),
            (*people_row(3, position=long), "hoa"),
            (*people_row(4, position=long), "mai"),
            (*people_row(5), "mai"),
            (*people_row(6, birth="1985"), "hoa"),
            header=header,
        )
    )
    assert [[reason for reason, _ in told(row)] for row in rows] == [
        ["text_too_long", "address_malformed"],
        ["text_too_long", "address_taken"],
        ["text_too_long"],
        [],
        ["birth_date_invalid"],  # perhaps somebody who has an address
    ]


def test_a_list_with_refused_rows_writes_the_others(importing: Importing) -> None:
    importing.run(
        workbook(people_row(1, birth="1985", code="H03.9"), people_row(2), people_row(2, code="x"))
    )
    with importing.db.transaction() as session:
        assert list(session.scalars(select(Account.login))) == ["maiht"]


def test_request_forms_tell_everything_too(importing: Importing) -> None:
    importing.run(workbook(people_row(1), people_row(2)))
    long = "a" * 201
    _, rows = importing.plan(
        workbook(
            (*people_row(1, position=long, code="H03.9"), "Tạm khóa", None),
            (*people_row(2, position=long), "Tạm khóa", "maiht"),
            (*people_row(1, position=long), "Mở khóa", "maiht"),
            (*people_row(1, code="H03.9"), "nhảy múa", None),
            (*people_row(1, code="H03.9"), "nhảy múa", "maiht"),
            (*people_row(9, name="Lê Văn An", position=long), "Thay đổi", None),
            (*people_row(9, name="Lê Văn An", position=long), "Thu hồi", None),
            (*people_row(1, name="=A1"), "Tạm khóa", "maiht"),
            header=FORM,
        )
    )
    assert [[reason for reason, _ in told(row)] for row in rows] == [
        ["text_too_long", "organisation_unknown"],
        ["text_too_long", "address_conflict"],
        ["text_too_long"],
        ["request_unknown", "organisation_unknown"],
        ["request_unknown"],
        ["text_too_long", "person_unknown"],
        ["text_too_long", "person_unknown"],
        ["formula"],
    ]
    _, (good,) = importing.plan(
        workbook((*people_row(1), "Tạm khóa", "maiht"), header=FORM),
    )
    assert good.verdict is Verdict.CHANGE


def test_what_an_unread_row_asks_for_is_not_held_against_the_next(importing: Importing) -> None:
    importing.run(workbook(people_row(1)))
    rows = importing.run(
        workbook(
            (*people_row(1, position="a" * 201), "Thu hồi", "maiht"),
            (*people_row(1), "Tạm khóa", "maiht"),
            header=FORM,
        )
    )
    assert [row.verdict for row in rows] == [Verdict.REFUSE, Verdict.CHANGE]


def test_organisations_tell_everything_too(importing: Importing) -> None:
    head = "code,name,short_name,kind,parent_code,mail_stem,gso_code,valid_from\n"
    lines = (
        "H03,UBND tỉnh,,provincial_committee,,ubnd,,2020-02-01",
        "H03.2,Sở lạ,,spaceship,H03.77,Sở!,x1,31/02/2020",
        "H3,,,department,H03.77,a,,2020-02-01",
        "H03.3,,,department,H03,c,,2020-02-01",
        "H03.3.1,Phòng,,unit,H03.3,d,,2020-02-01",
        "H03.3.1.1,Tổ,,unit,H03.3.1,Tổ!,,2020-02-01",
        "H03.3,Sở đúng,,department,H03,e,,2020-02-01",
        "H03.4,Vòng A,,unit,H03.5,Vòng!,,2020-02-01",
        "H03.5,Vòng B,,unit,H03.4,g,,2020-02-01",
    )
    _, rows = importing.plan((head + "\n".join(lines)).encode(), "tree.csv")
    assert [told(row) for row in rows[:3]] == [
        [],
        [
            ("date_invalid", "valid_from"),
            ("organisation_kind_unknown", "organisation_kind"),
            ("mail_stem_invalid", "mail_stem"),
            ("gso_code_invalid", "gso_code"),
            ("parent_unknown", "parent_code"),
        ],
        [
            ("organisation_name_missing", "organisation_name"),
            ("organisation_code_invalid", "organisation_code"),
            ("parent_unknown", "parent_code"),
        ],
    ]
    assert [[reason for reason, _ in told(row)] for row in rows[3:]] == [
        ["organisation_name_missing"],
        [],  # the corrected row below counts
        ["mail_stem_invalid"],
        [],
        ["mail_stem_invalid", "parent_circle"],
        ["parent_circle"],
    ]
    _, rows = importing.plan((head + "\n".join(lines[3:6])).encode(), "tree.csv")
    assert [[reason for reason, _ in told(row)] for row in rows] == [
        ["organisation_name_missing", "parent_unknown"],
        ["parent_refused"],
        ["mail_stem_invalid", "parent_refused"],
    ]


def test_organisation_accounts_tell_everything_too(importing: Importing) -> None:
    lines = (
        "organisation_code,purpose,address_stem,display_name",
        "H03.9,clerical,văn thư,Văn thư",
        "H03.9,clerical,,Văn thư",
        "H03.1,clerical,vt,Văn thư",
        f"H03.9,{'a' * 300},vt,Văn thư",
    )
    _, rows = importing.plan("\n".join(lines).encode(), "boxes.csv")
    assert [[reason for reason, _ in told(row)] for row in rows] == [
        ["organisation_unknown", "address_stem_invalid"],
        ["address_stem_missing", "organisation_unknown"],
        [],
        ["text_too_long", "organisation_unknown", "address_conflict"],
    ]


def test_the_file_that_is_sent_back_names_the_column_of_each_reason(importing: Importing) -> None:
    content = workbook(people_row(1), people_row(2, birth="1985", citizen="12", code="H03.9"))
    plan, _ = importing.plan(content)
    given_back = rejected_rows(importing.db, importing.importer, plan.id, NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(given_back)).worksheets[0]
    titles = ["Ngày sinh", "Số CCCD", "Mã định danh đơn vị"]
    for column in ("K2", "L2"):
        lines = str(sheet[column].value).split("\n")
        assert [line.partition(": ")[0] for line in lines] == titles
    assert "H03.9" in str(sheet["K2"].value)
    marked = {cell.coordinate for cell in sheet[2] if cell.fill.fgColor.rgb == "FFFFD7D7"}
    assert marked == {"C2", "F2", "H2"}


def test_what_else_was_wrong_is_forgotten_with_the_file(importing: Importing) -> None:
    _, (row,) = importing.plan(workbook(people_row(1, birth="1985", code="H03.9")))
    with importing.db.transaction() as session:
        later = NOW + timedelta(days=importing.importer.settings.keep_days + 1)
        assert forget_old_files(session, importing.importer.settings, later) == 1
    with importing.db.transaction() as session:
        kept = session.get_one(ImportRow, (row.plan_id, row.position))
    assert told(kept) == [("birth_date_invalid", "birth_date")]
    assert kept.refusals[0].message is None
