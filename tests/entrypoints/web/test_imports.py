"""A spreadsheet over HTTP: received at once, planned and applied by the worker."""

import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import openpyxl
import pytest

from entrypoints.wiring import Services
from tests.support.jobs import run_jobs
from tests.support.registry import Province, people_row, workbook
from tests.support.web import Api

GOOD, BAD = people_row(1), people_row(2, citizen="12", name="Lê Văn An", sex="Nam")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def finance(province: Province) -> UUID:
    return province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc").id


def upload(api: Api, content: bytes, name: str = "danh sách.xlsx", **fields: str) -> Any:
    return api.post("/imports", status=202, files={"file": (name, content, XLSX)}, data=fields)


def planned(api: Api, services: Services, content: bytes, **more: str) -> Any:
    received = upload(api, content, **more)
    assert received["status"] == "pending"
    run_jobs(services)
    return api.get(f"/imports/{received['id']}")


def rejected(client: httpx.Client, api: Api, plan: dict[str, Any]) -> httpx.Response:
    return client.get(f"/api/v1/imports/{plan['id']}/rejected", headers=api.headers)


@pytest.mark.usefixtures("finance")
def test_a_file_is_planned_by_the_worker_and_applied_when_asked(
    api: Api, services: Services
) -> None:
    plan = planned(api, services, workbook(GOOD, BAD), document_number="12/QĐ-SNV")
    assert plan["status"] == "planned"
    assert (plan["totals"]["accept"], plan["totals"]["refuse"]) == (1, 1)
    assert api.get("/people")["items"] == []
    rows = [row for page in api.pages(f"/imports/{plan['id']}/rows", limit=1) for row in page]
    assert [(row["row"], row["verdict"]) for row in rows] == [(2, "accept"), (3, "refuse")]
    assert rows[1]["column"] == "citizen_number"
    assert rows[1]["message"].keys() == {"vi", "en"}
    assert rows[1]["refusals"] == [
        {name: rows[1][name] for name in ("reason", "column", "message")}
    ]
    api.post(f"/imports/{plan['id']}/apply", {}, status=202)
    run_jobs(services)
    assert api.get(f"/imports/{plan['id']}")["status"] == "applied"
    assert [person["full_name"] for person in api.get("/people")["items"]] == ["Hoàng Thị Mai"]
    assert [row["login"] for row in api.get("/accounts")["items"]] == ["maiht"]
    again = api.post(f"/imports/{plan['id']}/apply", {}, status=409)
    assert again["code"] == "import-plan-not-open"


@pytest.mark.usefixtures("finance")
def test_applying_twice_at_once_writes_once(api: Api, services: Services) -> None:
    plan = planned(api, services, workbook(GOOD))
    api.post(f"/imports/{plan['id']}/apply", {}, status=202)
    again = api.post(f"/imports/{plan['id']}/apply", {}, status=409)
    assert again["code"] == "import-plan-asked"
    run_jobs(services)
    assert api.get(f"/imports/{plan['id']}")["status"] == "applied"
    assert api.get(f"/imports/{plan['id']}")["failure"] is None
    assert len(api.get("/people")["items"]) == 1


@pytest.mark.usefixtures("finance")
def test_refused_rows_come_back_as_a_sheet_that_is_accepted_once_corrected(
    api: Api, services: Services, client: httpx.Client
) -> None:
    plan = planned(api, services, workbook(GOOD, BAD))
    answer = rejected(client, api, plan)
    assert answer.headers["Content-Type"] == XLSX
    assert "rejected.xlsx" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert "Hoàng Thị Mai" not in cells
    cells["12"].value = "006085000002"
    target = io.BytesIO()
    book.save(target)
    corrected = planned(api, services, target.getvalue())
    assert corrected["totals"]["accept"] == 1
    assert corrected["totals"]["refuse"] == 0


@pytest.mark.usefixtures("finance")
def test_a_plan_that_the_registry_has_left_behind_is_not_applied(
    api: Api, services: Services
) -> None:
    first, second = (planned(api, services, workbook(GOOD)) for _ in range(2))
    for plan in (first, second):
        api.post(f"/imports/{plan['id']}/apply", {}, status=202)
        run_jobs(services)
    assert api.get(f"/imports/{second['id']}")["status"] != "applied"
    assert api.get(f"/imports/{second['id']}")["failure"]["code"] == "import-plan-stale"
    assert len(api.get("/people")["items"]) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"%PDF-1.7 \x00"),
        ("a.xlsx", b""),
        ("a.xlsx", b"PK\x03\x04" + bytes(100)),
        ("a.csv", b"\x00" * 1000),
        ("a.exe", b"MZ"),
        ("../../etc/passwd", b"root:x:0:0"),
        ("a" * 300 + ".xlsx", b"PK"),
    ],
)
def test_a_hostile_file_ends_in_one_error_in_the_plan(
    api: Api, services: Services, name: str, content: bytes
) -> None:
    plan = planned(api, services, content, name=name)
    assert plan["status"] == "failed"
    assert plan["failure"]["code"].startswith("file-")
    assert plan["failure"]["vi"]
    assert plan["failure"]["en"]
    refusal = api.post(f"/imports/{plan['id']}/apply", {}, status=409)
    assert refusal["code"] == "import-plan-not-open"
    assert api.get(f"/imports/{plan['id']}/rows")["items"] == []


def test_a_file_that_is_too_large_is_refused_at_the_door(api: Api, services: Services) -> None:
    content = bytes(services.settings.imports.max_file_bytes + 1)
    refusal = api.post("/imports", status=422, files={"file": ("a.xlsx", content, XLSX)})
    assert refusal["code"] == "file-too-large"
    assert api.get("/imports")["items"] == []


@pytest.mark.parametrize("matches", ["x", "[]", '{"x": "new"}', '{"2": 3}', '{"2": "nobody"}'])
def test_answers_to_matches_of_another_form_are_refused(api: Api, matches: str) -> None:
    files = {"file": ("a.csv", b"", "text/csv")}
    refusal = api.post("/imports", status=422, files=files, data={"matches": matches})
    assert refusal["code"] == "matches-malformed"


@pytest.mark.usefixtures("finance")
def test_taking_many_accounts_away_is_confirmed_apart(api: Api, services: Services) -> None:
    names = [f"Nông Văn {given}" for given in ("An", "Ba", "Cư", "Dũng", "Em", "Phú", "Giang")]
    people = [
        people_row(n, name=name, sex="Nam", citizen=f"006085{n:06}")
        for n, name in enumerate(names, 1)
    ]
    plan = planned(api, services, workbook(*people))
    api.post(f"/imports/{plan['id']}/apply", {}, status=202)
    run_jobs(services)
    header = ("STT", "Họ và tên", "Chức vụ", "Đơn vị", "Số CCCD", "Nội dung đề nghị")
    requests = [
        (n, name, "Chuyên viên", "Sở Tài chính", f"006085{n:06}", "Thu hồi")
        for n, name in enumerate(names, 1)
    ]
    closing = planned(api, services, workbook(*requests, header=header), document_number="9/CV")
    path = f"/imports/{closing['id']}/apply"
    assert api.post(path, {}, status=409)["code"] == "mass-change-stopped"
    api.post(path, {"confirm_mass_change": True}, status=202)
    run_jobs(services)
    assert {account["status"] for account in api.get("/accounts")["items"]} == {"closed"}


def test_a_plan_that_is_not_there(api: Api, client: httpx.Client) -> None:
    plan = {"id": str(uuid4())}
    assert api.refused(f"/imports/{plan['id']}", 404)["code"] == "import-plan-not-found"
    assert rejected(client, api, plan).status_code == 404
