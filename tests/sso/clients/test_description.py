"""What may be registered: members that contradict each other are refused, with a name."""

from typing import Any

import pytest

from sso.clients.description import ClientDescription
from sso.clients.errors import ClientDescriptionInvalid
from sso.clients.service import describe

APP = {"client_name": "Kho số liệu", "redirect_uris": ["https://app.example/callback"]}
DEVICE = {
    "client_name": "Bảng điện tử",
    "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
}


def refusal(**members: Any) -> str:
    with pytest.raises(ClientDescriptionInvalid) as refused:
        describe(members)
    return refused.value.message.en


@pytest.mark.parametrize(
    "address", ["not an address", "http://app.example/list", "https://a@app.example/list"]
)
def test_a_sector_is_named_by_an_address_like_any_other(address: str) -> None:
    assert "sector_identifier_uri" in refusal(**APP, sector_identifier_uri=address)


@pytest.mark.parametrize(
    "members", [DEVICE, APP | {"application_type": "native", "redirect_uris": ["vn.gov.app:/back"]}]
)
def test_pairwise_subjects_need_a_sector_to_be_made_for(members: dict[str, Any]) -> None:
    """Else all such clients would be one sector, and know people by the same `sub`."""
    assert "sector_identifier_uri" in refusal(**members, subject_type="pairwise")
    sector = "https://app.example/sector.json"
    described = describe(members | {"subject_type": "pairwise", "sector_identifier_uri": sector})
    assert described.sector == "app.example"


def test_consent_cannot_be_wanted_of_cas_which_has_no_step_for_it() -> None:
    services = ["https://app.example/"]
    assert "require_consent" in refusal(**APP, cas_services=services, require_consent=True)
    assert describe(APP | {"cas_services": services}).cas_services == services


@pytest.mark.parametrize("member", ["logo_uri", "default_acr_values", "unheard_of"])
def test_what_would_have_no_effect_is_not_accepted(member: str) -> None:
    assert member in refusal(**APP, **{member: "x"})


def test_what_is_stored_may_hold_members_of_another_release() -> None:
    group = {"organisation_id": "6f1d7d1e-98f0-4c93-9a3e-5d1c1d7c0a55", "since": "2030"}
    stored = APP | {"of_a_later_release": 1, "allowed_groups": [group]}
    assert ClientDescription.of_stored(stored).allowed_groups[0].scope == "subtree"
