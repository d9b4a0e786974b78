from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from entrypoints.wiring import Services
from identity.people.models import Person
from kernel.access import Permission
from kernel.audit import AuditRecord
from tests.support.registry import Province
from tests.support.web import BASIS, Api

NUMBER = "006185001234"


@pytest.fixture
def form(province: Province) -> dict[str, Any]:
    return {
        "full_name": "Nguyễn  Thị Hồng Nga",
        "sex": "female",
        "birth_date": "1985-03-12",
        "staff_number": "BK0001",
        "citizen_number": NUMBER,
        "phone": "0912345678",
        "appointment": {
            "organisation_id": str(province.organisation().id),
            "position": "Chuyên viên",
            "valid_from": "2026-01-01",
        },
        "basis": BASIS,
    }


def update_of(person: dict[str, Any], **changed: Any) -> dict[str, Any]:
    names = ("full_name", "sex", "birth_date", "staff_number", "phone", "version")
    return {name: person[name] for name in names} | {"basis": BASIS} | changed


def test_a_person_is_registered_with_a_first_appointment(api: Api, form: dict[str, Any]) -> None:
    person = api.post("/people", form, status=201)
    assert person["full_name"] == "Nguyễn Thị Hồng Nga"
    assert (person["family_name"], person["given_name"]) == ("Nguyễn", "Nga")
    assert person["organisation_name"] == "Sở Tài chính"
    assert [item["position"] for item in person["appointments"]] == ["Chuyên viên"]
    assert api.get(f"/people/{person['id']}") == person


def test_the_name_is_kept_composed_however_it_was_typed(api: Api, form: dict[str, Any]) -> None:
    form["full_name"] = "Nguye\u0302\u0303n Thi\u0323 Hồng Nga"
    assert api.post("/people", form, status=201)["full_name"] == "Nguyễn Thị Hồng Nga"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"staff_number": "BK0002"}, "citizen-number-taken"),
        ({"citizen_number": "006185009999"}, "staff-number-taken"),
    ],
)
def test_numbers_belong_to_one_person(
    api: Api, form: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    api.post("/people", form, status=201)
    refusal = api.post("/people", form | changed, status=409)
    assert refusal["code"] == code
    assert NUMBER not in str(refusal)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", "   "),
        ("full_name", "x" * 201),
        ("citizen_number", "12345678901"),
        ("phone", "+84912345678"),
        ("birth_date", "12/03/1985"),
        ("sex", "unknown"),
        ("recovery_email", "nobody"),
        ("staff_number", "BK 1"),
    ],
)
def test_a_field_of_another_form_is_named_and_never_quoted(
    api: Api, form: dict[str, Any], field: str, value: str
) -> None:
    refusal = api.post("/people", form | {field: value}, status=422)
    assert [fault["place"] for fault in refusal["errors"]] == [f"body.{field}"]
    assert value not in str(refusal["errors"]) or not value.strip()


def test_a_birth_date_means_somebody_of_working_age(api: Api, form: dict[str, Any]) -> None:
    refusal = api.post("/people", form | {"birth_date": "2026-01-01"}, status=422)
    assert (refusal["code"], refusal["place"]) == ("birth-date-implausible", "birth_date")


@pytest.mark.parametrize("name", ["12345", "---", "<script>", "\u200b\u200b"])
def test_what_is_no_name_is_refused(api: Api, form: dict[str, Any], name: str) -> None:
    refusal = api.post("/people", form | {"full_name": name}, status=422)
    assert refusal["code"] in {"name_missing", "name_invalid"}


def test_an_unknown_organisation_leaves_nobody_behind(api: Api, form: dict[str, Any]) -> None:
    form["appointment"]["organisation_id"] = str(uuid4())
    assert api.post("/people", form, status=404)["code"] == "organisation-not-found"
    assert api.get("/people")["items"] == []


def test_a_change_is_kept_and_a_change_of_what_was_read_before_it_is_refused(
    api: Api, form: dict[str, Any]
) -> None:
    person = api.post("/people", form, status=201)
    path = f"/people/{person['id']}"
    changed = api.put(path, update_of(person, phone="0987654321"))
    assert changed["phone"] == "0987654321"
    assert changed["version"] > person["version"]
    refusal = api.put(path, update_of(person, phone="0900000000"), status=409)
    assert refusal["code"] == "person-changed-meanwhile"
    assert api.get(path) == changed


def test_a_change_that_says_nothing_of_the_citizen_number_keeps_it(
    api: Api, form: dict[str, Any]
) -> None:
    person = api.post("/people", form, status=201)
    api.put(f"/people/{person['id']}", update_of(person, full_name="Nguyễn Thị Nga"))
    read = api.post(f"/people/{person['id']}/citizen-number", BASIS)
    assert read == {"citizen_number": NUMBER}


def test_moving_somebody_ends_the_appointment_before(
    api: Api, form: dict[str, Any], province: Province
) -> None:
    person = api.post("/people", form, status=201)
    target = province.organisation("Sở Y tế")
    body = {
        "organisation_id": str(target.id),
        "position": "Phó phòng",
        "valid_from": "2026-06-01",
        "basis": BASIS,
    }
    moved = api.post(f"/people/{person['id']}/appointments", body, status=201)
    now = api.get(f"/people/{person['id']}")
    assert now["organisation_name"] == "Sở Y tế"
    assert [(item["position"], item["valid_to"]) for item in now["appointments"]] == [
        ("Phó phòng", None),
        ("Chuyên viên", "2026-06-01"),
    ]
    end = f"/appointments/{moved['id']}/end"
    ended = api.post(end, {"on": "2026-07-01", "basis": BASIS})
    assert ended["valid_to"] == "2026-07-01"
    refusal = api.post(end, {"on": "2026-01-01", "basis": BASIS}, status=422)
    assert refusal["code"] == "appointment-period-invalid"


def test_a_concurrent_appointment_leaves_the_primary_one(
    api: Api, form: dict[str, Any], province: Province
) -> None:
    person = api.post("/people", form, status=201)
    body = {
        "organisation_id": str(province.organisation("Hội đồng").id),
        "valid_from": "2026-06-01",
        "is_primary": False,
        "basis": BASIS,
    }
    api.post(f"/people/{person['id']}/appointments", body, status=201)
    now = api.get(f"/people/{person['id']}")
    assert now["organisation_name"] == "Sở Tài chính"
    assert [item["valid_to"] for item in now["appointments"]] == [None, None]


def test_the_citizen_number_stands_nowhere_but_in_the_audited_answer(
    api: Api, form: dict[str, Any], services: Services
) -> None:
    person = api.post("/people", form, status=201)
    path = f"/people/{person['id']}"
    assert person["has_citizen_number"]
    for found in (person, api.get(path), api.get("/people"), api.get("/people", q="nga")):
        assert NUMBER not in str(found)
    assert api.post(f"{path}/citizen-number", BASIS) == {"citizen_number": NUMBER}
    with services.database.transaction() as session:
        records = list(session.scalars(select(AuditRecord).order_by(AuditRecord.id)))
        stored = session.scalars(select(Person)).one()
    assert records[-1].tag == "person:citizen-number-read"
    assert (records[-1].reason, records[-1].document_number) == ("phép thử", "12/QĐ-SNV")
    assert str(records[-1].subject_id) == person["id"]
    assert records[-1].actor_label == "test machine"
    assert records[-1].request_id
    assert not any(NUMBER in str(record.details) for record in records)
    assert NUMBER.encode() not in (stored.citizen_number_sealed or b"")


def test_reading_a_citizen_number_needs_its_own_permission(
    api: Api, form: dict[str, Any], token: Any, client: Any
) -> None:
    person = api.post("/people", form, status=201)
    weaker = Api(client, token(*set(Permission) - {Permission.READ_CITIZEN_NUMBERS}))
    refusal = weaker.post(f"/people/{person['id']}/citizen-number", BASIS, status=403)
    assert refusal["code"] == "permission-missing"
    assert Permission.READ_CITIZEN_NUMBERS.value in refusal["detail"]
