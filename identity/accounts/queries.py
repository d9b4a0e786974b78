from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, LiteralString, NamedTuple
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from identity.accounts.errors import AccountNotFound
from identity.accounts.models import (
    Account,
    AccountStatus,
    ActivationCode,
    Custodian,
    FormerPassword,
    PasswordReset,
)
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.organisations.models import Organisation
from identity.passwords.subject import PasswordSubject
from identity.people.models import Person
from identity.people.queries import appointments_on
from kernel.database import Asked, ask, is_among

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


class AccountForSignIn(NamedTuple):
    """What signing in looks at, without an entity made of it: that costs more than to read it."""

    id: UUID
    login: str
    status: AccountStatus
    status_changed_at: datetime
    password_hash: str | None
    password_set_at: datetime | None
    password_must_change: bool


SIGN_IN_COLUMNS: LiteralString = """
    SELECT account.id, login, status, status_changed_at,
        password_hash, password_set_at, password_must_change
    FROM identity_account AS account
"""
BY_LOGIN: LiteralString = f"""{SIGN_IN_COLUMNS}
    WHERE kind = 'personal' AND login = %(login)s
"""
BY_ADDRESS: LiteralString = f"""{SIGN_IN_COLUMNS}
    JOIN identity_address AS address ON address.account_id = account.id
    JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
    WHERE kind = 'personal' AND local_part = %(local_part)s AND domain.name = %(domain)s AND (
        role = 'primary' OR role = 'alias' AND (alias_until IS NULL OR alias_until > %(day)s)
    )
"""
LOCKED: LiteralString = f"""{SIGN_IN_COLUMNS}
    WHERE account.id = %(id)s FOR UPDATE
"""


def find_account_for_sign_in(asked: Asked, typed: str, *, day: date) -> AccountForSignIn | None:
    """The personal account with this login, or with this address among those delivered on a day.

    Programs sign in as clients and organisations through their custodians, so neither is found.
    Status is not looked at: a caller lets nobody in but ACTIVE accounts.
    """
    if len(typed) > LONGEST_IDENTIFIER:
        return None
    identifier = normalize("NFC", typed).strip().lower()
    if not (identifier.isascii() and identifier.isprintable()):  # NUL, surrogates, lookalikes
        return None
    local_part, at, domain = identifier.rpartition("@")
    if at:
        values = {"local_part": local_part, "domain": domain, "day": day}
        return _for_sign_in(ask(asked, BY_ADDRESS, values))
    return _for_sign_in(ask(asked, BY_LOGIN, {"login": identifier}))


def lock_account_for_sign_in(asked: Asked, account_id: UUID) -> AccountForSignIn:
    """As it is now; nobody changes it before the transaction ends. Raises AccountNotFound."""
    account = _for_sign_in(ask(asked, LOCKED, {"id": account_id}))
    if account is None:
        raise AccountNotFound(str(account_id))
    return account


def _for_sign_in(rows: Sequence[tuple[Any, ...]]) -> AccountForSignIn | None:
    for account_id, login, status, *rest in rows:
        return AccountForSignIn(account_id, login, AccountStatus(status), *rest)
    return None


def find_account_of_person(session: Session, person_id: UUID) -> Account | None:
    return session.scalar(select(Account).where(Account.person_id == person_id))


def addresses_of(
    session: Session, account_ids: Collection[UUID]
) -> dict[UUID, list[tuple[Address, str]]]:
    """Account to its addresses with the name of the domain, the primary one first."""
    statement = (
        select(Address, MailDomain.name)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(is_among(Address.account_id, account_ids))
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
        .where(Custodian.account_id == account_id, lasts_a_day())
        .order_by(Custodian.valid_from.desc(), Custodian.id)
    )
    return list(session.execute(statement).all())


def lasts_a_day() -> ColumnElement[bool]:
    """Custodians whose period is not empty; there are such of former days."""
    return Custodian.valid_to.is_(None) | (Custodian.valid_to > Custodian.valid_from)


def custodians_in_force(day: date) -> ColumnElement[bool]:
    return (Custodian.valid_from <= day) & (
        Custodian.valid_to.is_(None) | (Custodian.valid_to > day)
    )


def find_account_of_code(session: Session, code_hash: bytes, now: datetime) -> Account | None:
    """The account that a code would activate, as long as the code counts.

    Of an old letter nobody learns from the rules of passwords whom it was for.
    """
    statement = (
        select(Account)
        .join(ActivationCode, ActivationCode.account_id == Account.id)
        .where(
            ActivationCode.code_hash == code_hash,
            ActivationCode.consumed_at.is_(None),
            ActivationCode.revoked_at.is_(None),
            ActivationCode.expires_at > now,
        )
    )
    return session.scalar(statement)


def find_account_of_reset(session: Session, code_hash: bytes, now: datetime) -> Account | None:
    """The account that a code resets, as long as the code counts."""
    statement = (
        select(Account)
        .join(PasswordReset, PasswordReset.account_id == Account.id)
        .where(
            PasswordReset.code_hash == code_hash,
            PasswordReset.consumed_at.is_(None),
            PasswordReset.revoked_at.is_(None),
            PasswordReset.expires_at > now,
            Account.status == AccountStatus.ACTIVE,
        )
    )
    return session.scalar(statement)


def hashes_not_to_repeat(session: Session, account: Account, history: int) -> list[str]:
    """Of the present password and of so many before it, the latest first."""
    statement = (
        select(FormerPassword.password_hash)
        .where(FormerPassword.account_id == account.id)
        .order_by(FormerPassword.replaced_at.desc(), FormerPassword.id)
        .limit(history)
    )
    present = [account.password_hash] if account.password_hash else []
    return [*present, *session.scalars(statement)]


ADMINISTERS: LiteralString = """
    SELECT FROM identity_role_grant
    WHERE account_id = %(id)s AND ended_at IS NULL AND role <> 'leader'
"""


def is_administrator(asked: Asked, account_id: UUID) -> bool:
    """Whether the account has a role by which it changes something.

    Its password must then be longer and younger. In SQL, since roles are a subject above this one.
    """
    return bool(ask(asked, ADMINISTERS, {"id": account_id}))


def subject_of(session: Session, account: Account, *, day: date) -> PasswordSubject:
    """What the password of an account must not be made of."""
    person = session.get(Person, account.person_id) if account.person_id else None
    addresses = addresses_of(session, [account.id]).get(account.id, [])
    return PasswordSubject(
        login=account.login,
        name=person.full_name if person else account.display_name,
        addresses=tuple(f"{address.local_part}@{domain}" for address, domain in addresses),
        birth_date=person.birth_date if person else None,
        organisation_words=tuple(
            word
            for organisation in _organisations_of(session, account, day)
            for word in (organisation.short_name, organisation.mail_stem)
            if word
        ),
        is_administrator=is_administrator(session, account.id),
    )


def _organisations_of(session: Session, account: Account, day: date) -> list[Organisation]:
    if account.organisation_id is not None:
        return [session.get_one(Organisation, account.organisation_id)]
    if account.person_id is None:
        return []
    held = appointments_on(session, [account.person_id], day).get(account.person_id, [])
    return [organisation for _, organisation in held]
