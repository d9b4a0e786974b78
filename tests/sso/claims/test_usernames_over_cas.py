"""CAS tells systems a name and nothing else: it must not be somebody else's."""

import httpx
import pytest

from sso.clients.service import map_username
from tests.support.cas import enter, ticket_of, user, validate
from tests.support.registry import BASIS
from tests.support.sign_on import Application, Browser, Member, SignOnWorld

SERVICE = "https://qlvb.backan.gov.vn/inbox"


@pytest.fixture
def qlvb(world: SignOnWorld) -> Application:
    return world.application(
        "qlvb", cas_services=["https://qlvb.backan.gov.vn/"], username_template="{unit}_{name}"
    )


def arrive(browser: Browser, member: Member) -> httpx.Response:
    page = browser.follow(browser.get("/cas/login", params={"service": SERVICE}))
    return browser.sign_in(member, page)


def test_nobody_enters_under_the_name_of_somebody_else(
    world: SignOnWorld, qlvb: Application
) -> None:
    office = world.province.organisation()
    first, second = (
        world.member(name, organisation=office) for name in ("Nguyễn Văn An", "Nguyễn Văn Ân")
    )
    ticket = enter(world.browser(), first, SERVICE)
    assert user(validate(world, ticket, SERVICE)) == "so1_nguyenvanan"
    page = arrive(world.browser(), second)
    assert page.status_code == 403
    for shown in ("so1_nguyenvanan", "username-taken", "qlvb", second.login):
        assert shown in page.text
    with world.services.database.transaction() as session:
        given = "so1_nguyenvanan2"
        map_username(session, world.officer, qlvb.client_id, second.id, given, basis=BASIS)
    ticket = ticket_of(arrive(world.browser(), second))
    assert user(validate(world, ticket, SERVICE)) == given
