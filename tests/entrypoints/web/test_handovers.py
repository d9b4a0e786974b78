"""Hand-over of an organisation account over the API."""

import httpx

from tests.support.registry import DOMAIN, Province
from tests.support.web import BASIS, Api


def test_an_account_is_handed_over_and_the_protocol_printed_again(
    api: Api, client: httpx.Client, province: Province
) -> None:
    organisation = province.organisation("Sở Tài chính", mail_stem="stc")
    office = {
        "kind": "organisation",
        "organisation_id": str(organisation.id),
        "address_stem": "vanthu.stc",
        "purpose": "records",
        "display_name": "Văn thư Sở Tài chính",
        "basis": BASIS,
    }
    account = api.post("/accounts", office, status=201)
    path = f"/accounts/{account['id']}/handovers"
    receiver = province.person(organisation)
    body = {"receiver_id": str(receiver.id), "basis": BASIS}
    made = api.post(path, body, status=201)
    assert made["protocol"]["receiver"]["name"] == "Nguyễn Thị Hồng Nga"
    assert made["protocol"]["addresses"][0]["address"] == f"vanthu.stc@{DOMAIN}"
    assert made["protocol"]["quota_bytes"] == 10 * 2**30
    (custodian,) = api.get(f"/accounts/{account['id']}")["custodians"]
    assert custodian["person_id"] == str(receiver.id)
    assert api.post(path, body, status=409)["code"] == "handover-needless"
    (listed,) = api.get(path)["items"]
    assert listed == made
    printed = client.get(f"/api/v1{path}/{made['id']}/protocol", headers=api.headers)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert "vanthu.stc" in printed.headers["Content-Disposition"]
    strange = api.refused(f"{path}/{receiver.id}/protocol", 404)
    assert strange["code"] == "handover-not-found"
