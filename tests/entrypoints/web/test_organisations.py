from typing import Any

import pytest

from tests.support.web import BASIS, Api

FORM = {
    "kind": "department",
    "name": "Sở Thông tin và Truyền thông",
    "short_name": "STTTT",
    "mail_stem": "stttt",
    "code": "000.00.21.H03",
    "valid_from": "2020-02-01",
    "basis": BASIS,
}


@pytest.fixture
def organisation(api: Api) -> dict[str, Any]:
    created: dict[str, Any] = api.post("/organisations", FORM, status=201)
    return created


def update_of(**changed: Any) -> dict[str, Any]:
    kept = {name: FORM[name] for name in ("kind", "name", "short_name", "mail_stem", "basis")}
    return kept | {"effective_on": "2025-03-01"} | changed


@pytest.mark.parametrize("typed", ["000.00.21.H03", "H03.21", "h03.21"])
def test_an_agency_is_found_by_its_code_in_either_form(
    api: Api, organisation: dict[str, Any], typed: str
) -> None:
    found = api.get("/organisations", code=typed)["items"]
    assert [item["id"] for item in found] == [organisation["id"]]


def test_the_same_code_in_the_other_form_is_taken(api: Api, organisation: dict[str, Any]) -> None:
    assert organisation["code"] == "000.00.21.H03"
    refusal = api.post("/organisations", FORM | {"code": "H03.21"}, status=409)
    assert refusal["code"] == "agency-code-taken"
    assert refusal["place"] == "code"


def test_a_new_code_closes_the_present_one_and_neither_is_given_again(
    api: Api, organisation: dict[str, Any]
) -> None:
    path = f"/organisations/{organisation['id']}/codes"
    body = {"code": "H03.99", "valid_from": "2025-07-01", "basis": BASIS}
    renewed = api.post(path, body, status=201)
    assert renewed["code"] == "H03.99"
    assert {(code["canonical"], code["valid_to"]) for code in renewed["codes"]} == {
        ("H03.21", "2025-07-01"),
        ("H03.99", None),
    }
    for code in ("H03.21", "H03.99"):
        again = FORM | {"code": code}
        assert api.post("/organisations", again, status=409)["code"] == "agency-code-taken"


@pytest.mark.parametrize("code", ["21", "H03..21", "H03.2!", "Bắc Kạn", "H" * 40])
def test_what_is_no_code_is_refused(api: Api, code: str) -> None:
    assert api.post("/organisations", FORM | {"code": code}, status=422)["code"] in {
        "agency-code-invalid",
        "request-invalid",
    }


def test_a_renaming_keeps_what_it_was_called_before(api: Api, organisation: dict[str, Any]) -> None:
    path = f"/organisations/{organisation['id']}"
    changed = api.put(path, update_of(name="Sở Khoa học và Công nghệ", short_name="SKHCN"))
    assert changed["name"] == "Sở Khoa học và Công nghệ"
    assert {
        (period["name"], period["valid_from"], period["valid_to"]) for period in changed["history"]
    } == {
        ("Sở Thông tin và Truyền thông", "2020-02-01", "2025-03-01"),
        ("Sở Khoa học và Công nghệ", "2025-03-01", None),
    }
    assert api.get("/organisations", q="khoa hoc")["items"][0]["id"] == organisation["id"]
    backwards = api.put(path, update_of(effective_on="2019-01-01"), status=422)
    assert backwards["code"] == "effective-date-invalid"


def test_nothing_becomes_its_own_ancestor(api: Api, organisation: dict[str, Any]) -> None:
    child = api.post(
        "/organisations",
        FORM | {"code": "H03.21.4", "name": "Phòng", "parent_id": organisation["id"]},
        status=201,
    )
    for parent in (organisation["id"], child["id"]):
        refusal = api.put(
            f"/organisations/{organisation['id']}", update_of(parent_id=parent), status=409
        )
        assert refusal["code"] == "organisation-circle"


def test_the_list_takes_part_of_a_tree_and_a_day(api: Api, organisation: dict[str, Any]) -> None:
    child = FORM | {"code": "H03.21.4", "name": "Phòng Bưu chính", "parent_id": organisation["id"]}
    api.post("/organisations", child | {"valid_from": "2024-01-01"}, status=201)

    def names(**query: Any) -> list[str]:
        return [item["name"] for item in api.get("/organisations", **query)["items"]]

    assert names(parent_id=organisation["id"]) == ["Phòng Bưu chính"]
    assert set(names(under=organisation["id"])) == {FORM["name"], "Phòng Bưu chính"}
    assert names(on="2023-12-31") == [FORM["name"]]
    assert names(q="buu chinh") == ["Phòng Bưu chính"]
