"""What an application calls people: two people have two names, and keep them."""

from datetime import date
from threading import Thread

import httpx
import pytest
from sqlalchemy import select

from identity.people.service import AppointmentForm, appoint
from sso.claims.subject import load_subject
from sso.claims.usernames import username_of
from sso.clients.errors import UsernameTaken
from sso.clients.models import MappedUsername
from sso.clients.service import get_client, map_username
from tests.support.registry import BASIS, TODAY
from tests.support.sign_on import Application, Member, SignOnWorld, answered

Two = tuple[Member, Member]


@pytest.fixture
def two(world: SignOnWorld) -> Two:
    """Of one unit, whom only a tone tells apart; the unit's stem is so1."""
    office = world.province.organisation()
    first, second = (
        world.member(name, organisation=office) for name in ("Nguyễn Văn An", "Nguyễn Văn Ân")
    )
    return first, second


@pytest.fixture
def qlvb(world: SignOnWorld) -> Application:
    return world.application("qlvb", username_template="{unit}_{name}")


def known_as(world: SignOnWorld, app: Application, member: Member) -> str:
    return str(told(world, app, member)["preferred_username"])


def told(world: SignOnWorld, app: Application, member: Member) -> dict[str, object]:
    tokens = world.tokens(app, member)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer: dict[str, object] = world.client.get("/oauth2/userinfo", headers=bearer).json()
    return answer


def name(world: SignOnWorld, app: Application, member: Member, username: str) -> None:
    with world.services.database.transaction() as session:
        map_username(session, world.officer, app.client_id, member.id, username, basis=BASIS)


def arrive(world: SignOnWorld, app: Application, member: Member) -> httpx.Response:
    browser = world.browser()
    return browser.sign_in(member, world.authorize(browser, app))


def kept(world: SignOnWorld) -> list[str]:
    with world.services.database.transaction() as session:
        return list(session.scalars(select(MappedUsername.username)))


def test_nobody_enters_under_the_name_of_somebody_else(
    world: SignOnWorld, qlvb: Application, two: Two
) -> None:
    first, second = two
    assert known_as(world, qlvb, first) == "so1_nguyenvanan"
    browser = world.browser()
    page = browser.sign_in(second, world.authorize(browser, qlvb))
    assert page.status_code == 403
    for shown in ("so1_nguyenvanan", "username-taken", "qlvb", second.login):
        assert shown in page.text
    assert first.login not in page.text.replace(second.login, "")
    silent = answered(world.authorize(browser, qlvb, prompt="none"))
    assert silent["error"] == "access_denied"
    assert answered(browser.follow(browser.post(str(page.url))))["error"] == "access_denied"


def test_an_administrator_gives_the_other_one_another_name(
    world: SignOnWorld, qlvb: Application, two: Two
) -> None:
    first, second = two
    known_as(world, qlvb, first)
    arrive(world, qlvb, second)
    name(world, qlvb, second, "so1_nguyenvanan2")
    assert known_as(world, qlvb, second) == "so1_nguyenvanan2"
    assert known_as(world, qlvb, first) == "so1_nguyenvanan"


def test_a_name_stays_with_the_person_and_is_nobody_elses_when_they_have_moved(
    world: SignOnWorld, qlvb: Application, two: Two
) -> None:
    first, second = two
    known_as(world, qlvb, first)
    elsewhere = AppointmentForm(world.province.organisation("Sở Y tế").id, "Chuyên viên")
    assert first.account.person_id is not None
    with world.services.database.transaction() as session:
        who = (session, world.officer, first.account.person_id)
        appoint(*who, elsewhere, valid_from=date(2026, 11, 1), basis=BASIS)
        present = load_subject(session, first.id, TODAY).organisation
    assert present is not None
    assert present.name == "Sở Y tế"
    assert known_as(world, qlvb, first) == "so1_nguyenvanan"
    assert arrive(world, qlvb, second).status_code == 403


def test_of_two_who_come_at_the_same_moment_one_gets_the_name(
    world: SignOnWorld, qlvb: Application, two: Two
) -> None:
    first, second = two
    database = world.services.database
    client = world.services.sign_on.clients.get().by_id[qlvb.id]
    refused: list[str] = []

    def come_too() -> None:
        with database.transaction() as other:
            try:
                username_of(other, client, load_subject(other, second.id, TODAY))
            except UsernameTaken as error:
                refused.append(error.username)

    with database.transaction() as session:
        mine = username_of(session, client, load_subject(session, first.id, TODAY))
        waiting = Thread(target=come_too)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join()
    assert refused == [mine]


def test_who_is_never_told_a_name_cannot_mix_people_up_by_it(
    world: SignOnWorld, qlvb: Application, two: Two
) -> None:
    for member in two:
        tokens = world.tokens(qlvb, member, scope="openid email")
        assert tokens["scope"] == "openid email"
    assert kept(world) == []


def test_a_resource_server_is_told_no_name_rather_than_somebody_elses(
    world: SignOnWorld, two: Two
) -> None:
    """People do not pass by our pages before it asks."""
    served = "https://mail.example"
    app = world.application(resources=[served])
    mail = world.application(
        "mail",
        username_template="{name}",
        resource_identifiers=[served],
        introspection_claims=True,
    )
    names = [
        world.introspect(mail, world.tokens(app, member, resource=served)["access_token"]).get(
            "preferred_username"
        )
        for member in two
    ]
    assert names == ["nguyenvanan", None]


@pytest.mark.parametrize("template", [None, "{login}", "bk-{login}", "{name}.{id}"])
def test_names_that_cannot_meet_are_not_written_down(
    world: SignOnWorld, two: Two, template: str | None
) -> None:
    app = world.application(username_template=template)
    assert len({known_as(world, app, member) for member in two}) == 2
    assert kept(world) == []


@pytest.mark.parametrize(("template", "called"), [(None, "{login}"), ("bk-{login}", "bk-{login}")])
def test_neither_are_they_given_to_others(
    world: SignOnWorld, two: Two, template: str | None, called: str
) -> None:
    first, second = two
    app = world.application(username_template=template)
    with pytest.raises(UsernameTaken):
        name(world, app, second, called.format(login=first.login))
    name(world, app, second, called.format(login=second.login))
    name(world, app, second, "another")
    assert known_as(world, app, second) == "another"


def test_a_login_that_was_given_to_somebody_else_as_a_name_does_not_enter(
    world: SignOnWorld, two: Two
) -> None:
    """As when the account was opened later, or names came to be made of logins later."""
    first, second = two
    app = world.application(username_template="{name}")
    name(world, app, first, second.login)
    with world.services.database.transaction() as session:
        row = get_client(session, app.client_id)
        row.description = row.description | {"username_template": None}
    world.services.sign_on.clients.reload()
    assert known_as(world, app, first) == second.login
    assert arrive(world, app, second).status_code == 403


def test_who_has_nothing_that_the_template_asks_for_is_called_by_the_login(
    world: SignOnWorld,
) -> None:
    app = world.application(username_template="{unit}")
    member = world.member(organisation=world.province.organisation(mail_stem=None))
    assert known_as(world, app, member) == member.login
