from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from identity.addresses.errors import MailDomainNotFound
from identity.addresses.models import Address, AddressPolicy, AddressRole, MailDomain


def get_domain(session: Session, name: str) -> MailDomain:
    """Raises MailDomainNotFound."""
    domain = session.scalar(select(MailDomain).where(MailDomain.name == name.lower()))
    if domain is None:
        raise MailDomainNotFound(name)
    return domain


def list_domains(session: Session) -> list[MailDomain]:
    return list(session.scalars(select(MailDomain).order_by(MailDomain.name)))


def count_addresses(session: Session) -> dict[UUID, dict[AddressRole, int]]:
    """Of each domain, by role; nothing for a domain without any."""
    found: dict[UUID, dict[AddressRole, int]] = {}
    statement = select(Address.domain_id, Address.role, func.count()).group_by(
        Address.domain_id, Address.role
    )
    for domain_id, role, count in session.execute(statement):
        found.setdefault(domain_id, {})[role] = count
    return found


def list_kept(session: Session, domain_id: UUID, limit: int) -> list[Address]:
    """Addresses that nobody gets, by name."""
    statement = (
        select(Address)
        .where(Address.domain_id == domain_id, Address.role == AddressRole.RESERVED)
        .order_by(Address.local_part)
        .limit(limit)
    )
    return list(session.scalars(statement))


def find_address(session: Session, domain_id: UUID, local_part: str) -> Address | None:
    return session.scalar(
        select(Address).where(Address.domain_id == domain_id, Address.local_part == local_part)
    )


def list_addresses(session: Session, account_id: UUID) -> list[Address]:
    statement = (
        select(Address)
        .where(Address.account_id == account_id)
        .order_by(Address.given_on, Address.local_part)
    )
    return list(session.scalars(statement))


def latest_policies(session: Session) -> list[AddressPolicy]:
    """The version in force of every rule."""
    keys = (AddressPolicy.domain_id, AddressPolicy.organisation_id, AddressPolicy.subject)
    statement = (
        select(AddressPolicy).ext(distinct_on(*keys)).order_by(*keys, AddressPolicy.version.desc())
    )
    return list(session.scalars(statement))


def taken_with_stems(session: Session, stems: Iterable[str]) -> set[str]:
    """Local parts ever given or set aside, in any domain, that are a stem and digits.

    All domains, since logins follow local parts and two domains may be merged one day.
    """
    stem = func.rtrim(Address.local_part, "0123456789")
    statement = select(Address.local_part).where(stem == any_(literal(list(stems), ARRAY(Text))))
    return set(session.scalars(statement))
