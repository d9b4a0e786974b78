from collections.abc import Collection
from datetime import date
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from identity.accounts.errors import AccountNotFound
from identity.accounts.models import Account, AccountKind, ActivationCode, Custodian
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.people.models import Person

LONGEST_IDENTIFIER = 320
"""An address: 64 octets, the @ and 255 (RFC 5321 section 4.5.3.1)."""


def get_account(session: Session, account_id: UUID) -> Account:
    """Raises AccountNotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise AccountNotFound(str(account_id))
    return account


def get_account_for_update(session: Session, account_id: UUID) -> Account:
    """Raises AccountNotFound."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise AccountNotFound(str(account_id))
    return account


def get_account_by_login(session: Session, login: str) -> Account:
    """Raises AccountNotFound."""
    account = session.scalar(select(Account).where(Account.login == login.strip().lower()))
    if account is None:
        raise AccountNotFound(login)
    return account


def find_account_for_sign_in(session: Session, typed: str, *, day: date) -> Account | None:
    """The personal account with this login, or with this address among those delivered on a day.

    Programs sign in as clients and organisations through their custodians, so neither is found.
    Status is not looked at: a caller lets nobody in but ACTIVE accounts.
    """
    if len(typed) > LONGEST_IDENTIFIER:
        return None
    identifier = normalize("NFC", typed).strip().lower()
    if not (identifier.isascii() and identifier.isprintable()):  # NUL, surrogates, lookalikes
        return None
    statement = select(Account).where(Account.kind == AccountKind.PERSONAL)
    local_part, at, domain = identifier.rpartition("@")
    if not at:
        return session.scalar(statement.where(Account.login == identifier))
    return session.scalar(
        statement.join(Address, Address.account_id == Account.id)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(Address.local_part == local_part, MailDomain.name == domain, delivered_on(day))
    )


def delivered_on(day: date) -> ColumnElement[bool]:
    """Whether mail to an address reaches its holder on a day."""
    return (Address.role == AddressRole.PRIMARY) | (
        (Address.role == AddressRole.ALIAS)
        & (Address.alias_until.is_(None) | (Address.alias_until > day))
    )


def find_account_of_person(session: Session, person_id: UUID) -> Account | None:
    return session.scalar(select(Account).where(Account.person_id == person_id))


def addresses_of(
    session: Session, account_ids: Collection[UUID]
) -> dict[UUID, list[tuple[Address, str]]]:
    """Account to its addresses with the name of the domain, the primary one first."""
    statement = (
        select(Address, MailDomain.name)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(Address.account_id.in_(account_ids))
        .order_by(
            (Address.role == AddressRole.PRIMARY).desc(), Address.given_on, Address.local_part
        )
    )
    found: dict[UUID, list[tuple[Address, str]]] = {}
    for address, domain in session.execute(statement):
        if address.account_id is not None:  # reserved addresses have no holder
            found.setdefault(address.account_id, []).append((address, domain))
    return found


def list_custodians(session: Session, account_id: UUID) -> list[tuple[Custodian, str]]:
    """All of them, past and present, with the person's name; the latest first."""
    statement = (
        select(Custodian, Person.full_name)
        .join(Person, Person.id == Custodian.person_id)
        .where(Custodian.account_id == account_id)
        .order_by(Custodian.valid_from.desc(), Custodian.id)
    )
    return list(session.execute(statement).all())


def custodians_in_force(day: date) -> ColumnElement[bool]:
    return (Custodian.valid_from <= day) & (
        Custodian.valid_to.is_(None) | (Custodian.valid_to > day)
    )


def find_account_of_code(session: Session, code_hash: bytes) -> Account | None:
    """The account that a code would activate, whether or not the code still counts."""
    statement = (
        select(Account)
        .join(ActivationCode, ActivationCode.account_id == Account.id)
        .where(ActivationCode.code_hash == code_hash)
    )
    return session.scalar(statement)
