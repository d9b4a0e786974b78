"""Whether a message is signed, and with which key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.database import Database
from kernel.encryption import KeyRing
from mail_admin.domains.dkim import SigningKey, signing_key
from mail_admin.senders.header import Unclear, addresses_in
from mail_admin.signing.settings import SigningSettings
from mail_admin.signing.signature import Field, sign

FORWARDED = "x-sieve-redirected-from"
"""Written by Sieve: what others wrote is not signed in our name, whatever its From says."""


@dataclass(frozen=True, slots=True)
class Signer:
    ring: KeyRing
    settings: SigningSettings

    def find_key(
        self, session: Session, fields: Sequence[Field], now: datetime
    ) -> SigningKey | None:
        """That of the domain of From, so that DMARC is content; None when it is not ours.

        Raises Unsealable.
        """
        domain = _domain_of(fields)
        if domain is None:
            return None
        waiting = timedelta(hours=self.settings.renewed_after_hours)
        return signing_key(session, self.ring, domain, published_before=now - waiting)

    def bound_to(
        self, database: Database, clock: Clock
    ) -> Callable[[Sequence[Field], bytes], str | None]:
        """The header for a message, in a transaction of its own."""

        def signed(fields: Sequence[Field], body: bytes) -> str | None:
            now = clock()
            with database.transaction() as session:
                key = self.find_key(session, fields, now)
            return sign(key, fields, body, now) if key else None

        return signed


def _domain_of(fields: Sequence[Field]) -> str | None:
    froms = [value for name, value in fields if name == "from"]
    if len(froms) != 1 or any(name == FORWARDED for name, _ in fields):
        return None
    try:
        authors = addresses_in(froms[0].decode("utf-8", errors="replace"))
    except Unclear:
        return None
    domains = {author.rpartition("@")[2] for author in authors}
    return domains.pop() if len(domains) == 1 else None
