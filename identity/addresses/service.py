import enum
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.addresses import queries
from identity.addresses.errors import (
    AddressKept,
    AddressNotHeld,
    AddressTaken,
    DefaultDomainExists,
    MailDomainExists,
    MailDomainInvalid,
)
from identity.addresses.local_part import LocalPartRefused, check_form, find_refusal
from identity.addresses.models import Address, AddressPolicy, AddressRole, MailDomain
from identity.addresses.policy import Policy
from identity.addresses.presets import ORGANISATIONS, Preset
from identity.protection.service import require_say
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class AddressAuditTag(enum.StrEnum):
    DOMAIN_ADDED = "mail-domain:added"
    POLICY_SET = "address-policy:set"
    GIVEN = "address:given"
    RETIRED = "address:retired"
    RESERVED = "address:reserved"
    LIST_GIVEN = "address:given-to-group"
    LIST_RETIRED = "address:retired-from-group"


def add_domain(
    session: Session, actor: Actor, name: str, *, is_default: bool, basis: Basis
) -> MailDomain:
    """Raises MailDomainInvalid, MailDomainExists, DefaultDomainExists."""
    name = name.lower()
    if not DOMAIN.fullmatch(name):
        raise MailDomainInvalid(name)
    if session.scalar(select(MailDomain.id).where(MailDomain.name == name)):
        raise MailDomainExists(name)
    default = select(MailDomain.name).where(MailDomain.is_default)
    if is_default and (present := session.scalar(default)):
        raise DefaultDomainExists(present)
    domain = MailDomain(name=name, is_default=is_default)
    session.add(domain)
    session.flush()
    audit.record(session, actor, AddressAuditTag.DOMAIN_ADDED, domain.id, basis, name=domain.name)
    return domain


def open_domain(
    session: Session,
    actor: Actor,
    name: str,
    preset: Preset,
    *,
    is_default: bool,
    now: datetime,
    basis: Basis,
) -> MailDomain:
    """A domain with ready rules for people and for organisations.

    Raises MailDomainInvalid, MailDomainExists, DefaultDomainExists.
    """
    domain = add_domain(session, actor, name, is_default=is_default, basis=basis)
    for chosen in (preset, ORGANISATIONS):
        set_policy(
            session,
            actor,
            domain.id,
            chosen.policy,
            organisation_id=None,
            preset=chosen.code,
            now=now,
            basis=basis,
        )
    return domain


def set_policy(
    session: Session,
    actor: Actor,
    domain_id: UUID,
    policy: Policy,
    *,
    organisation_id: UUID | None,
    preset: str | None,
    now: datetime,
    basis: Basis,
) -> AddressPolicy:
    """Add a version of the rule; addresses already given stay as they are."""
    present = select(func.max(AddressPolicy.version)).where(
        AddressPolicy.domain_id == domain_id,
        AddressPolicy.organisation_id.is_not_distinct_from(organisation_id),
        AddressPolicy.subject == policy.subject,
    )
    steps: list[dict[str, Any]] = policy.model_dump(mode="json")["steps"]
    row = AddressPolicy(
        domain_id=domain_id,
        organisation_id=organisation_id,
        subject=policy.subject,
        version=(session.scalar(present) or 0) + 1,
        preset=preset,
        steps=steps,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, AddressAuditTag.POLICY_SET, row.id, basis, version=row.version, steps=steps
    )
    return row


def give_address(
    session: Session,
    actor: Actor,
    domain: MailDomain,
    local_part: str,
    account_id: UUID,
    *,
    role: AddressRole,
    on: date,
    basis: Basis,
    policy_id: UUID | None = None,
    alias_until: date | None = None,
) -> Address:
    """Enter an address into the ledger, or give a retired one back to its own holder.

    Raises LocalPartRefused, AddressTaken.
    """
    if refusal := find_refusal(local_part):
        raise LocalPartRefused(local_part, refusal)
    address = queries.find_address(session, domain.id, local_part)
    if address is None:
        address = Address(
            domain_id=domain.id, local_part=local_part, account_id=account_id, given_on=on
        )
        session.add(address)
    elif address.account_id != account_id:
        raise AddressTaken(f"{local_part}@{domain.name}")
    address.role, address.alias_until = role, alias_until
    address.policy_id = policy_id or address.policy_id
    session.flush()
    audit.record(
        session,
        actor,
        AddressAuditTag.GIVEN,
        account_id,
        basis,
        address=f"{local_part}@{domain.name}",
        role=role.value,
    )
    return address


def change_primary(
    session: Session,
    actor: Actor,
    domain: MailDomain,
    local_part: str,
    account_id: UUID,
    *,
    on: date,
    alias_until: date | None,
    basis: Basis,
) -> Address:
    """Give an account a new primary address; the old one stays an alias until the day given.

    Raises LocalPartRefused, AddressTaken, RoleHolderProtected.
    """
    require_say(session, actor, account_id)
    for present in queries.list_addresses(session, account_id):
        if present.role is AddressRole.PRIMARY:
            present.role, present.alias_until = AddressRole.ALIAS, alias_until
    session.flush()
    return give_address(
        session,
        actor,
        domain,
        local_part,
        account_id,
        role=AddressRole.PRIMARY,
        on=on,
        basis=basis,
    )


def retire_address(
    session: Session, actor: Actor, account_id: UUID, address_id: UUID, *, basis: Basis
) -> None:
    """Stop delivering to an alias. Nobody else will ever get it.

    Raises AddressNotHeld, also for the primary address: change that instead; RoleHolderProtected.
    """
    require_say(session, actor, account_id)
    address = session.get(Address, address_id)
    if address is None or address.account_id != account_id or address.role is not AddressRole.ALIAS:
        raise AddressNotHeld(str(address_id))
    address.role = AddressRole.RETIRED
    audit.record(
        session, actor, AddressAuditTag.RETIRED, account_id, basis, address=address.local_part
    )


def reserve_address(
    session: Session, actor: Actor, domain: MailDomain, local_part: str, *, on: date, basis: Basis
) -> Address:
    """Keep an address free for good: used before this registry, or claimed by two bodies.

    Raises LocalPartRefused, AddressKept, AddressTaken.
    """
    check_form(local_part)
    found = queries.find_address(session, domain.id, local_part)
    if found is not None and found.role is AddressRole.RESERVED:
        raise AddressKept(f"{local_part}@{domain.name}", found.given_on)
    if found is not None:
        raise AddressTaken(f"{local_part}@{domain.name}")
    address = Address(
        domain_id=domain.id,
        local_part=local_part,
        role=AddressRole.RESERVED,
        given_on=on,
        note=basis.reason,
    )
    session.add(address)
    session.flush()
    audit.record(
        session,
        actor,
        AddressAuditTag.RESERVED,
        address.id,
        basis,
        address=f"{local_part}@{domain.name}",
    )
    return address


def give_list_address(
    session: Session,
    actor: Actor,
    domain: MailDomain,
    local_part: str,
    group_id: UUID,
    *,
    on: date,
    basis: Basis,
) -> Address:
    """An address that reaches everybody in a group of the registry; a retired one comes back.

    Raises LocalPartRefused, AddressTaken.
    """
    if refusal := find_refusal(local_part):
        raise LocalPartRefused(local_part, refusal)
    address = queries.find_address(session, domain.id, local_part)
    if address is None:
        address = Address(
            domain_id=domain.id, local_part=local_part, group_id=group_id, given_on=on
        )
        session.add(address)
    elif address.group_id != group_id or address.role is AddressRole.LIST:
        raise AddressTaken(f"{local_part}@{domain.name}")
    address.role = AddressRole.LIST
    session.flush()
    audit.record(
        session,
        actor,
        AddressAuditTag.LIST_GIVEN,
        group_id,
        basis,
        address=f"{local_part}@{domain.name}",
    )
    return address


def retire_list_address(session: Session, actor: Actor, address: Address, *, basis: Basis) -> None:
    """Stop delivering to a list. Only a list of the same group can get the address back."""
    address.role = AddressRole.RETIRED
    audit.record(
        session,
        actor,
        AddressAuditTag.LIST_RETIRED,
        address.group_id,
        basis,
        address=address.local_part,
    )
