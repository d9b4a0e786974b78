"""Keys with which mail_admin/signing signs what a domain sends.

RSA of 2048 bits: Ed25519 (RFC 8463) is still unknown to large receivers.
"""

import base64
import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from identity.addresses.models import MailDomain
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.encryption import KeyRing
from mail_admin.domains.errors import DkimKeyMissing, DkimKeyPresent
from mail_admin.domains.models import DkimKey

RSA_BITS = 2048


class DomainAuditTag(enum.StrEnum):
    KEY_MADE = "mail-domain:dkim-key-made"
    KEY_READ = "mail-domain:dkim-key-read"
    """The private half was written out for the mail server."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    domain: str
    selector: str
    private: rsa.RSAPrivateKey


def find_dkim_key(session: Session, domain_id: UUID) -> DkimKey | None:
    """The newest, to be published."""
    statement = (
        select(DkimKey).where(DkimKey.domain_id == domain_id).order_by(DkimKey.created_at.desc())
    )
    return session.scalar(statement.limit(1))


def domains_without_key(session: Session) -> list[str]:
    """Whose mail is not signed."""
    has_key = exists().where(DkimKey.domain_id == MailDomain.id)
    return list(session.scalars(select(MailDomain.name).where(~has_key).order_by(MailDomain.name)))


def make_dkim_key(
    session: Session,
    actor: Actor,
    domain: MailDomain,
    ring: KeyRing,
    *,
    now: datetime,
    basis: Basis,
) -> DkimKey:
    """A key under a selector that names the day, so that the one before can stay published.

    Raises DkimKeyPresent.
    """
    selector = f"cv{office_day(now):%Y%m%d}"
    present = find_dkim_key(session, domain.id)
    if present is not None and present.selector == selector:
        raise DkimKeyPresent(selector)
    private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    public = private.public_key().public_bytes(
        Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = private.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, NoEncryption())
    key = DkimKey(
        domain_id=domain.id,
        selector=selector,
        private_sealed=ring.seal(secret, _context(domain.id, selector)),
        public_key=base64.b64encode(public).decode(),
        created_at=now,
    )
    session.add(key)
    session.flush()
    audit.record(
        session,
        actor,
        DomainAuditTag.KEY_MADE,
        domain.id,
        basis,
        domain=domain.name,
        selector=selector,
    )
    return key


def read_private_key(
    session: Session, actor: Actor, domain: MailDomain, ring: KeyRing, *, basis: Basis
) -> tuple[str, bytes]:
    """Selector and PEM for the program that signs. Raises DkimKeyMissing."""
    key = find_dkim_key(session, domain.id)
    if key is None:
        raise DkimKeyMissing(domain.name)
    secret = ring.open(key.private_sealed, _context(domain.id, key.selector))
    private = _load(secret)
    audit.record(
        session,
        actor,
        DomainAuditTag.KEY_READ,
        domain.id,
        basis,
        domain=domain.name,
        selector=key.selector,
    )
    return key.selector, private.private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, NoEncryption()
    )


def signing_key(
    session: Session, ring: KeyRing, domain: str, *, published_before: datetime
) -> SigningKey | None:
    """The newest made before a moment, so that its record is known; the first one at once.

    Raises Unsealable.
    """
    statement = (
        select(DkimKey)
        .join(MailDomain, MailDomain.id == DkimKey.domain_id)
        .where(MailDomain.name == domain)
        .order_by(DkimKey.created_at.desc())
    )
    keys = list(session.scalars(statement))
    if not keys:
        return None
    key = next((key for key in keys if key.created_at <= published_before), keys[-1])
    private = _load(ring.open(key.private_sealed, _context(key.domain_id, key.selector)))
    return SigningKey(domain, key.selector, private)


def _load(secret: bytes) -> rsa.RSAPrivateKey:
    private = serialization.load_der_private_key(secret, password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("a DKIM key that is not RSA")
    return private


def _context(domain_id: UUID, selector: str) -> str:
    return f"mail_admin_dkim_key/{domain_id}/{selector}"
