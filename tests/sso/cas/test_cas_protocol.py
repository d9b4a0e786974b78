"""CAS protocol 3.0: tickets, validation, and what an attacker would try."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from html import unescape

import pytest

from sso.cas.models import CasTicket
from tests.support.cas import (
    CAS,
    SERVICE,
    attribute,
    enter,
    failure,
    parsed,
    ticket_of,
    user,
    validate,
)
from tests.support.clock import MovableClock
from tests.support.registry import NOW
from tests.support.sign_on import Member, SignOnWorld

OTHER = "https://other.backan.gov.vn/"
pytestmark = pytest.mark.usefixtures("portal")


def test_a_service_learns_who_entered(world: SignOnWorld, member: Member) -> None:
    answer = validate(world, enter(world.browser(), member))
    assert user(answer) == member.login
    assert attribute(answer, "name") == "Nguyễn Thị Hồng Nga"
    assert attribute(answer, "organisation_code") == "H03.1"
    assert attribute(answer, "isFromNewLogin") == "true"


def test_a_service_learns_when_the_password_was_shown(
    world: SignOnWorld, member: Member, clock: MovableClock
) -> None:
    browser = world.browser()
    browser.sign_in(member)
    clock.pass_seconds(2400)
    answer = validate(world, enter(browser, member))
    assert datetime.fromisoformat(attribute(answer, "authenticationDate") or "") == NOW
    assert attribute(answer, "isFromNewLogin") == "false"


def test_cas_2_tells_only_the_name(world: SignOnWorld, member: Member) -> None:
    answer = validate(world, enter(world.browser(), member), path="serviceValidate")
    assert user(answer) == member.login
    assert answer.find(".//cas:attributes", CAS) is None


def test_answers_come_as_json_when_asked(world: SignOnWorld, member: Member) -> None:
    query = {"service": SERVICE, "ticket": enter(world.browser(), member), "format": "JSON"}
    answer = world.client.get("/cas/p3/serviceValidate", params=query).json()
    assert answer["serviceResponse"]["authenticationSuccess"]["user"] == member.login


def test_the_same_session_serves_cas_and_openid(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    world.tokens(world.application("qlvb"), member, browser)
    assert user(validate(world, enter(browser, member))) == member.login


def test_a_ticket_works_once(world: SignOnWorld, member: Member) -> None:
    ticket = enter(world.browser(), member)
    assert failure(validate(world, ticket)) is None
    assert failure(validate(world, ticket)) == "INVALID_TICKET"


def test_of_parallel_validations_exactly_one_wins(world: SignOnWorld, member: Member) -> None:
    ticket = enter(world.browser(), member)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: failure(validate(world, ticket)), range(12)))
    assert sorted(answers, key=str) == ["INVALID_TICKET"] * 11 + [None]


def test_a_ticket_for_another_service_is_refused_and_spent(
    world: SignOnWorld, member: Member
) -> None:
    ticket = enter(world.browser(), member)
    assert failure(validate(world, ticket, f"{SERVICE}/other")) == "INVALID_SERVICE"
    assert failure(validate(world, ticket)) == "INVALID_TICKET"


def test_a_ticket_of_an_ended_session_is_refused(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    ticket = enter(browser, member)
    browser.get("/cas/logout")
    assert failure(validate(world, ticket)) == "INVALID_TICKET"


def test_an_expired_ticket_is_refused(world: SignOnWorld, member: Member) -> None:
    ticket = enter(world.browser(), member)
    with world.services.database.transaction() as session:
        session.query(CasTicket).update({"expires_at": NOW - timedelta(seconds=1)})
    assert failure(validate(world, ticket)) == "INVALID_TICKET"


@pytest.mark.parametrize(
    "forged",
    ["ST-", "ST-x", "ST-" + "A" * 43, "PGT-" + "A" * 43, "cvr_x", "ST-" + "ü" * 43, "x" * 3000],
)
def test_an_invented_ticket_is_refused(world: SignOnWorld, forged: str) -> None:
    assert failure(validate(world, forged)) == "INVALID_TICKET"


def test_missing_parameters_are_named(world: SignOnWorld) -> None:
    answer = parsed(world.client.get("/cas/serviceValidate"))
    assert failure(answer) == "INVALID_REQUEST"


@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example/",
        "https://motcua.backan.gov.vn.evil.example/",
        "https://motcua.backan.gov.vn@evil.example/",
        "http://motcua.backan.gov.vn/",
        "https://motcua.backan.gov.vn:8443/",
        "javascript:alert(1)",
        "https://motcua.backan.gov.vn\\@evil.example/",
        "//motcua.backan.gov.vn/",
    ],
)
def test_nobody_is_sent_to_a_service_that_is_not_registered(
    world: SignOnWorld, member: Member, service: str
) -> None:
    browser = world.browser()
    enter(browser, member)
    response = browser.get("/cas/login", params={"service": service})
    assert response.status_code == 403
    leaving = browser.get("/cas/logout", params={"service": service})
    assert leaving.status_code == 200
    assert service not in unescape(leaving.text)
    assert "Refresh" not in leaving.headers


def test_gateway_never_asks(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    query = {"service": SERVICE, "gateway": "true"}
    assert browser.get("/cas/login", params=query).headers["Location"] == SERVICE
    enter(browser, member)
    assert "ticket=ST-" in browser.get("/cas/login", params=query).headers["Location"]


def test_renew_asks_for_the_password_again(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    first = enter(browser, member)
    assert failure(validate(world, first, renew="true")) is None
    silent = enter(browser, member)
    assert failure(validate(world, silent, renew="true")) == "INVALID_TICKET_SPEC"
    page = browser.follow(browser.get("/cas/login", params={"service": SERVICE, "renew": "true"}))
    assert page.status_code == 200
    again = ticket_of(browser.sign_in(member, page))
    assert failure(validate(world, again, renew="true")) is None


def test_an_application_is_told_the_name_it_knows(world: SignOnWorld, member: Member) -> None:
    world.application("other", cas_services=[OTHER], username_template="{unit}_{name}")
    answer = validate(world, enter(world.browser(), member, OTHER), OTHER, "serviceValidate")
    assert user(answer) == "so1_nguyenthihongnga"


def test_whoever_may_not_use_the_service_gets_no_ticket(world: SignOnWorld, member: Member) -> None:
    elsewhere = world.province.organisation("Sở Y tế")
    allowed = [{"organisation_id": str(elsewhere.id)}]
    world.application("other", cas_services=[OTHER], allowed_groups=allowed)
    browser = world.browser()
    page = browser.follow(browser.get("/cas/login", params={"service": OTHER}))
    assert browser.sign_in(member, page).status_code == 403
