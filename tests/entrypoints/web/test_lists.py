"""Distribution lists over the API."""

from tests.support.registry import DOMAIN, Province
from tests.support.web import BASIS, Api


def test_a_list_is_made_shown_restricted_and_ended(api: Api, province: Province) -> None:
    organisation = province.organisation("Sở Tài chính", mail_stem="stc")
    account = province.account(province.person(organisation))
    form = {"organisation_id": str(organisation.id), "domain": DOMAIN, "basis": BASIS}
    made = api.post("/lists", form, status=201)
    address = made["address"]
    assert (address, made["members"]) == (f"tatca.stc@{DOMAIN}", 1)
    # the root of the tree is the whole province: not everybody writes to everybody
    assert made["senders"] == "custodians"
    assert api.post("/lists", form, status=409)["code"] == "address-taken"
    body = {"senders": "members", "named": [account.login], "basis": BASIS}
    assert api.put(f"/lists/{address}/senders", body)["named"] == [account.login]
    (item,) = api.get("/lists", organisation_id=str(organisation.id))["items"]
    assert (item["address"], item["senders"]) == (address, "members")
    body["named"] = ["nobody"]
    assert api.put(f"/lists/{address}/senders", body, status=404)["code"] == "account-not-found"
    ended = api._client.post(f"/api/v1/lists/{address}/end", json=BASIS, headers=api.headers)
    assert ended.status_code == 204
    assert api.refused(f"/lists/{address}", 404)["code"] == "list-not-found"


def test_an_organisation_without_a_stem_is_asked_for_an_address(
    api: Api, province: Province
) -> None:
    organisation = province.organisation("Ban Chỉ đạo", mail_stem=None)
    form = {"organisation_id": str(organisation.id), "domain": DOMAIN, "basis": BASIS}
    assert api.post("/lists", form, status=409)["code"] == "list-needs-stem"
