from typing import Any

import pytest
from sqlalchemy import select, update

from identity.accounts.models import Account
from identity.hr_import.models import ImportRow, Verdict
from identity.organisations.models import Group, Organisation
from identity.organisations.queries import get_organisation_by_code, list_history
from tests.support.registry import TODAY, Importing, Province

TREE = "code,name,short_name,kind,parent_code,mail_stem,gso_code,valid_from\n"
BOXES = "organisation_code,purpose,address_stem,display_name\n"


def verdicts(rows: list[ImportRow]) -> list[tuple[int, str, str | None]]:
    return [(row.row, row.verdict.value, row.reason) for row in rows]


def tree(*lines: str) -> bytes:
    return (TREE + "\n".join(lines)).encode()


@pytest.mark.usefixtures("province")
def test_children_may_stand_before_their_parents(importing: Importing) -> None:
    importing.run(
        tree(
            "H03.1.1,Phòng,,unit,H03.1,p.stc,,2020-02-01",
            "H03.1,Sở Tài chính,STC,department,H03,stc,,2020-02-01",
            "H03,UBND tỉnh,,provincial_committee,,ubnd,06,2020-02-01",
        ),
        "tree.csv",
    )
    with importing.db.transaction() as session:
        office = get_organisation_by_code(session, "000.01.01.H03")
        parent = session.get_one(Organisation, office.parent_id)
        groups = list(session.scalars(select(Group)))
    assert (office.name, parent.name) == ("Phòng", "Sở Tài chính")
    assert len(groups) == 6


@pytest.mark.usefixtures("province")
def test_every_error_is_listed_with_its_row(importing: Importing) -> None:
    _, rows = importing.plan(
        tree(
            "H03,UBND tỉnh,,provincial_committee,,ubnd,,2020-02-01",
            "H3,Sai mã,,department,H03,a,,2020-02-01",
            "000.00.00.H03,Trùng mã,,department,,b,,2020-02-01",
            "H03.2,Không cha,,department,H03.77,c,,2020-02-01",
            "H03.3,Loại lạ,,spaceship,H03,d,,2020-02-01",
            "H03.4,,,department,H03,e,,2020-02-01",
            "H03.5,Thư sai,,department,H03,Sở!,,2020-02-01",
            "H03.6,Vòng A,,unit,H03.7,f,,2020-02-01",
            "H03.7,Vòng B,,unit,H03.6,g,,2020-02-01",
            "H03.2.1,Con của dòng sai,,unit,H03.2,h,,2020-02-01",
            "H03.8,Ngày sai,,unit,H03,i,,31/02/2020",
        ),
        "tree.csv",
    )
    assert verdicts(rows) == [
        (2, "accept", None),
        (3, "refuse", "organisation_code_invalid"),
        (4, "refuse", "organisation_code_conflict"),
        (5, "refuse", "parent_unknown"),
        (6, "refuse", "organisation_kind_unknown"),
        (7, "refuse", "organisation_name_missing"),
        (8, "refuse", "mail_stem_invalid"),
        (9, "refuse", "parent_circle"),
        (10, "refuse", "parent_circle"),
        (11, "refuse", "parent_refused"),
        (12, "refuse", "date_invalid"),
    ]


@pytest.mark.usefixtures("province")
def test_messages_do_not_keep_what_may_be_a_citizen_number(importing: Importing) -> None:
    _, rows = importing.plan(
        tree(
            "H03.2,Lệch cột,,006201000123,H03,c,,2020-02-01",
            "H03.3,Lệch cột,,department,006201000123,d,,2020-02-01",
        ),
        "tree.csv",
    )
    for row in rows:
        assert row.verdict is Verdict.REFUSE
        assert "006201000123" not in f"{row.message} {row.further}"


@pytest.mark.usefixtures("province")
def test_a_renamed_row_becomes_a_change_and_leaves_history(importing: Importing) -> None:
    importing.run(tree("H03,UBND tỉnh,,provincial_committee,,ubnd,,2020-02-01"), "tree.csv")
    same = tree("H03,UBND tỉnh,,provincial_committee,,ubnd,,2020-02-01")
    _, (row,) = importing.plan(same, "tree.csv")
    assert row.verdict is Verdict.UNCHANGED
    renamed = tree("H03,UBND tỉnh Bắc Kạn,,provincial_committee,,ubnd,,2020-02-01")
    plan, (row,) = importing.plan(renamed, "tree.csv")
    assert [change["field"] for change in row.changes] == ["name"]
    importing.apply(plan)
    with importing.db.transaction() as session:
        organisation = get_organisation_by_code(session, "H03")
        history = [period.name for period in list_history(session, organisation.id)]
    assert history == ["UBND tỉnh", "UBND tỉnh Bắc Kạn"]


def boxes(*lines: str) -> bytes:
    return (BOXES + "\n".join(lines)).encode()


def test_organisation_accounts_get_the_address_of_their_stem(
    importing: Importing, province: Province
) -> None:
    finance = province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    province.organisation("Sở Nội vụ", code="H03.2", mail_stem="snv")
    content = boxes("H03.1,clerical,vanthu.stc,Văn thư - Sở Tài chính")
    importing.run(content, "boxes.csv")
    with importing.db.transaction() as session:
        (account,) = session.scalars(select(Account))
    assert (account.login, account.organisation_id) == ("vanthu.stc", finance.id)
    _, rows = importing.plan(
        boxes(
            "H03.1,clerical,vanthu.stc,Văn thư - Sở Tài chính",
            "H03.2,clerical,vanthu.stc,Văn thư - Sở Nội vụ",
            "H03.9,clerical,vanthu.x,Không có",
            "H03.2,clerical,Văn thư,Sai",
        ),
        "boxes.csv",
    )
    assert verdicts(rows) == [
        (2, "unchanged", None),
        (3, "refuse", "address_conflict"),
        (4, "refuse", "organisation_unknown"),
        (5, "refuse", "address_stem_invalid"),
    ]
    _, (taken,) = importing.plan(boxes("H03.2,clerical,vanthu.stc,Khác"), "boxes.csv")
    assert taken.reason == "address_taken"


def payloads(importing: Importing) -> list[Any]:
    with importing.db.transaction() as session:
        return list(session.scalars(select(ImportRow.payload_sealed)))


@pytest.mark.usefixtures("province")
def test_what_was_to_be_written_is_forgotten_once_written(importing: Importing) -> None:
    importing.run(tree("H03,UBND tỉnh,,provincial_committee,,ubnd,,2020-02-01"), "tree.csv")
    assert payloads(importing) == [None]


def test_an_account_that_got_another_address_is_found_again(
    importing: Importing, province: Province
) -> None:
    finance = province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    person = province.account(province.person(finance))
    content = boxes(f"H03.1,clerical,{person.login},Văn thư")
    (first,) = importing.run(content, "boxes.csv")
    assert first.verdict is Verdict.ACCEPT
    _, (again,) = importing.plan(content, "boxes.csv")
    assert again.verdict is Verdict.UNCHANGED


@pytest.mark.usefixtures("province")
def test_a_second_account_of_the_same_name_is_opened(importing: Importing) -> None:
    importing.run(tree(ROOT), "tree.csv")
    one, two = "H03,clerical,vanthu,Văn thư", "H03,clerical,congvan,Văn thư"
    importing.run(boxes(one), "boxes.csv")
    rows = importing.run(boxes(two, one), "boxes.csv")
    assert [row.verdict for row in rows] == [Verdict.ACCEPT, Verdict.UNCHANGED]
    _, again = importing.plan(boxes(one, two), "boxes.csv")
    assert [row.verdict for row in again] == [Verdict.UNCHANGED, Verdict.UNCHANGED]


ROOT = "H03,UBND tỉnh,,provincial_committee,,ubnd,,2020-02-01"


@pytest.mark.usefixtures("province")
def test_nothing_is_placed_under_its_own_descendant(importing: Importing) -> None:
    importing.run(
        tree(
            ROOT,
            "H03.1,Sở Tài chính,,department,H03,stc,,2020-02-01",
            "H03.1.1,Phòng,,unit,H03.1,p.stc,,2020-02-01",
        ),
        "tree.csv",
    )
    below = "H03.1,Sở Tài chính,,department,H03.1.1,stc,,2020-02-01"
    _, rows = importing.plan(tree(below), "tree.csv")
    assert verdicts(rows) == [(2, "refuse", "parent_circle")]
    raised = "H03.1.1,Phòng,,unit,H03,p.stc,,2020-02-01"
    _, rows = importing.plan(tree(below, raised), "tree.csv")
    assert verdicts(rows) == [(2, "change", None), (3, "change", None)]


@pytest.mark.usefixtures("province")
def test_a_closed_organisation_is_not_changed_by_list(importing: Importing) -> None:
    importing.run(tree(ROOT), "tree.csv")
    with importing.db.transaction() as session:
        session.execute(update(Organisation).values(valid_to=TODAY))
    _, (row,) = importing.plan(tree(ROOT), "tree.csv")
    assert row.verdict is Verdict.UNCHANGED
    _, (row,) = importing.plan(tree(ROOT.replace("tỉnh", "tỉnh Bắc Kạn")), "tree.csv")
    assert (row.verdict, row.reason) == (Verdict.REFUSE, "organisation_closed")
