"""What clients prove themselves with that ends soon: former secrets, registered certificates."""

import binascii
import enum
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from sso.clients.models import ClientRow, ClientSecret, PublishedCertificate

SOON = timedelta(days=30)


class EndingKind(enum.StrEnum):
    SECRET = "secret"  # noqa: S105  # a kind
    """A former one, whose overlap ends."""
    CERTIFICATE = "certificate"
    """In the keys that are registered for it, or that it publishes, as they were last fetched."""


@dataclass(frozen=True, slots=True)
class Ending:
    client_id: str
    kind: EndingKind
    at: datetime


def list_endings(session: Session, now: datetime, within: timedelta = SOON) -> list[Ending]:
    """Of clients in force, the next first; certificates that are over already come first."""
    return sorted(_endings(session, now, now + within), key=lambda one: (one.at, one.client_id))


def _endings(session: Session, now: datetime, until: datetime) -> Iterator[Ending]:
    secrets = (
        select(ClientRow.client_id, ClientSecret.expires_at)
        .join(ClientSecret, ClientSecret.client_id == ClientRow.id)
        .where(
            ClientRow.disabled_at.is_(None),
            ClientSecret.expires_at > now,
            ClientSecret.expires_at <= until,
        )
    )
    for client_id, at in session.execute(secrets):
        if at is not None:
            yield Ending(client_id, EndingKind.SECRET, at)
    with_keys = select(ClientRow.client_id, ClientRow.description["jwks"]).where(
        ClientRow.disabled_at.is_(None), ClientRow.description["jwks"].astext.is_not(None)
    )
    for client_id, jwks in session.execute(with_keys):
        for at in ends_of_certificates(jwks):
            if at <= until:
                yield Ending(client_id, EndingKind.CERTIFICATE, at)
    published = (
        select(ClientRow.client_id, PublishedCertificate.ends_at)
        .join(
            PublishedCertificate,
            PublishedCertificate.address == ClientRow.description["jwks_uri"].astext,
        )
        .where(ClientRow.disabled_at.is_(None), PublishedCertificate.ends_at <= until)
    )
    for client_id, at in session.execute(published):
        yield Ending(client_id, EndingKind.CERTIFICATE, at)


def ends_of_certificates(jwks: Any) -> Iterator[datetime]:
    """Of those in a key set (`x5c`, RFC 7517 section 4.7) that can be read."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    for key in keys if isinstance(keys, list) else ():
        chain = key.get("x5c") if isinstance(key, dict) else None
        if isinstance(chain, list) and chain and isinstance(chain[0], str):
            try:
                parsed = x509.load_der_x509_certificate(b64decode(chain[0], validate=True))
                end = parsed.not_valid_after_utc
            except (ValueError, binascii.Error):
                continue
            yield end
