"""Which claims a client hears, by scope and by name."""

from typing import Any
from uuid import uuid4

import pytest

from sso.claims.scopes import released_names, scope_told
from sso.clients.description import ClientDescription
from sso.clients.registry import Client

SCOPE = ["openid", "email", "staff", "citizen_number"]


def client(**members: Any) -> Client:
    described = ClientDescription(
        client_name="x", redirect_uris=["https://app.example/callback"], scope=SCOPE, **members
    )
    return Client(uuid4(), "app", described)


def by_name(*claims: str, place: str = "userinfo") -> dict[str, Any]:
    return {place: dict.fromkeys(claims)}


@pytest.mark.parametrize("place", ["userinfo", "id_token"])
def test_what_is_asked_for_by_name_is_told_as_the_scope_that_it_belongs_to(place: str) -> None:
    requested = by_name("staff_number", "email", place=place)
    assert scope_told(client(), ["openid", "email"], requested) == ("openid", "email", "staff")


@pytest.mark.parametrize(
    "requested",
    [
        None,
        {},
        {"userinfo": None},
        {"userinfo": []},
        by_name("phone_number"),  # of a scope that the client may not have
        by_name("citizen_number"),  # by its own scope alone
        by_name("sub", "unheard_of"),
        {"elsewhere": {"email": None}},
    ],
)
def test_what_is_not_released_is_not_said_to_be(requested: object) -> None:
    assert scope_told(client(), ["openid"], requested) == ("openid",)


def test_what_the_registration_leaves_out_is_neither_released_nor_said_to_be() -> None:
    some = client(claims=["email"])
    requested = by_name("staff_number", "email")
    assert released_names(some, ["staff"], requested=requested) == {"email"}
    assert scope_told(some, ["openid"], requested) == ("openid", "email")
