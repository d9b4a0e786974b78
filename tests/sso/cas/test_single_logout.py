"""Services hear that a session is over, each by itself, whatever the others answer."""

import re
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import func, select, text, update

from kernel.notices import Notices
from sso.cas import tickets
from sso.cas.models import CasTicket, TicketKind
from sso.cas.single_logout import logout_request
from sso.logout import deliveries
from sso.logout.deliveries import Listener
from sso.logout.models import LogoutDelivery
from sso.sessions.models import EndReason
from sso.sessions.service import Browser, end_session, participate, start_session
from tests.support.installation import eventually
from tests.support.logout import (
    Couriers,
    Receiver,
    courier_for,
    couriers,
    hasten,
    receiver,
    receiving,
    rows,
    undelivered,
)
from tests.support.registry import NOW
from tests.support.sign_on import Member, SignOnWorld

__all__ = ["couriers", "receiver"]

NAMES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
}
LEASE = timedelta(seconds=10)


class Visit:
    """A session that entered services of one client, each with a ticket of its own."""

    def __init__(self, world: SignOnWorld, member: Member, *services: str) -> None:
        self.world = world
        self.app = world.application("motcua", cas_services=list(dict.fromkeys(services)))
        settings, nobody = world.services.settings.sso, Browser(None, None)
        with world.services.database.transaction() as session:
            started = start_session(
                session, member.id, acr="0", amr=[], browser=nobody, settings=settings, now=NOW
            )
            self.session_id: UUID = started.id
            self.sid = participate(session, started.id, self.app.id, member.id, now=NOW)
        self.tickets = [self.issue(service, place) for place, service in enumerate(services)]

    def issue(self, service: str, place: int = 0, kind: TicketKind = TicketKind.SERVICE) -> UUID:
        moment = NOW + timedelta(milliseconds=place)
        with self.world.services.database.transaction() as session:
            issued = tickets.issue(session, kind, self.sid, service, lifetime=LEASE, now=moment)
            return issued.id

    def validate(self, *chosen: UUID) -> None:
        with self.world.services.database.transaction() as session:
            for ticket in chosen or self.tickets:
                assert tickets.consume(session, ticket, now=NOW) is not None

    def leave(self) -> None:
        with self.world.services.database.transaction() as session:
            assert end_session(session, self.session_id, EndReason.SIGNED_OUT, now=NOW)

    def text_of(self, ticket: UUID, kind: TicketKind = TicketKind.SERVICE) -> str:
        return self.world.services.sign_on.cas_tickets.text(CasTicket(id=ticket, kind=kind))


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as other:
        yield other


def test_each_session_of_each_service_is_told(
    world: SignOnWorld, member: Member, couriers: Couriers, receiver: Receiver, other: Receiver
) -> None:
    services = [f"{receiver.origin}/a", f"{receiver.origin}/a", f"{other.origin}/b"]
    visit = Visit(world, member, *services)
    visit.validate()
    couriers.start()
    visit.leave()
    first, second, third = map(visit.text_of, visit.tickets)
    assert {receiver.next_ticket(), receiver.next_ticket()} == {first, second}
    assert other.next_ticket() == third
    eventually(lambda: undelivered(world) == 0)
    assert [row.attempts for row in rows(world)] == [1, 1, 1]


@pytest.mark.parametrize("gone", [0, 2], ids=["the first", "the last"])
def test_a_service_that_does_not_accept_keeps_nobody_from_hearing(
    world: SignOnWorld, member: Member, couriers: Couriers, receiver: Receiver, gone: int
) -> None:
    with receiving(*[404] * 50) as failing:
        services = [f"{receiver.origin}/{name}" for name in "abc"]
        services[gone] = f"{failing.origin}/gone"
        visit = Visit(world, member, *services)
        visit.validate()
        visit.leave()
        couriers.start()
        heard = {receiver.next_ticket(), receiver.next_ticket()}
        eventually(lambda: undelivered(world) == 1)
        for _ in range(3):
            failing.next_ticket()
            hasten(world)
    assert heard == {visit.text_of(t) for t in visit.tickets if t != visit.tickets[gone]}
    assert receiver.heard.empty()  # whoever accepted is not told again


def test_a_host_that_is_silent_does_not_put_off_the_others_of_its_client(
    world: SignOnWorld, member: Member, receiver: Receiver
) -> None:
    with receiving() as silent:
        address = silent.origin
    visit = Visit(world, member, f"{address}/a", f"{receiver.origin}/b", f"{address}/c")
    visit.validate()
    visit.leave()
    dead, alive = (Listener(visit.app.id, host_of(url)) for url in (address, receiver.origin))
    courier = courier_for(world.services, Notices("postgresql://nobody"))
    courier._serve(dead, Event())
    assert {row.host: row.attempts for row in rows(world)} == {dead.host: 1, alive.host: 0}
    with world.services.database.transaction() as session:
        assert deliveries.due_listeners(session) == {alive: 1}
    courier._serve(alive, Event())
    assert receiver.next_ticket() == visit.text_of(visit.tickets[1])
    assert undelivered(world) == 2


def host_of(address: str) -> str:
    return urlsplit(address).netloc


def test_only_tickets_that_opened_a_session_are_spoken_of(
    world: SignOnWorld, member: Member
) -> None:
    service = "https://motcua.backan.gov.vn/a"
    visit = Visit(world, member, service, service)
    visit.validate(visit.tickets[0])
    proxy = visit.issue(service, kind=TicketKind.PROXY)  # for a request, not for a session
    visit.validate(proxy)
    visit.leave()
    assert [row.ticket_id for row in rows(world)] == [visit.tickets[0]]


def test_a_service_that_sends_people_in_circles_is_not_told_of_every_round(
    world: SignOnWorld, member: Member
) -> None:
    visit = Visit(world, member, *["https://motcua.backan.gov.vn/a"] * 130)
    visit.validate()
    visit.leave()
    assert {row.ticket_id for row in rows(world)} == set(visit.tickets[30:])


def test_a_delivery_whose_ticket_is_forgotten_ends(
    world: SignOnWorld, member: Member, couriers: Couriers
) -> None:
    visit = Visit(world, member, "https://motcua.backan.gov.vn/a")
    visit.validate()
    visit.leave()
    with world.services.database.transaction() as session:
        session.execute(update(LogoutDelivery).values(ticket_id=uuid4()))
    couriers.start()
    eventually(lambda: rows(world)[0].given_up_at is not None)


def test_who_ends_the_session_waits_for_a_validation_and_tells_its_service(
    world: SignOnWorld, member: Member
) -> None:
    visit = Visit(world, member, "https://motcua.backan.gov.vn/a")
    leaving = Thread(target=visit.leave)
    with world.services.database.transaction() as session:
        assert tickets.consume(session, visit.tickets[0], now=NOW) is not None
        leaving.start()
        eventually(lambda: is_waiting(world))
        assert rows(world) == []
    leaving.join()
    assert [row.ticket_id for row in rows(world)] == visit.tickets


def test_a_validation_waits_for_who_ends_the_session_and_is_refused(
    world: SignOnWorld, member: Member
) -> None:
    visit = Visit(world, member, "https://motcua.backan.gov.vn/a")
    answers: list[CasTicket | None] = []

    def validate() -> None:
        with world.services.database.transaction() as session:
            answers.append(tickets.consume(session, visit.tickets[0], now=NOW))

    validating = Thread(target=validate)
    with world.services.database.transaction() as session:
        end_session(session, visit.session_id, EndReason.SIGNED_OUT, now=NOW)
        validating.start()
        eventually(lambda: is_waiting(world))
    validating.join()
    assert answers == [None]
    assert rows(world) == []


def is_waiting(world: SignOnWorld) -> bool:
    with world.services.database.transaction() as session:
        waiting = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
        return bool(session.scalar(text(waiting)))


def test_what_a_service_is_sent() -> None:
    """Appendix C; clients in use look for the words themselves, with their prefix."""
    request = logout_request("ST-4711", NOW)
    assert "<samlp:SessionIndex>ST-4711</samlp:SessionIndex>" in request
    root = fromstring(request)  # noqa: S314  # our own
    assert root.tag == f"{{{NAMES['samlp']}}}LogoutRequest"
    assert re.fullmatch(r"LR-[0-9a-f]{32}", root.get("ID", ""))
    assert (root.get("Version"), root.get("IssueInstant")) == ("2.0", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")
    assert root.findtext("saml:NameID", None, NAMES) == "@NOT_USED@"
    assert root.findtext("samlp:SessionIndex", None, NAMES) == "ST-4711"
    assert len(root) == 2
    assert logout_request("ST-4711", NOW) != request


def test_it_comes_as_a_form(
    world: SignOnWorld, member: Member, couriers: Couriers, receiver: Receiver
) -> None:
    visit = Visit(world, member, f"{receiver.origin}/login?x=1")
    visit.validate()
    couriers.start()
    visit.leave()
    (request,) = parse_qs(receiver.heard.get(timeout=20))["logoutRequest"]
    index = fromstring(request).findtext("samlp:SessionIndex", None, NAMES)  # noqa: S314
    assert index == visit.text_of(visit.tickets[0])
    with world.services.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(LogoutDelivery)) == 1
