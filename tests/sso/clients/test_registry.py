"""The clients that are in force, as every process holds them."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from sso.clients.description import ClientDescription
from sso.clients.registry import Client, Clients, load_clients
from tests.support.sign_on import SignOnWorld


def stored(world: SignOnWorld, client_id: str, **members: object) -> Clients:
    """All clients, once one row says something else."""
    with world.services.database.transaction() as session:
        session.execute(
            text("UPDATE sso_client SET description = description || :more WHERE client_id = :id"),
            {"more": json.dumps(members), "id": client_id},
        )
        return load_clients(session)


def test_members_of_a_later_release_are_no_trouble_after_going_back(world: SignOnWorld) -> None:
    world.application("app")
    assert stored(world, "app", of_a_later_release=1).find("app") is not None


def test_a_client_that_does_not_fit_any_more_takes_no_other_along(world: SignOnWorld) -> None:
    world.application("broken")
    world.application("sound")
    with capture_logs() as lines:
        clients = stored(world, "broken", redirect_uris=["http://nobody:secret@app.example/"])
    assert clients.find("broken") is None
    assert clients.find("sound") is not None
    # The notice of the change lets the services load them too, perhaps while we still listen.
    told = [line for line in lines if line["event"] == "client does not fit"]
    assert {line["client_id"] for line in told} == {"broken"}
    assert "secret" not in str(lines)


def client(*scope: str) -> Client:
    description = ClientDescription(
        client_name="x", redirect_uris=["https://app.example/callback"], scope=list(scope)
    )
    return Client(uuid4(), "app", description)


@pytest.mark.parametrize("asked", [None, ""])
def test_who_asks_for_no_scope_gets_nothing_that_must_be_asked_for(asked: str | None) -> None:
    everything = client("openid", "citizen_number", "email", "offline_access")
    assert everything.get_allowed_scope(asked) == "openid email"
    assert everything.get_allowed_scope("citizen_number email") == "citizen_number email"
    assert client("openid").get_allowed_scope("citizen_number") is None


def test_a_request_without_scope_yields_no_access_in_absence(world: SignOnWorld) -> None:
    tokens = world.tokens(world.application(), world.member(), scope=None)
    assert "offline_access" not in tokens["scope"].split()
    assert {"openid", "email"} <= set(tokens["scope"].split())
