"""Whoever reads the logs learns nothing about anybody."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx

from entrypoints.wiring import Services
from kernel.access import Permission
from tests.support.jobs import run_jobs
from tests.support.logs import lines
from tests.support.registry import Province, people_row, workbook
from tests.support.web import BASIS, Api

__all__ = ["lines"]

PERSON = {
    "full_name": "Đàm Thị Bích Phượng",
    "birth_date": "1987-06-05",
    "staff_number": "BK7654321",
    "citizen_number": "006187123456",
    "phone": "0913579246",
    "recovery_email": "phuong@example.org",
}
ROW = people_row(1, name="Lường Văn Quý", sex="Nam", citizen="006085654321", phone="0924681357")
PASSWORD = "con mèo trèo cây cau"
SECRETS = (
    *PERSON.values(),
    "Phượng",
    "phuong",
    "Lường",
    "luong",
    "006085654321",
    "0924681357",
    PASSWORD,
    "a-secret-of-the-caller",
)


def test_a_whole_day_leaves_no_name_number_or_secret_in_the_logs(
    lines: io.StringIO,
    api: Api,
    client: httpx.Client,
    services: Services,
    province: Province,
    token: Callable[..., str],
) -> None:
    organisation = province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    appointment = {"organisation_id": str(organisation.id), "valid_from": "2026-01-01"}
    form = PERSON | {"appointment": appointment, "basis": BASIS}
    person = api.post("/people", form, status=201)
    api.post("/people", form, status=409)
    api.post("/people", form | {"phone": "0913 579 246"}, status=422)
    api.get("/people", q=PERSON["full_name"])
    api.get("/people", staff_number=PERSON["staff_number"])
    api.post(f"/people/{person['id']}/citizen-number", BASIS)
    opened = {"kind": "personal", "person_id": person["id"], "basis": BASIS}
    account = api.post("/accounts", opened, status=201)
    api.get("/accounts", login=account["login"])
    api.post("/activations", {"code": "0000-0000-0000", "password": PASSWORD}, status=422)
    files = {"file": ("Lường Văn Quý.xlsx", workbook(ROW), "application/octet-stream")}
    plan = api.post("/imports", status=202, files=files)
    run_jobs(services)
    api.post(f"/imports/{plan['id']}/apply", {}, status=202)
    run_jobs(services)
    secret = token(Permission.READ_PEOPLE)
    for sent in (secret, "a-secret-of-the-caller"):
        client.get("/api/v1/people", headers={"Authorization": f"Bearer {sent}"})

    text = lines.getvalue()
    assert {"request", "Deferred 1 job"} <= {
        json.loads(line)["event"] for line in text.splitlines()
    }
    for shown in (*SECRETS, secret, account["login"], api.headers["Authorization"]):
        assert shown not in text, next(line for line in text.splitlines() if shown in line)


def test_every_request_leaves_one_line_with_the_id_that_the_caller_got(
    lines: io.StringIO, client: httpx.Client
) -> None:
    given = client.get("/api/v1/people?q=Nga").headers["X-Request-Id"]
    requests: list[dict[str, Any]] = [
        line
        for line in map(json.loads, lines.getvalue().splitlines())
        if line.get("request_id") == given
    ]
    (line,) = requests
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", 401)
