"""Tickets of the CAS protocol: single use, short-lived, for one service (section 3).

The text of a ticket is the id of its row and a keyed hash: nothing to steal from the table, and
what single logout has to name can be written again.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from kernel.encryption import KeyRing
from sso.cas.models import CasTicket, TicketKind
from sso.sessions.models import Participation

PREFIXES = {
    TicketKind.SERVICE: "ST-",
    TicketKind.PROXY: "PT-",
    TicketKind.PROXY_GRANTING: "PGT-",
}
DIGEST_BYTES = 16
BODY = re.compile(f"[0-9a-f]{{{2 * (16 + DIGEST_BYTES)}}}")
"""Tickets have letters, digits and hyphens only (section 3.7): mod_auth_cas overlooks others."""


class Tickets:
    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def text(self, ticket: CasTicket) -> str:
        raw = ticket.id.bytes + self._digest(ticket.kind, ticket.id)
        return PREFIXES[ticket.kind] + raw.hex()

    def parse(self, text: str) -> tuple[TicketKind, UUID] | None:
        """None for whatever we did not make."""
        for kind, prefix in PREFIXES.items():
            if text.startswith(prefix) and BODY.fullmatch(text, len(prefix)):
                return self._parse_body(kind, text.removeprefix(prefix))
        return None

    def _parse_body(self, kind: TicketKind, body: str) -> tuple[TicketKind, UUID] | None:
        raw = bytes.fromhex(body)
        identifier = UUID(bytes=raw[:16])
        if not hmac.compare_digest(raw[16:], self._digest(kind, identifier)):
            return None
        return kind, identifier

    def _digest(self, kind: TicketKind, identifier: UUID) -> bytes:
        return self._ring.index(f"{kind.value}.{identifier.hex}", "cas-ticket")[:DIGEST_BYTES]


def issue(
    session: Session,
    kind: TicketKind,
    participation_id: UUID,
    service: str,
    *,
    proxies: Sequence[str] = (),
    with_credentials: bool = False,
    lifetime: timedelta,
    now: datetime,
) -> CasTicket:
    ticket = CasTicket(
        id=uuid4(),
        kind=kind,
        participation_id=participation_id,
        service=service,
        proxies=list(proxies),
        with_credentials=with_credentials,
        issued_at=now,
        expires_at=now + lifetime,
    )
    session.add(ticket)
    session.flush()
    return ticket


def consume(session: Session, ticket_id: UUID, *, now: datetime) -> CasTicket | None:
    """The ticket, once, while it is good and its participation live; spent in any case.

    Whoever ends the participation waits for this transaction, and then finds a used ticket whose
    service has to hear of it.
    """
    statement = (
        update(CasTicket)
        .where(CasTicket.id == ticket_id, CasTicket.consumed_at.is_(None))
        .values(consumed_at=now)
        .returning(CasTicket)
    )
    ticket = session.scalar(statement)
    if ticket is None or ticket.expires_at <= now:
        return None
    live = _live_participation(ticket).with_for_update(read=True)
    return None if session.scalar(live) is None else ticket


def find_granting(session: Session, ticket_id: UUID, *, now: datetime) -> CasTicket | None:
    """A proxy-granting ticket counts as long as the participation that it rests on."""
    ticket = session.get(CasTicket, ticket_id)
    if ticket is None or ticket.expires_at <= now:
        return None
    return None if session.scalar(_live_participation(ticket)) is None else ticket


def _live_participation(ticket: CasTicket) -> Select[UUID]:
    return select(Participation.id).where(
        Participation.id == ticket.participation_id, Participation.ended_at.is_(None)
    )
