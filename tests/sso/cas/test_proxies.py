"""A portal that asks other systems on behalf of a person, over real connections."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select, text

from kernel.audit import AuditRecord
from sso.cas.proxies import MOST_WAITING
from sso.protocol.sign_on_records import SignOnAuditTag
from sso.sessions.models import Participation
from tests.support.cas import CAS, enter, failure, parsed, user, validate
from tests.support.logout import PATIENCE_SECONDS, Receiver, receiving
from tests.support.sign_on import Browser, Member, SignOnWorld

TARGET = "https://qlvb.backan.gov.vn/inbox"


class Portal:
    """Answers at its callback, on this machine."""

    def __init__(self, world: SignOnWorld, receiver: Receiver) -> None:
        self.world = world
        self.receiver = receiver
        self.service = f"{receiver.origin}/home"
        self.callback = f"{receiver.origin}/pgt"
        self.app = world.application("portal", cas_services=[f"{receiver.origin}/"], cas_proxy=True)

    def validate(self, ticket: str, callback: str | None = None) -> Element:
        return validate(self.world, ticket, self.service, pgtUrl=callback or self.callback)

    def handed_over(self) -> dict[str, str]:
        """What came to the callback."""
        address = urlsplit(self.receiver.opened.get(timeout=PATIENCE_SECONDS))
        assert address.path == "/pgt"
        return {name: value for name, (value,) in parse_qs(address.query).items()}

    def granting(self, browser: Browser, member: Member) -> str:
        """A proxy-granting ticket."""
        answer = self.validate(enter(browser, member, self.service))
        handed = self.handed_over()
        iou = answer.findtext("cas:authenticationSuccess/cas:proxyGrantingTicket", None, CAS)
        assert iou == handed["pgtIou"]
        return handed["pgtId"]

    def ask(self, granting: str, target: str = TARGET) -> Element:
        query = {"pgt": granting, "targetService": target}
        return parsed(self.world.client.get("/cas/proxy", params=query))

    def ticket(self, granting: str, target: str = TARGET) -> str:
        found = self.ask(granting, target).findtext("cas:proxySuccess/cas:proxyTicket", None, CAS)
        assert found is not None
        return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def proxy(world: SignOnWorld, receiver: Receiver) -> Portal:
    return Portal(world, receiver)


def documents(world: SignOnWorld, **changes: Any) -> UUID:
    """A system that the portal asks."""
    address = "https://qlvb.backan.gov.vn/"
    return world.application("qlvb", cas_services=[address], **changes).id


def close_to_others(world: SignOnWorld) -> None:
    """As if the person had never been entitled to use the system."""
    elsewhere = world.province.organisation("Sở Y tế")
    documents(world, allowed_groups=[{"organisation_id": str(elsewhere.id)}])


def test_a_proxy_gets_tickets_for_others_and_is_named_in_them(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    documents(world)
    ticket = proxy.ticket(proxy.granting(world.browser(), member))
    found = validate(world, ticket, TARGET, "p3/proxyValidate")
    assert user(found) == member.login
    assert found.findtext(".//cas:proxies/cas:proxy", None, CAS) == proxy.callback


def test_a_proxy_gets_no_ticket_where_the_person_may_not_go(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    close_to_others(world)
    browser = world.browser()
    granting = proxy.granting(browser, member)
    assert browser.get("/cas/login", params={"service": TARGET}).status_code == 403
    assert failure(proxy.ask(granting), "proxy") == "UNAUTHORIZED_SERVICE"


def test_a_proxy_gets_no_ticket_for_a_kind_of_account_that_is_not_admitted(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    documents(world, allowed_account_kinds=["organisation"])
    granting = proxy.granting(world.browser(), member)
    assert failure(proxy.ask(granting), "proxy") == "UNAUTHORIZED_SERVICE"


def test_a_proxy_gets_no_ticket_under_the_name_of_somebody_else(
    world: SignOnWorld, proxy: Portal
) -> None:
    documents(world, username_template="{unit}_{name}")
    office = world.province.organisation()
    first, second = (
        world.member(name, organisation=office) for name in ("Nguyễn Văn An", "Nguyễn Văn Ân")
    )
    proxy.ticket(proxy.granting(world.browser(), first))
    granting = proxy.granting(world.browser(), second)
    assert failure(proxy.ask(granting), "proxy") == "UNAUTHORIZED_SERVICE"


def test_whoever_may_no_longer_be_a_proxy_gets_no_tickets(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    documents(world)
    granting = proxy.granting(world.browser(), member)
    with world.services.database.transaction() as session:
        session.execute(
            text("""UPDATE sso_client SET description = description || '{"cas_proxy": false}'""")
        )
    world.services.sign_on.clients.reload()
    assert failure(proxy.ask(granting), "proxy") == "UNAUTHORIZED_SERVICE"


def test_what_a_proxy_enters_is_in_the_audit_trail_and_ends_with_the_session(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    entered, browser = documents(world), world.browser()
    ticket = proxy.ticket(proxy.granting(browser, member))
    with world.services.database.transaction() as session:
        sid = session.scalar(select(Participation.id).where(Participation.client_id == entered))
        told = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == SignOnAuditTag.ENTERED)
        ).all()
    assert told[-1].details == {"client_id": "qlvb", "sid": str(sid)}
    assert (told[-1].subject_id, told[-1].actor_id) == (member.id, member.id)
    browser.get("/cas/logout")
    assert failure(validate(world, ticket, TARGET, "proxyValidate")) == "INVALID_TICKET"


def test_a_system_that_was_asked_may_ask_on_and_all_are_named(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    documents(world)
    with receiving() as receiver:
        service, callback = f"{receiver.origin}/api", f"{receiver.origin}/pgt"
        world.application("between", cas_services=[f"{receiver.origin}/"], cas_proxy=True)
        ticket = proxy.ticket(proxy.granting(world.browser(), member), service)
        validate(world, ticket, service, "proxyValidate", pgtUrl=callback)
        handed = parse_qs(urlsplit(receiver.opened.get(timeout=PATIENCE_SECONDS)).query)
    found = validate(world, proxy.ticket(handed["pgtId"][0]), TARGET, "proxyValidate")
    assert [item.text for item in found.iterfind(".//cas:proxies/cas:proxy", CAS)] == [
        callback,
        proxy.callback,
    ]


def test_a_proxy_ticket_is_refused_where_proxies_are_not_accepted(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    documents(world)
    ticket = proxy.ticket(proxy.granting(world.browser(), member))
    assert failure(validate(world, ticket, TARGET, "serviceValidate")) == "INVALID_TICKET_SPEC"


@pytest.mark.parametrize("path", ["serviceValidate", "p3/proxyValidate"])
def test_a_granting_ticket_is_no_ticket_for_its_own_address(
    world: SignOnWorld, member: Member, proxy: Portal, path: str
) -> None:
    granting = proxy.granting(world.browser(), member)
    answer = validate(world, granting, proxy.callback, path)
    assert failure(answer) == "INVALID_TICKET_SPEC"


def test_a_granting_ticket_ends_with_the_session(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    documents(world)
    browser = world.browser()
    granting = proxy.granting(browser, member)
    browser.get("/cas/logout")
    assert failure(proxy.ask(granting), "proxy") == "INVALID_TICKET"


@pytest.mark.parametrize("target", ["", "https://evil.example/"])
def test_nothing_is_asked_of_who_is_not_registered(
    world: SignOnWorld, member: Member, proxy: Portal, target: str
) -> None:
    granting = proxy.granting(world.browser(), member)
    code = "UNAUTHORIZED_SERVICE" if target else "INVALID_REQUEST"
    assert failure(proxy.ask(granting, target), "proxy") == code


@pytest.mark.parametrize("receiver_address", ["https://evil.example/pgt", "http://127.0.0.1:1/pgt"])
def test_a_granting_ticket_goes_to_the_service_itself_only(
    world: SignOnWorld, member: Member, proxy: Portal, receiver_address: str
) -> None:
    answer = proxy.validate(enter(world.browser(), member, proxy.service), receiver_address)
    assert failure(answer) == "UNAUTHORIZED_SERVICE_PROXY"
    assert proxy.receiver.opened.empty()


def test_callbacks_that_are_slow_to_answer_leave_threads_to_everybody_else(
    world: SignOnWorld, member: Member, proxy: Portal
) -> None:
    browser = world.browser()
    tickets = [enter(browser, member, proxy.service) for _ in range(MOST_WAITING + 1)]
    proxy.receiver.awake.clear()
    with ThreadPoolExecutor(MOST_WAITING) as pool:
        waiting = [pool.submit(proxy.validate, ticket) for ticket in tickets[1:]]
        while proxy.receiver.opened.qsize() < MOST_WAITING:
            time.sleep(0.01)
        assert failure(proxy.validate(tickets[0])) == "INTERNAL_ERROR"
        assert proxy.receiver.opened.qsize() == MOST_WAITING
        proxy.receiver.awake.set()
        assert [failure(answer.result()) for answer in waiting] == [None] * MOST_WAITING
    later = proxy.validate(enter(browser, member, proxy.service))
    assert failure(later) is None
