"""Who may use a client."""

from dataclasses import replace
from typing import Any

import pytest

from identity.organisations.models import Organisation
from sso.claims.access import may_use, usable
from sso.claims.subject import load_subject
from sso.clients.registry import Client
from tests.support.password_states import acts_for
from tests.support.registry import TODAY
from tests.support.sign_on import Member, SignOnWorld
from tests.support.statements import statements_noted


@pytest.fixture
def top(world: SignOnWorld) -> Organisation:
    return world.province.organisation("Ủy ban nhân dân tỉnh")


@pytest.fixture
def office(world: SignOnWorld, top: Organisation) -> Organisation:
    return world.province.organisation("Sở Y tế", parent_id=top.id)


def client(world: SignOnWorld, client_id: str = "app", **members: Any) -> Client:
    app = world.application(client_id, **members)
    return world.services.sign_on.clients.get().by_id[app.id]


def open_to(world: SignOnWorld, organisation: Organisation, scope: str) -> Client:
    group = {"organisation_id": str(organisation.id), "scope": scope}
    return client(world, f"for-{scope}-{organisation.mail_stem}", allowed_groups=[group])


def may(world: SignOnWorld, one: Client, member: Member) -> bool:
    with world.services.database.transaction() as session:
        return may_use(session, one, load_subject(session, member.id, TODAY))


def test_a_subtree_has_everybody_below_it_an_organisation_alone_its_own_people(
    world: SignOnWorld, top: Organisation, office: Organisation
) -> None:
    people = {"above": world.member(organisation=top), "below": world.member(organisation=office)}
    allowed = {
        (one.description.allowed_groups[0].scope, who): may(world, one, member)
        for one in (open_to(world, top, "own"), open_to(world, top, "subtree"))
        for who, member in people.items()
    }
    assert allowed == {
        ("own", "above"): True,
        ("own", "below"): False,
        ("subtree", "above"): True,
        ("subtree", "below"): True,
    }


@pytest.mark.parametrize("scope", ["own", "subtree"])
def test_nothing_below_opens_what_is_above(
    world: SignOnWorld, top: Organisation, office: Organisation, scope: str
) -> None:
    assert not may(world, open_to(world, office, scope), world.member(organisation=top))


def test_an_organisations_account_belongs_to_the_organisation(world: SignOnWorld) -> None:
    account = acts_for(world, world.member())
    assert account.organisation_id is not None
    group = {"organisation_id": str(account.organisation_id), "scope": "own"}
    app = client(world, allowed_account_kinds=["organisation"], allowed_groups=[group])
    assert may(world, app, Member(account))
    assert not may(world, client(world, "people-only"), Member(account))


def test_who_belongs_nowhere_is_in_no_subtree(world: SignOnWorld, top: Organisation) -> None:
    one = open_to(world, top, "subtree")
    with world.services.database.transaction() as session:
        subject = load_subject(session, world.member(organisation=top).id, TODAY)
        assert may_use(session, one, subject)
        assert not may_use(session, one, replace(subject, appointments=[]))


def test_many_clients_are_asked_about_in_one_query(
    world: SignOnWorld, top: Organisation, office: Organisation
) -> None:
    member = world.member(organisation=office)
    clients = [open_to(world, place, "subtree") for place in (top, office)]
    clients += [open_to(world, top, "own"), client(world)]
    with world.services.database.transaction() as session:
        subject = load_subject(session, member.id, TODAY)
        statements: list[str] = []
        with statements_noted(world.services.engine, statements.append):
            found = usable(session, clients, subject)
    assert [one.client_id for one in found] == [
        clients[0].client_id,
        clients[1].client_id,
        "app",
    ]
    assert len(statements) == 1
