"""CAS protocol 3.0: tickets, validation, proxies, and what an attacker would try."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest

from sso.cas.models import CasTicket
from sso.cas.services import find_service
from sso.clients.registry import load_clients
from tests.support.registry import NOW
from tests.support.sign_on import Browser, Member, SignOnWorld

OTHER = "https://other.backan.gov.vn/"
SERVICE = "https://motcua.backan.gov.vn/c/portal/login"
pytestmark = pytest.mark.usefixtures("portal")
CAS = {"cas": "http://www.yale.edu/tp/cas"}


@pytest.fixture
def portal(world: SignOnWorld) -> None:
    world.application("motcua", cas_services=["https://motcua.backan.gov.vn/"], cas_proxy=True)


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def ticket_of(response: httpx.Response) -> str:
    assert response.is_redirect, response.text
    location = response.headers["Location"]
    assert urlsplit(location).hostname in {"motcua.backan.gov.vn", "other.backan.gov.vn"}
    return parse_qs(urlsplit(location).query)["ticket"][0]


def enter(browser: Browser, member: Member, service: str = SERVICE, **more: str) -> str:
    """A service ticket; signs in where asked."""
    response = browser.follow(browser.get("/cas/login", params={"service": service, **more}))
    if not response.is_redirect:
        response = browser.sign_in(member, response)
    return ticket_of(response)


def validate(
    world: SignOnWorld,
    ticket: str,
    service: str = SERVICE,
    path: str = "p3/serviceValidate",
    **more: str,
) -> Element:
    query = {"service": service, "ticket": ticket, **more}
    response = world.client.get(f"/cas/{path}", params=query)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return parsed(response)


def parsed(response: httpx.Response) -> Element:
    return fromstring(response.content)  # noqa: S314  # our own answer


def failure(answer: Element) -> str | None:
    found = answer.find("cas:authenticationFailure", CAS)
    return None if found is None else found.get("code")


def user(answer: Element) -> str | None:
    return answer.findtext("cas:authenticationSuccess/cas:user", None, CAS)


def test_a_service_learns_who_entered(world: SignOnWorld, member: Member) -> None:
    answer = validate(world, enter(world.browser(), member))
    assert user(answer) == member.login
    found = "cas:authenticationSuccess/cas:attributes"
    assert answer.findtext(f"{found}/cas:name", None, CAS) == "Nguyễn Thị Hồng Nga"
    assert answer.findtext(f"{found}/cas:organisation_code", None, CAS) == "H03.1"
    assert answer.findtext(f"{found}/cas:isFromNewLogin", None, CAS) == "true"


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
    assert leaving.headers["Location"] == "/dang-nhap"


@pytest.mark.parametrize(
    ("service", "known"),
    [
        ("https://portal.example/app", True),
        ("https://portal.example/app/page?x=1", True),
        ("https://portal.example/application", False),
        ("https://portal.example/", False),
        ("https://portal.example/app/../admin", False),
        ("https://portal.example/app/%2e%2e/admin", False),
        ("https://portal.example/app//x", False),
    ],
)
def test_a_path_covers_what_is_below_it_and_nothing_beside_it(
    world: SignOnWorld,
    service: str,
    known: bool,  # noqa: FBT001
) -> None:
    world.application("portal", cas_services=["https://portal.example/app"])
    with world.services.database.transaction() as session:
        clients = load_clients(session)
    assert (find_service(clients, service) is not None) is known


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


class Callback:
    """Stands where Outbound does: what the proxy callback was handed."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    def visit(self, url: str, query: dict[str, str]) -> None:
        self.seen = {"url": url, **query}


@pytest.fixture
def callback(world: SignOnWorld, monkeypatch: pytest.MonkeyPatch) -> Callback:
    callback = Callback()
    monkeypatch.setattr(world.services.sign_on.cas_validator, "_visitor", callback)
    return callback


def test_a_proxy_gets_tickets_for_others_and_is_named_in_them(
    world: SignOnWorld, member: Member, callback: Callback
) -> None:
    world.application("qlvb", cas_services=["https://qlvb.backan.gov.vn/"])
    receiver = "https://motcua.backan.gov.vn/pgt"
    answer = validate(world, enter(world.browser(), member), pgtUrl=receiver)
    iou = answer.findtext("cas:authenticationSuccess/cas:proxyGrantingTicket", None, CAS)
    assert iou == callback.seen["pgtIou"]
    target = "https://qlvb.backan.gov.vn/inbox"
    query = {"pgt": callback.seen["pgtId"], "targetService": target}
    issued = parsed(world.client.get("/cas/proxy", params=query))
    ticket = issued.findtext("cas:proxySuccess/cas:proxyTicket", None, CAS)
    assert ticket is not None
    found = validate(world, ticket, target, "p3/proxyValidate")
    assert user(found) == member.login
    assert found.findtext(".//cas:proxies/cas:proxy", None, CAS) == receiver


def test_a_proxy_ticket_is_refused_where_proxies_are_not_accepted(
    world: SignOnWorld, member: Member, callback: Callback
) -> None:
    receiver = "https://motcua.backan.gov.vn/pgt"
    validate(world, enter(world.browser(), member), pgtUrl=receiver)
    query = {"pgt": callback.seen["pgtId"], "targetService": SERVICE}
    issued = parsed(world.client.get("/cas/proxy", params=query))
    ticket = issued.findtext("cas:proxySuccess/cas:proxyTicket", None, CAS) or ""
    assert failure(validate(world, ticket, path="serviceValidate")) == "INVALID_TICKET_SPEC"


def test_a_granting_ticket_ends_with_the_session_and_is_no_service_ticket(
    world: SignOnWorld, member: Member, callback: Callback
) -> None:
    browser = world.browser()
    validate(world, enter(browser, member), pgtUrl="https://motcua.backan.gov.vn/pgt")
    granting = callback.seen["pgtId"]
    browser.get("/cas/logout")
    query = {"pgt": granting, "targetService": SERVICE}
    refused = parsed(world.client.get("/cas/proxy", params=query))
    found = refused.find("cas:proxyFailure", CAS)
    assert found is not None
    assert found.get("code") == "INVALID_TICKET"
    assert failure(validate(world, granting)) == "INVALID_TICKET"


@pytest.mark.parametrize(
    "receiver", ["https://evil.example/pgt", "http://motcua.backan.gov.vn/pgt"]
)
def test_a_granting_ticket_goes_to_the_service_itself_only(
    world: SignOnWorld, member: Member, callback: Callback, receiver: str
) -> None:
    answer = validate(world, enter(world.browser(), member), pgtUrl=receiver)
    assert failure(answer) == "UNAUTHORIZED_SERVICE_PROXY"
    assert callback.seen == {}
