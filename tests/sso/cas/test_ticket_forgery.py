"""Texts that are no tickets of ours, whatever they look like."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kernel.encryption import EncryptionSettings, KeyRing
from sso.cas.models import CasTicket, TicketKind
from sso.cas.tickets import PREFIXES, Tickets
from tests.support.registry import key

RING = KeyRing(EncryptionSettings(keys={"k1": key("a")}, active_key="k1", index_key=key("i")))
TICKETS = Tickets(RING)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
TEXT = TICKETS.text(CasTicket(id=UUID(int=7), kind=TicketKind.SERVICE))
Prefixes = st.sampled_from([*PREFIXES.values(), "", "st-", "ST", "PGTIOU-"])


@given(Prefixes, st.text(max_size=80) | st.text(alphabet="0123456789abcdefABCZ-_=", min_size=30))
def test_what_we_did_not_make_is_no_ticket(prefix: str, rest: str) -> None:
    assert TICKETS.parse(prefix + rest) is None


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(LETTERS) | st.characters(codec="utf-8"))
def test_a_ticket_has_one_text_only(place: int, letter: str) -> None:
    """Two texts for one ticket would be two tickets to whoever keeps a list of used ones."""
    for changed in (TEXT[:place] + letter + TEXT[place + 1 :], TEXT[:-1] + letter):
        assert TICKETS.parse(changed) is None or changed == TEXT


@given(st.uuids(), st.sampled_from(TicketKind), st.sampled_from(TicketKind))
def test_a_ticket_of_one_kind_is_none_of_another(
    identifier: UUID, kind: TicketKind, other: TicketKind
) -> None:
    text = TICKETS.text(CasTicket(id=identifier, kind=kind))
    assert TICKETS.parse(text) == (kind, identifier)
    renamed = PREFIXES[other] + text.removeprefix(PREFIXES[kind])
    assert (TICKETS.parse(renamed) is None) == (kind is not other)
