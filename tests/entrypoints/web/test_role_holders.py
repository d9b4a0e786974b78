"""A token that may manage accounts is let through to holders of roles only with roles:manage."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from identity.accounts.models import Account
from identity.roles.models import Role
from identity.roles.service import grant_role
from kernel.access import Permission
from tests.support.passwords import activated, cheap
from tests.support.registry import BASIS as REGISTRY_BASIS
from tests.support.registry import DOMAIN, NOW, Province
from tests.support.web import BASIS, Api

ACTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "suspend", BASIS),
    ("post", "reinstate", BASIS),
    ("post", "close", BASIS),
    ("post", "password-reset", BASIS),
    ("post", "addresses/00000000-0000-4000-8000-000000000000/retire", BASIS),
    ("put", "primary-address", {"domain": DOMAIN, "local_part": "khac", "basis": BASIS}),
]
WITHOUT_ROLES = frozenset(Permission) - {Permission.MANAGE_ROLES}


@pytest.fixture
def holder(province: Province) -> Account:
    """The only active administrator."""
    person = province.person(province.organisation(), "Nông Văn Quản")
    account = activated(province, province.account(person), cheap())
    with province.db.transaction() as session:
        grant_role(
            session,
            province.officer,
            account,
            Role.ADMINISTRATOR,
            now=NOW,
            basis=REGISTRY_BASIS,
        )
    return account


@pytest.mark.parametrize(("verb", "action", "body"), ACTIONS)
def test_a_token_without_that_permission_is_refused(
    client: httpx.Client,
    token: Callable[..., str],
    holder: Account,
    verb: str,
    action: str,
    body: dict[str, Any],
) -> None:
    machine = Api(client, token(*WITHOUT_ROLES))
    answer = getattr(machine, verb)(f"/accounts/{holder.id}/{action}", body, status=403)
    assert answer["code"] == "role-holder-protected"


def test_contact_of_a_holder_is_changed_by_a_token_that_manages_roles(
    client: httpx.Client, token: Callable[..., str], api: Api, holder: Account
) -> None:
    machine = Api(client, token(*WITHOUT_ROLES))
    path = f"/people/{holder.person_id}"
    person = api.get(path)
    kept = ("full_name", "birth_date", "staff_number", "version")
    update = {name: person[name] for name in kept} | {"basis": BASIS, "phone": "0987654321"}
    assert machine.put(path, update, status=403)["code"] == "role-holder-protected"
    assert api.put(path, update)["phone"] == "0987654321"


def test_no_token_ends_the_last_active_administrator(api: Api, holder: Account) -> None:
    for action in ("suspend", "close"):
        answer = api.post(f"/accounts/{holder.id}/{action}", BASIS, status=409)
        assert answer["code"] == "last-administrator"
    assert "code" in api.post(f"/accounts/{holder.id}/password-reset", BASIS)
