from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from entrypoints.wiring import Services
from identity.accounts import queries
from identity.accounts.resets import redeem_reset
from identity.accounts.service import issue_activation_codes
from kernel.access import Actor
from tests.support.registry import BASIS as REGISTRY_BASIS
from tests.support.registry import DOMAIN, NOW, TODAY, Province
from tests.support.web import BASIS, Api

PASSWORD = "một câu dài không ai đoán"


@pytest.fixture
def account(api: Api, province: Province) -> dict[str, Any]:
    """A pending personal account."""
    person = province.person(province.organisation())
    form = {"kind": "personal", "person_id": str(person.id), "basis": BASIS}
    opened: dict[str, Any] = api.post("/accounts", form, status=201)
    return opened


@pytest.fixture
def code(services: Services, account: dict[str, Any]) -> str:
    with services.database.transaction() as session:
        row = queries.get_account(session, UUID(account["id"]))
        (code,) = issue_activation_codes(
            session,
            Actor.operator("test"),
            [row],
            now=NOW,
            lifetime=timedelta(days=7),
            basis=REGISTRY_BASIS,
        )
        return code


def activate(api: Api, code: str, status: int = 200, password: str = PASSWORD) -> Any:
    return api.post("/activations", {"code": code, "password": password}, status=status)


def test_an_account_gets_its_address_by_the_policy(api: Api, account: dict[str, Any]) -> None:
    assert account["status"] == "pending"
    assert account["address"] == f"{account['login']}@{DOMAIN}"
    assert not account["in_directory"]
    assert api.get(f"/accounts/{account['id']}") == account
    again = {"kind": "personal", "person_id": account["person_id"], "basis": BASIS}
    assert api.post("/accounts", again, status=409)["code"] == "account-exists"


def test_a_code_activates_once_and_then_is_as_wrong_as_any_other(
    api: Api, account: dict[str, Any], code: str
) -> None:
    typed = code.lower().replace("-", " ").replace("0", "o")
    assert activate(api, typed) == {"login": account["login"], "status": "active"}
    used, wrong = activate(api, code, 422), activate(api, "0000-0000-0000-0000", 422)
    for answer in (used, wrong):
        assert answer.pop("request_id")
    assert used == wrong
    assert used["code"] == "activation-code-rejected"


@pytest.mark.parametrize("password", ["ngắn", "a" * 20, "Nguyễn Thị Hồng Nga 1985"])
def test_a_refused_password_leaves_the_code_good(
    api: Api, account: dict[str, Any], code: str, password: str
) -> None:
    refusal = activate(api, code, 422, password)
    assert (refusal["code"], refusal["place"]) == ("password-refused", "password")
    assert activate(api, code)["login"] == account["login"]


def test_a_refused_password_tells_every_rule_by_its_code(
    api: Api, account: dict[str, Any], code: str
) -> None:
    refusal = activate(api, code, 422, account["login"])
    codes = [reason["code"] for reason in refusal["errors"]]
    assert codes[:2] == ["password-too-short", "password-holds-login"]
    for reason in refusal["errors"]:
        assert reason["message"] in refusal["detail"]
        assert reason["message_vi"] in refusal["detail_vi"]


def test_a_password_is_reset_by_a_code_that_is_shown_once(
    api: Api, services: Services, account: dict[str, Any], code: str
) -> None:
    path = f"/accounts/{account['id']}/password-reset"
    assert api.post(path, BASIS, status=409)["code"] == "reset-needs-active-account"
    activate(api, code)
    answer = api.post(path, BASIS)
    assert answer["expires_at"] == "2026-11-24T02:00:00Z"
    reset = redeem_reset(
        services.database, services.passwords, answer["code"], "một câu khác hẳn câu trước", NOW
    )
    assert reset.login == account["login"]
    assert answer["code"] not in str(api.get(f"/accounts/{account['id']}"))


def test_a_suspended_account_does_not_take_its_code(
    api: Api, account: dict[str, Any], code: str
) -> None:
    api.post(f"/accounts/{account['id']}/suspend", BASIS)
    assert activate(api, code, 422)["code"] == "activation-code-rejected"
    api.post(f"/accounts/{account['id']}/reinstate", BASIS)
    assert activate(api, code)["status"] == "active"


def test_an_account_is_suspended_reinstated_and_closed_for_good(
    api: Api, account: dict[str, Any], code: str
) -> None:
    path = f"/accounts/{account['id']}"
    activate(api, code)
    assert api.post(f"{path}/suspend", BASIS)["status"] == "suspended"
    assert api.post(f"{path}/reinstate", BASIS)["status"] == "active"
    assert api.post(f"{path}/reinstate", BASIS, status=409)["code"] == "account-state-forbids"
    closed = api.post(f"{path}/close", BASIS)
    assert closed["status"] == "closed"
    for change in ("suspend", "reinstate", "close"):
        assert api.post(f"{path}/{change}", BASIS, status=409)["code"] == "account-state-forbids"


def test_every_change_needs_a_reason(api: Api, account: dict[str, Any]) -> None:
    refusal = api.post(f"/accounts/{account['id']}/close", {"reason": "x"}, status=422)
    assert refusal["errors"][0]["place"] == "body.reason"


def primary(local_part: str, domain: str = DOMAIN) -> dict[str, Any]:
    return {
        "local_part": local_part,
        "domain": domain,
        "alias_until": "2027-11-23",
        "basis": BASIS,
    }


def test_the_address_before_stays_an_alias_until_it_is_retired_and_is_nobody_elses(
    api: Api, account: dict[str, Any], province: Province
) -> None:
    path = f"/accounts/{account['id']}"
    before = account["address"]
    changed = api.put(f"{path}/primary-address", primary("hong.nga"))
    assert changed["address"] == f"hong.nga@{DOMAIN}"
    aliases = [item for item in changed["addresses"] if item["role"] == "alias"]
    assert [(item["address"], item["alias_until"]) for item in aliases] == [(before, "2027-11-23")]
    retired = api.post(f"{path}/addresses/{aliases[0]['id']}/retire", BASIS)
    assert before not in {
        item["address"] for item in retired["addresses"] if item["role"] != "retired"
    }
    other = province.account(province.person(province.organisation("Sở Y tế")))
    refusal = api.put(
        f"/accounts/{other.id}/primary-address", primary(before.partition("@")[0]), status=409
    )
    assert refusal["code"] == "address-taken"


@pytest.mark.parametrize(
    ("local_part", "domain", "status", "code"),
    [
        ("postmaster", DOMAIN, 422, "address-reserved"),
        ("nga", "elsewhere.vn", 404, "mail-domain-not-found"),
        ("Nga", DOMAIN, 422, "request-invalid"),
        ("nga..h", DOMAIN, 422, "request-invalid"),
    ],
)
def test_an_address_that_cannot_be_given_is_refused(
    api: Api, account: dict[str, Any], local_part: str, domain: str, status: int, code: str
) -> None:
    path = f"/accounts/{account['id']}/primary-address"
    assert api.put(path, primary(local_part, domain), status=status)["code"] == code


def test_the_quota_is_changed_and_lifted(api: Api, account: dict[str, Any]) -> None:
    path = f"/accounts/{account['id']}/quota"
    for quota in (2 * 2**30, None):
        body = {"quota_bytes": quota, "basis": BASIS}
        assert api.put(path, body)["quota_bytes"] == quota


def test_a_mailbox_gets_the_quota_of_its_kind_unless_another_is_asked_for(
    api: Api, province: Province
) -> None:
    organisation = province.organisation()

    def opened(**more: Any) -> Any:
        person = province.person(organisation)
        form = {"kind": "personal", "person_id": str(person.id), "basis": BASIS, **more}
        return api.post("/accounts", form, status=201)["quota_bytes"]

    assert opened() == 2 * 2**30
    assert opened(quota_bytes=2**20) == 2**20
    assert opened(quota_bytes=None) is None


def test_an_address_before_lasts_as_long_as_is_set_unless_told_otherwise(
    api: Api, account: dict[str, Any]
) -> None:
    path = f"/accounts/{account['id']}/primary-address"
    body: dict[str, Any] = {"local_part": "hongnga", "domain": DOMAIN, "basis": BASIS}
    (alias,) = [row for row in api.put(path, body)["addresses"] if row["role"] == "alias"]
    assert alias["alias_until"] == str(TODAY + timedelta(days=180))
    body |= {"local_part": "nga", "alias_until": None}
    found = {row["address"]: row["alias_until"] for row in api.put(path, body)["addresses"]}
    assert found[f"hongnga@{DOMAIN}"] is None


def test_custodians_come_and_go_with_their_periods(api: Api, province: Province) -> None:
    organisation = province.organisation()
    office = {
        "kind": "organisation",
        "organisation_id": str(organisation.id),
        "address_stem": "vanthu.stc",
        "purpose": "records",
        "display_name": "Văn thư Sở Tài chính",
        "basis": BASIS,
    }
    account = api.post("/accounts", office, status=201)
    assert account["address"] == f"vanthu.stc@{DOMAIN}"
    person = province.person(organisation)
    path = f"/accounts/{account['id']}/custodians"
    body = {"person_id": str(person.id), "valid_from": "2026-01-01", "basis": BASIS}
    added = api.post(path, body, status=201)
    assert [item["full_name"] for item in added["custodians"]] == ["Nguyễn Thị Hồng Nga"]
    end = f"{path}/{person.id}/end"
    refusal = api.post(end, {"on": "2025-12-31", "basis": BASIS}, status=422)
    assert refusal["code"] == "custodian-period-invalid"
    ended = api.post(end, {"on": "2026-12-31", "basis": BASIS})
    assert [item["valid_to"] for item in ended["custodians"]] == ["2026-12-31"]


def test_only_organisation_accounts_have_custodians(api: Api, account: dict[str, Any]) -> None:
    body = {"person_id": account["person_id"], "valid_from": "2026-01-01", "basis": BASIS}
    refusal = api.post(f"/accounts/{account['id']}/custodians", body, status=409)
    assert refusal["code"] == "account-state-forbids"


def test_a_service_account_has_a_login_and_no_mailbox(api: Api) -> None:
    form = {"kind": "service", "login": "edoc", "display_name": "Văn bản điện tử", "basis": BASIS}
    account = api.post("/accounts", form, status=201)
    assert (account["login"], account["address"], account["addresses"]) == ("edoc", None, [])
    assert api.post("/accounts", form, status=409)["code"] == "account-exists"


def test_accounts_are_listed_by_kind_status_and_beginning_of_the_login(
    api: Api, account: dict[str, Any]
) -> None:
    def logins(**query: Any) -> list[str]:
        return [item["login"] for item in api.get("/accounts", **query)["items"]]

    assert logins(kind="personal", status="pending", login="nga") == [account["login"]]
    assert logins(person_id=account["person_id"]) == [account["login"]]
    for query in ({"kind": "service"}, {"status": "active"}, {"login": "%"}):
        assert logins(**query) == []
