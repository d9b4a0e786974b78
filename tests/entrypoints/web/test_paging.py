"""Lists: every row once, in the order that Vietnamese readers expect."""

import base64
from uuid import uuid4

import pytest
from sqlalchemy import text

from identity.names.full_name import FullName
from identity.names.sort_key import sort_key
from identity.names.text import search_key
from identity.people.models import Person
from kernel.database import Database, copy_rows
from tests.support.registry import Province
from tests.support.web import Api

FAMILIES = ("Nguyễn", "Trần", "Hoàng", "Nông", "Đàm", "Bế", "Lường", "Ma", "Lý", "Triệu")
MIDDLES = ("Thị", "Văn", "Hồng", "Đức", "Ngọc")
GIVENS = ("An", "Ánh", "Ân", "Đào", "Dương", "Hà", "Nga", "Ngà", "Tú", "Yến")


def add_people(db: Database, count: int) -> None:
    """By COPY: the list is what is tested, not the service that fills it."""
    names = [
        FullName.parse(f"{family} {middle} {given}")
        for family in FAMILIES
        for middle in MIDDLES
        for given in GIVENS
    ]
    rows = []
    for number in range(count):
        name = names[number * 7919 % len(names)]
        key = search_key(name.full)
        rows.append((uuid4(), name.full, name.given, key, sort_key(name), f"BK{number:06}"))
    columns = ("id", "full_name", "given_name", "search_key", "sort_key", "staff_number")
    with db.transaction() as session:
        copy_rows(session, Person.__tablename__, columns, rows)
        session.execute(text("ANALYZE identity_person"))


@pytest.fixture
def many(db: Database) -> int:
    add_people(db, 10_000)
    return 10_000


def test_all_pages_of_ten_thousand_people_show_everybody_once_in_order(api: Api, many: int) -> None:
    people = [person for page in api.pages("/people", limit=200) for person in page]
    assert len(people) == many
    assert len({person["id"] for person in people}) == many
    keys = [(sort_key(FullName.parse(person["full_name"])), person["id"]) for person in people]
    assert keys == sorted(keys)


def test_people_added_meanwhile_neither_repeat_nor_hide_others(
    api: Api, province: Province
) -> None:
    organisation = province.organisation()
    present = {str(province.person(organisation, f"Ma Thị {given}").id) for given in GIVENS}
    seen: list[str] = []
    for number, page in enumerate(api.pages("/people", limit=3)):
        seen += [person["id"] for person in page]
        province.person(organisation, "Bế Văn An")  # lands on a page that has been read
        province.person(organisation, f"Ma Văn {GIVENS[-number - 1]}")
    assert len(seen) == len(set(seen))
    assert present <= set(seen)


@pytest.mark.parametrize("typed", ["hong nga", "Hồng Nga", "HONG  NGA", "hồng nga", "ồng nga"])
def test_a_name_is_found_with_and_without_tone_marks(
    api: Api, province: Province, typed: str
) -> None:
    organisation = province.organisation()
    province.person(organisation, "Nguyễn Thị Hồng Nga")
    province.person(organisation, "Nguyễn Thị Hồng")
    found = api.get("/people", q=typed)["items"]
    assert [person["full_name"] for person in found] == ["Nguyễn Thị Hồng Nga"]


def test_search_takes_signs_of_patterns_as_they_are(api: Api, province: Province) -> None:
    province.person(province.organisation())
    for typed in ("N_u", "n%a"):
        assert api.get("/people", q=typed)["items"] == []


def test_the_order_is_by_given_name_then_family_then_middle(api: Api, province: Province) -> None:
    organisation = province.organisation()
    names = ["Trần Văn Đào", "Lê Thị An", "Đỗ Văn Dương", "Lê Văn Ân", "Bùi Thị Ánh", "Đỗ Thị An"]
    for name in names:
        province.person(organisation, name)
    found = [person["full_name"] for person in api.get("/people")["items"]]
    assert found == [
        "Đỗ Thị An",
        "Lê Thị An",
        "Bùi Thị Ánh",
        "Lê Văn Ân",
        "Đỗ Văn Dương",
        "Trần Văn Đào",
    ]


def test_people_of_a_unit_and_of_everything_below_it(api: Api, province: Province) -> None:
    top = province.organisation("Ủy ban nhân dân tỉnh")
    below = province.organisation("Phòng Tổng hợp", parent_id=top.id)
    elsewhere = province.organisation("Sở Y tế")
    for organisation, name in ((top, "Ma Văn An"), (below, "Ma Văn Ba"), (elsewhere, "Ma Văn Cư")):
        province.person(organisation, name)

    def names(**query: object) -> list[str]:
        return [person["full_name"] for person in api.get("/people", **query)["items"]]

    assert names(organisation_id=top.id) == ["Ma Văn An"]
    assert names(under=top.id) == ["Ma Văn An", "Ma Văn Ba"]
    assert names(under=top.id, on="2023-12-31") == []  # before anybody was appointed
    assert names(under=top.id, q="van ba") == ["Ma Văn Ba"]


def test_namesakes_are_shown_with_unit_and_title(api: Api, province: Province) -> None:
    for organisation, title in (("Sở Tài chính", "Kế toán"), ("Sở Y tế", "Bác sĩ")):
        province.person(province.organisation(organisation), position=title)
    shown = {
        (person["full_name"], person["organisation_name"], person["position"])
        for person in api.get("/people", q="hong nga")["items"]
    }
    assert shown == {
        ("Nguyễn Thị Hồng Nga", "Sở Tài chính", "Kế toán"),
        ("Nguyễn Thị Hồng Nga", "Sở Y tế", "Bác sĩ"),
    }


def test_organisations_and_accounts_page_the_same_way(api: Api, province: Province) -> None:
    organisations = [province.organisation(f"Xã số {number}") for number in range(7)]
    for _ in range(7):
        province.account(province.person(organisations[0]))
    for path in ("/organisations", "/accounts"):
        pages = list(api.pages(path, limit=3))
        assert [len(page) for page in pages] == [3, 3, 1]
        assert len({row["id"] for page in pages for row in page}) == 7


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


WRONG_CURSORS = [
    "",
    "x",
    "é",
    "%00",
    cursor("[]"),
    cursor("{}"),
    cursor('["a"]'),
    cursor('["a", "b"]'),
    cursor('["a", 1]'),
    cursor('["\\u0000", "00000000-0000-4000-8000-000000000000"]'),
    cursor('["\\ud800", "00000000-0000-4000-8000-000000000000"]'),
    cursor('["9999999999999999999999", "a", "00000000-0000-4000-8000-000000000000"]'),
    cursor("[" * 700),
]


@pytest.mark.parametrize("path", ["/people", "/organisations"])
@pytest.mark.parametrize("wrong", WRONG_CURSORS)
def test_a_cursor_that_is_not_ours_is_refused(api: Api, path: str, wrong: str) -> None:
    assert api.refused(path, cursor=wrong)["code"] in {"cursor-invalid", "value-unstorable"}


@pytest.mark.parametrize("limit", [0, -1, 201, "many"])
def test_a_page_has_between_1_and_200_rows(api: Api, limit: object) -> None:
    found = api.refused("/people", limit=limit)
    assert found["errors"][0]["place"] == "query.limit"
