"""Handing accounts over: first commit the codes, then write the files.

1. `hand_over` issues the codes inside the caller's transaction, which is committed;
2. `identity.handover.files.write_batches` writes what it returned, outside any transaction.

Codes are stored as hashes, so what is lost between the steps (a full disk, a killed process) is
gone for good, and harmless: the accounts are still pending, and the next run voids those codes and
issues others. In the other order a failing commit would leave letters on paper that never work.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from identity.accounts.queries import addresses_of
from identity.accounts.resets import issue_office_resets
from identity.accounts.service import issue_activation_codes
from identity.addresses.models import AddressRole
from identity.handover import queries
from identity.handover.batch import Batch, Letter, Purpose, Reader
from identity.handover.queries import HandedAccount
from identity.organisations.queries import current_codes, get_organisation
from identity.protection.errors import RoleHolderProtected
from identity.protection.service import barred_accounts
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import VIETNAM, office_day

ACCOUNTS_AT_ONCE = 10_000
"""PostgreSQL takes 65,535 values in a statement."""
HANDED_OVER = {
    Purpose.ACTIVATION: (AccountStatus.PENDING, issue_activation_codes),
    Purpose.RESET: (AccountStatus.ACTIVE, issue_office_resets),
}
"""Accounts of which status, and what issues their codes."""


def hand_over(
    session: Session,
    actor: Actor,
    organisation_id: UUID | None,
    *,
    include_subtree: bool,
    now: datetime,
    lifetime: timedelta,
    basis: Basis,
) -> list[Batch]:
    """Fresh codes for all pending accounts of an organisation, or of all of them when it is None.

    Earlier codes of these accounts stop working. The new ones work until the end of the office day
    in which `lifetime` ends, so that the letter can name a day.
    Raises OrganisationNotFound.
    """
    if organisation_id is not None:
        get_organisation(session, organisation_id)
    condition = queries.within(organisation_id, include_subtree=include_subtree)
    return _hand_over(session, actor, condition, now=now, lifetime=lifetime, basis=basis)


def hand_over_accounts(
    session: Session,
    actor: Actor,
    account_ids: Collection[UUID],
    *,
    now: datetime,
    lifetime: timedelta,
    basis: Basis,
    purpose: Purpose = Purpose.ACTIVATION,
) -> list[Batch]:
    """The same for those of these accounts that have a reader for a letter.

    For activation those that are pending, for new passwords those in use. Holders of roles that
    the actor may not decide over are left out. Raises RoleHolderProtected where only such are left.
    """
    condition = queries.among(account_ids)
    return _hand_over(
        session, actor, condition, now=now, lifetime=lifetime, basis=basis, purpose=purpose
    )


def _hand_over(
    session: Session,
    actor: Actor,
    condition: ColumnElement[bool],
    *,
    now: datetime,
    lifetime: timedelta,
    basis: Basis,
    purpose: Purpose = Purpose.ACTIVATION,
) -> list[Batch]:
    status, issue = HANDED_OVER[purpose]
    day, expires_on = office_day(now), office_day(now + lifetime)
    pending = _allowed(
        session, actor, queries.list_accounts_for_update(session, condition, day, status)
    )
    custodians = queries.custodians_of(session, day, status)
    letters: dict[UUID, list[Letter]] = {}
    for start in range(0, len(pending), ACCOUNTS_AT_ONCE):
        rows = pending[start : start + ACCOUNTS_AT_ONCE]
        accounts = [row.account for row in rows]
        codes = issue(
            session, actor, accounts, now=now, lifetime=_end_of(expires_on) - now, basis=basis
        )
        addresses = _primary_addresses(session, accounts)
        for row, code in zip(rows, codes, strict=True):
            letter = _letter(row, custodians, addresses, code)
            letters.setdefault(row.organisation.id, []).append(letter)
    agency_codes = current_codes(session, letters)
    organisations = {row.organisation.id: row.organisation for row in pending}
    return [
        Batch(
            organisation_id=organisation.id,
            organisation_name=organisation.name,
            organisation_code=agency_codes.get(organisation.id),
            issued_on=day,
            expires_on=expires_on,
            basis=basis,
            letters=tuple(letters[organisation.id]),
            purpose=purpose,
        )
        for organisation in organisations.values()
    ]


def _allowed(session: Session, actor: Actor, found: list[HandedAccount]) -> list[HandedAccount]:
    barred = barred_accounts(session, actor, [row.account.id for row in found])
    allowed = [row for row in found if row.account.id not in barred]
    if barred and not allowed:
        raise RoleHolderProtected(next(iter(barred.values())))
    return allowed


def _letter(
    row: HandedAccount,
    custodians: Mapping[UUID, list[Reader]],
    addresses: Mapping[UUID, str],
    code: str,
) -> Letter:
    account, person = row.account, row.person
    if person is None:
        name, readers = account.display_name, custodians.get(account.id, [])
    else:
        name, readers = person.full_name, [Reader(person.full_name, person.sex, row.position)]
    return Letter(
        kind=account.kind,
        account_id=account.id,
        name=name,
        readers=tuple(readers),
        address=addresses.get(account.id),
        login=account.login,
        code=code,
    )


def _primary_addresses(session: Session, accounts: Sequence[Account]) -> dict[UUID, str]:
    found = addresses_of(session, [account.id for account in accounts])
    return {
        account_id: f"{address.local_part}@{domain}"
        for account_id, ((address, domain), *_) in found.items()
        if address.role is AddressRole.PRIMARY
    }


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)
