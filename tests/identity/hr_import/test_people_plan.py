"""Plans for lists of people against a real registry."""

import csv
import io
import traceback
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import func, select, update

from entrypoints.home import CHECKOUT
from identity.accounts.models import Account, AccountKind
from identity.hr_import.columns import Column
from identity.hr_import.errors import ImportPlanNotOpen, ImportPlanStale, ImportValueUnstorable
from identity.hr_import.models import ImportPlan, ImportRow, PlanStatus, Verdict
from identity.hr_import.row_reader import LONGEST
from identity.hr_import.service import forget_old_files
from identity.organisations.models import Organisation
from identity.people.models import Appointment, Person
from identity.people.queries import appointments_on
from kernel.database import Database
from tests.support.registry import HEADER, NOW, TODAY, Importing, Province, people_row, workbook

SAMPLE = CHECKOUT / "sample" / "bac-kan"
TRUTH = CHECKOUT.parent / "shared" / "data" / "backan" / "hr-truth.csv"


@pytest.fixture
def finance(province: Province) -> UUID:
    return province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc").id


def verdicts(rows: list[ImportRow]) -> list[tuple[int, str, str | None]]:
    return [(row.row, row.verdict.value, row.reason) for row in rows]


def count(db: Database, model: Any) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_list_becomes_people_with_appointments_accounts_and_addresses(
    importing: Importing, finance: UUID
) -> None:
    importing.run(workbook(people_row(1), people_row(2, name="Lê Văn An", sex="Nam")))
    with importing.db.transaction() as session:
        people = list(session.scalars(select(Person).order_by(Person.sort_key)))
        logins = set(session.scalars(select(Account.login)))
        held = appointments_on(session, [person.id for person in people], TODAY)
    assert [person.full_name for person in people] == ["Lê Văn An", "Hoàng Thị Mai"]
    assert logins == {"maiht", "anlv"}
    assert {organisation.id for rows in held.values() for _, organisation in rows} == {finance}


@pytest.mark.usefixtures("finance")
def test_the_same_file_again_changes_nothing(importing: Importing) -> None:
    content = workbook(people_row(1), people_row(2))
    importing.run(content)
    plan, rows = importing.plan(content)
    assert verdicts(rows) == [(2, "unchanged", None), (3, "unchanged", None)]
    importing.apply(plan)
    assert count(importing.db, Person) == 2


@pytest.mark.usefixtures("finance")
def test_a_changed_row_becomes_a_change_of_just_that(importing: Importing) -> None:
    importing.run(workbook(people_row(1)))
    changed = workbook(people_row(1, phone="0987654321", name="Hoàng Thị Mại"))
    plan, (row,) = importing.plan(changed)
    assert {item["field"]: (item["before"], item["after"]) for item in row.changes} == {
        "full_name": ("Hoàng Thị Mai", "Hoàng Thị Mại"),
        "phone": ("0912345678", "0987654321"),
    }
    importing.apply(plan)
    with importing.db.transaction() as session:
        (person,) = session.scalars(select(Person))
    assert (person.full_name, person.phone) == ("Hoàng Thị Mại", "0987654321")


@pytest.mark.usefixtures("finance")
def test_what_a_row_does_not_say_stays(importing: Importing) -> None:
    importing.run(workbook(people_row(1)))
    _, (row,) = importing.plan(workbook(people_row(1, phone=None, position=None, sex=None)))
    assert row.verdict is Verdict.UNCHANGED


@pytest.mark.usefixtures("finance")
def test_a_row_in_another_organisation_moves_the_person(
    importing: Importing, province: Province
) -> None:
    interior = province.organisation("Sở Nội vụ", code="H03.2").id
    importing.run(workbook(people_row(1)))
    plan, (row,) = importing.plan(workbook(people_row(1, code="H03.2")))
    assert (row.verdict, plan.totals["to_move"]) == (Verdict.CHANGE, 1)
    importing.apply(plan)
    with importing.db.transaction() as session:
        (person_id,) = session.scalars(select(Person.id))
        ((_, organisation),) = appointments_on(session, [person_id], TODAY)[person_id]
    assert organisation.id == interior


@pytest.mark.usefixtures("finance")
def test_the_same_person_in_two_organisations_of_one_file_is_appointed_to_both(
    importing: Importing, province: Province
) -> None:
    province.organisation("Đảng ủy", code="H03.2")
    content = workbook(people_row(1), people_row(1, code="H03.2", position="Ủy viên"))
    rows = importing.run(content)
    assert verdicts(rows) == [(2, "accept", None), (3, "accept", None)]
    assert (count(importing.db, Person), count(importing.db, Appointment)) == (1, 2)
    _, again = importing.plan(content)
    assert [row.verdict for row in again] == [Verdict.UNCHANGED, Verdict.UNCHANGED]


@pytest.mark.usefixtures("finance")
@pytest.mark.parametrize(
    ("second", "verdict", "reason"),
    [
        (people_row(1), "duplicate", "duplicate_row"),
        (people_row(1, name="HOÀNG THỊ MAI"), "duplicate", "duplicate_row"),
        (people_row(2, staff="CB00001"), "refuse", "staff_number_conflict"),
        (people_row(2, citizen="006185000001"), "refuse", "citizen_number_conflict"),
        (people_row(2), "accept", None),
    ],
)
def test_a_number_used_by_an_earlier_row(
    importing: Importing, second: tuple[Any, ...], verdict: str, reason: str | None
) -> None:
    _, rows = importing.plan(workbook(people_row(1), second))
    assert verdicts(rows)[1] == (3, verdict, reason)


@pytest.mark.usefixtures("finance")
def test_a_corrected_row_below_a_faulty_one_of_the_same_person_is_accepted(
    importing: Importing,
) -> None:
    _, rows = importing.plan(workbook(people_row(1, birth="1985"), people_row(1)))
    assert verdicts(rows) == [(2, "refuse", "birth_date_invalid"), (3, "accept", None)]


@pytest.mark.usefixtures("finance")
@pytest.mark.parametrize(
    "row",
    [
        people_row(2, staff="CB00001", name="Lê Văn An", birth="01/01/1990"),
        people_row(2, staff="CB00001"),
        people_row(1, staff="CB00009", name="Lê Văn An", birth="01/01/1990"),
    ],
    ids=["staff number of another", "staff number with another citizen number", "citizen number"],
)
def test_a_number_registered_for_somebody_else_is_refused(
    importing: Importing, row: tuple[Any, ...]
) -> None:
    importing.run(workbook(people_row(1)))
    _, (planned,) = importing.plan(workbook(row))
    assert planned.verdict is Verdict.REFUSE
    assert planned.reason in {"staff_number_conflict", "citizen_number_conflict"}


@pytest.mark.usefixtures("finance")
def test_name_birth_date_and_organisation_only_propose_and_a_person_confirms(
    importing: Importing,
) -> None:
    importing.run(workbook(people_row(1, citizen=None)))
    content = workbook(people_row(7, staff="CB00007", citizen=None))
    _, (row,) = importing.plan(content)
    assert (row.verdict, row.reason) == (Verdict.REFUSE, "match_needs_confirmation")
    with importing.db.transaction() as session:
        (person_id,) = session.scalars(select(Person.id))
    _, (same,) = importing.plan(content, confirmed={2: person_id})
    assert (same.verdict, same.subject_id) == (Verdict.CHANGE, person_id)
    _, (new,) = importing.plan(content, confirmed={2: None})
    assert new.verdict is Verdict.ACCEPT


@pytest.mark.usefixtures("finance")
def test_namesakes_with_other_citizen_numbers_are_not_even_proposed(importing: Importing) -> None:
    importing.run(workbook(people_row(1)))
    _, (row,) = importing.plan(workbook(people_row(2)))
    assert row.verdict is Verdict.ACCEPT


@pytest.mark.usefixtures("finance")
def test_an_organisation_is_found_by_name_where_there_is_no_code(importing: Importing) -> None:
    _, rows = importing.plan(
        workbook(
            people_row(1, code=None, unit="SO TAI CHINH"),
            people_row(2, code=None, unit="Sở Không Có"),
            people_row(3, code="H03.99"),
            people_row(4, code="000.00.01.H03"),
        )
    )
    assert verdicts(rows) == [
        (2, "accept", None),
        (3, "refuse", "organisation_unknown"),
        (4, "refuse", "organisation_unknown"),
        (5, "accept", None),
    ]


@pytest.mark.usefixtures("finance")
def test_a_plan_is_applied_once(importing: Importing) -> None:
    plan, _ = importing.plan(workbook(people_row(1)))
    importing.apply(plan)
    with pytest.raises(ImportPlanNotOpen):
        importing.apply(plan)


def stale(importing: Importing, plan: ImportPlan) -> None:
    before = count(importing.db, Person)
    with pytest.raises(ImportPlanStale):
        importing.apply(plan)
    with importing.db.transaction() as session:
        assert session.get_one(ImportPlan, plan.id).status is PlanStatus.STALE
    assert count(importing.db, Person) == before


@pytest.mark.usefixtures("finance")
def test_a_plan_whose_numbers_were_taken_meanwhile_writes_nothing(importing: Importing) -> None:
    plan, _ = importing.plan(workbook(people_row(1), people_row(2)))
    importing.run(workbook(people_row(2)))
    stale(importing, plan)


@pytest.mark.usefixtures("finance")
def test_a_plan_that_would_overwrite_a_later_change_writes_nothing(importing: Importing) -> None:
    importing.run(workbook(people_row(1), people_row(2)))
    plan, _ = importing.plan(workbook(people_row(1, phone="0911111111"), people_row(3)))
    importing.run(workbook(people_row(1, phone="0922222222")))
    stale(importing, plan)


@pytest.mark.usefixtures("finance")
def test_citizen_numbers_stand_in_no_table_in_clear(importing: Importing) -> None:
    importing.plan(workbook(people_row(1)))
    importing.run(workbook(people_row(2)))
    with importing.db.transaction() as session:
        for table in ("identity_import_plan", "identity_import_row", "identity_person"):
            dump = session.connection().exec_driver_sql(f"SELECT t::text FROM {table} t").all()
            assert not any("006185" in str(row) for row in dump)
        audit = session.connection().exec_driver_sql("SELECT t::text FROM kernel_audit_record t")
        assert not any("006185" in str(row) for row in audit.all())


@pytest.mark.usefixtures("finance")
def test_files_are_forgotten_when_their_time_is_over(importing: Importing) -> None:
    plan, _ = importing.plan(workbook(people_row(1), people_row(2, birth="1985")))
    later = NOW + timedelta(days=importing.importer.settings.keep_days + 1)
    with importing.db.transaction() as session:
        assert forget_old_files(session, importing.importer.settings, NOW) == 0
        assert forget_old_files(session, importing.importer.settings, later) == 1
    with importing.db.transaction() as session:
        kept = session.get_one(ImportPlan, plan.id)
        assert (kept.file_sealed, kept.status) == (None, PlanStatus.STALE)
        rows = session.execute(select(ImportRow.message, ImportRow.changes)).all()
        assert [tuple(row) for row in rows] == [(None, []), (None, [])]


@pytest.mark.usefixtures("finance")
def test_an_address_asked_for_is_given_unless_it_is_taken(importing: Importing) -> None:
    header = ("Họ và tên", "Ngày sinh", "Số CCCD", "Mã định danh đơn vị", "Địa chỉ đề nghị")
    row = ("Hoàng Thị Mai", "12/03/1985", "006185000001", "H03.1", "mai.hoang@backan.gov.vn")
    plan, rows = importing.plan(workbook(row, header=header))
    assert verdicts(rows) == [(2, "accept", None)]
    importing.apply(plan)
    other = ("Lê Văn An", "12/03/1985", "006085000002", "H03.1", "mai.hoang")
    _, (refused,) = importing.plan(workbook(other, header=header))
    assert refused.reason == "address_taken"


@pytest.mark.usefixtures("finance")
def test_a_number_alone_does_not_rename_a_person(importing: Importing) -> None:
    header = ("Họ và tên", "Số hiệu CBCCVC", "Mã định danh đơn vị")
    importing.run(workbook(people_row(1)))
    _, rows = importing.plan(
        workbook(("Hoàng Thị Mai", "CB00001", "H03.1"), header=header),
    )
    assert verdicts(rows) == [(2, "unchanged", None)]
    _, rows = importing.plan(workbook(("Lê Văn An", "CB00001", "H03.1"), header=header))
    assert verdicts(rows) == [(2, "refuse", "staff_number_conflict")]


@pytest.mark.usefixtures("finance")
def test_an_answer_for_a_row_number_of_two_sheets_is_refused(importing: Importing) -> None:
    importing.run(workbook(people_row(1, citizen=None)))
    book = openpyxl.Workbook()
    for sheet in (book.worksheets[0], book.create_sheet("Hai")):
        sheet.append(list(HEADER))
    book.worksheets[0].append(list(people_row(7, citizen=None)))
    book.worksheets[1].append(list(people_row(8, citizen=None)))
    book.worksheets[1].append(list(people_row(9, citizen=None)))
    target = io.BytesIO()
    book.save(target)
    _, rows = importing.plan(target.getvalue(), confirmed={2: None, 3: None})
    assert verdicts(rows) == [
        (2, "refuse", "match_ambiguous_row"),
        (2, "refuse", "match_ambiguous_row"),
        (3, "accept", None),
    ]
    first, second = (sheet.title for sheet in book.worksheets)
    named = {f"2:{first}": None, f"2:{second}": None, f"3:{second}": None}
    _, rows = importing.plan(target.getvalue(), confirmed=named)
    assert {row.verdict for row in rows} == {Verdict.ACCEPT}


@pytest.mark.usefixtures("finance")
@pytest.mark.parametrize("spare", [0, 1])
def test_a_text_longer_than_the_registry_keeps_is_refused_in_its_row(
    importing: Importing, spare: int
) -> None:
    _, (row,) = importing.plan(workbook(people_row(1, position="a" * (200 + spare))))
    assert row.reason == ("text_too_long" if spare else None)
    if row.message:
        assert "200" in row.message["en"]


@pytest.mark.usefixtures("finance")
def test_control_characters_are_dropped(importing: Importing) -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(people_row(1, position="Chuyên@@viên"))))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as changed:
        for part in source.namelist():
            changed.writestr(part, source.read(part).replace(b"@@", b"_x0000_ _x0001_"))
    importing.run(target.getvalue())
    with importing.db.transaction() as session:
        assert list(session.scalars(select(Appointment.position))) == ["Chuyên viên"]


@pytest.mark.usefixtures("finance")
def test_a_value_that_cannot_be_stored_is_not_quoted(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LONGEST, Column.POSITION, 250)
    plan, _ = importing.plan(workbook(people_row(1, position="b" * 201)))
    with pytest.raises(ImportValueUnstorable) as caught:
        importing.apply(plan)
    assert "bbb" not in "".join(traceback.format_exception(caught.value))
    assert count(importing.db, Person) == 0


def test_a_registered_person_on_two_rows_gets_one_account(
    importing: Importing, province: Province, finance: UUID
) -> None:
    with importing.db.transaction() as session:
        office = session.get_one(Organisation, finance)
    province.organisation("Đảng ủy", code="H03.2")
    province.person(
        office,
        "Hoàng Thị Mai",
        staff_number="CB00001",
        citizen_number="006185000001",
        birth_date=date(1985, 3, 12),
    )
    importing.run(workbook(people_row(1), people_row(1, code="H03.2")))
    assert count(importing.db, Account) == 1


@pytest.mark.usefixtures("finance")
def test_a_repeated_concurrent_appointment_is_a_duplicate(
    importing: Importing, province: Province
) -> None:
    province.organisation("Đảng ủy", code="H03.2")
    concurrent = people_row(1, code="H03.2", position="Ủy viên")
    rows = importing.run(workbook(people_row(1), concurrent, concurrent))
    assert verdicts(rows) == [
        (2, "accept", None),
        (3, "accept", None),
        (4, "duplicate", "duplicate_row"),
    ]
    assert count(importing.db, Appointment) == 2


@pytest.mark.usefixtures("finance")
def test_a_list_cannot_take_effect_before_the_appointment_it_changes(
    importing: Importing, province: Province
) -> None:
    province.organisation("Sở Nội vụ", code="H03.2")
    importing.run(workbook(people_row(1)))
    with importing.db.transaction() as session:
        tomorrow = TODAY + timedelta(days=1)
        session.execute(update(Appointment).values(valid_from=tomorrow))
    _, (row,) = importing.plan(workbook(people_row(1, code="H03.2")))
    assert (row.verdict, row.reason) == (Verdict.REFUSE, "effective_date_invalid")


def test_the_login_of_a_service_account_is_no_free_address(
    importing: Importing, finance: UUID
) -> None:
    with importing.db.transaction() as session:
        session.add(
            Account(
                kind=AccountKind.SERVICE,
                login="maiht",
                display_name="Máy",
                organisation_id=finance,
                status_changed_at=NOW,
                created_at=NOW,
            )
        )
    importing.run(workbook(people_row(1)))
    with importing.db.transaction() as session:
        assert set(session.scalars(select(Account.login))) == {"maiht", "maiht.stc"}


@pytest.mark.usefixtures("finance")
def test_a_message_repeats_no_citizen_number(importing: Importing) -> None:
    _, rows = importing.plan(
        workbook(
            people_row(1, code=None, unit="006185000001"), people_row(2, code="006 185 000 001")
        )
    )
    assert [row.reason for row in rows] == ["organisation_unknown"] * 2
    assert not any("185" in str(row.message) for row in rows)


@pytest.fixture(scope="module")
def truth() -> dict[int, tuple[str, str | None]]:
    with TRUTH.open(encoding="utf-8") as source:
        return {
            int(row["row"]): (row["verdict"], row["reason"] or None)
            for row in csv.DictReader(source)
        }


@pytest.fixture
def sample(province: Province, importing: Importing) -> Importing:
    for name in ("organisations.csv", "organisation-accounts.csv"):
        importing.run(Path(SAMPLE / name).read_bytes(), name)
    assert province.db is importing.db
    return importing


def test_every_row_of_the_sample_gets_its_verdict_and_reason(
    sample: Importing, truth: dict[int, tuple[str, str | None]]
) -> None:
    plan, rows = sample.plan((SAMPLE / "hr.xlsx").read_bytes(), "hr.xlsx")
    given = {row.row: (row.verdict.value, row.reason) for row in rows}
    wrong = {
        row: (given.get(row), expected)
        for row, expected in truth.items()
        if expected[0] != "either" and given.get(row) != expected
    }
    assert wrong == {}
    sample.apply(plan)
    assert count(sample.db, Person) == plan.totals["to_create"]
    _, again = sample.plan((SAMPLE / "hr.xlsx").read_bytes(), "hr.xlsx")
    assert {row.verdict for row in again} == {
        Verdict.UNCHANGED,
        Verdict.DUPLICATE,
        Verdict.HEADING,
        Verdict.REFUSE,
    }
