"""What a ticket looks like (CAS protocol section 3.7)."""

import re
from uuid import UUID

import pytest

from kernel.encryption import KeyRing
from sso.cas.models import CasTicket, TicketKind
from sso.cas.tickets import Tickets


@pytest.mark.parametrize("kind", TicketKind)
def test_tickets_are_letters_digits_and_hyphens(keys: KeyRing, kind: TicketKind) -> None:
    tickets = Tickets(keys)
    for number in range(64):  # some of so many would hold any other character
        text = tickets.text(CasTicket(id=UUID(int=number**20), kind=kind))
        assert re.fullmatch(r"[A-Za-z0-9-]{1,256}", text)
        assert tickets.parse(text) == (kind, UUID(int=number**20))


@pytest.mark.parametrize("change", ["", "0", " ", "x"])
def test_what_differs_is_no_ticket(keys: KeyRing, change: str) -> None:
    tickets = Tickets(keys)
    text = tickets.text(CasTicket(id=UUID(int=7), kind=TicketKind.SERVICE))
    assert tickets.parse(text[:-1] + change) is None or text[:-1] + change == text
    assert tickets.parse(text + change) is None or not change
    assert tickets.parse("PT-" + text.removeprefix("ST-")) is None
