"""Handing accounts over: first commit the codes, then write the files.

1. `hand_over` issues the codes inside the caller's transaction, which is committed;
2. `identity.handover.files.write_batches` writes what it returned, outside any transaction.

Codes are stored as hashes, so what is lost between the steps (a full disk, a killed process) is
gone for good, and harmless: the accounts are still pending, and the next run voids those codes and
issues others. In the other order a failing commit would leave letters on paper that never work.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.accounts.queries import addresses_of
from identity.accounts.service import issue_activation_codes
from identity.addresses.models import AddressRole
from identity.handover import queries
from identity.handover.batch import Batch, Letter, Reader
from identity.handover.queries import PendingAccount
from identity.organisations.models import Organisation
from identity.organisations.queries import current_codes, get_organisation
from identity.people.models import Person
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import VIETNAM, office_day


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
    day = office_day(now)
    pending = queries.list_pending_for_update(
        session, organisation_id, include_subtree=include_subtree, day=day
    )
    custodians = queries.custodians_of_pending(session, day)
    codes = current_codes(session, {organisation.id for _, organisation, _, _ in pending})
    expires_on = office_day(now + lifetime)
    batches = []
    for organisation, rows in _by_organisation(pending):
        letters = _issue_letters(
            session, actor, rows, custodians, now=now, expires_on=expires_on, basis=basis
        )
        batches.append(
            Batch(
                organisation_id=organisation.id,
                organisation_name=organisation.name,
                organisation_code=codes.get(organisation.id),
                issued_on=day,
                expires_on=expires_on,
                basis=basis,
                letters=tuple(letters),
            )
        )
    return batches


def _by_organisation(
    pending: Sequence[PendingAccount],
) -> Iterator[tuple[Organisation, list[PendingAccount]]]:
    for organisation, rows in groupby(pending, key=lambda row: row[1]):
        yield organisation, list(rows)


def _issue_letters(
    session: Session,
    actor: Actor,
    rows: Sequence[PendingAccount],
    custodians: dict[UUID, list[Reader]],
    *,
    now: datetime,
    expires_on: date,
    basis: Basis,
) -> list[Letter]:
    accounts = [account for account, _, _, _ in rows]
    codes = issue_activation_codes(
        session, actor, accounts, now=now, lifetime=_end_of(expires_on) - now, basis=basis
    )
    addresses = _primary_addresses(session, accounts)
    return [
        Letter(
            kind=account.kind,
            account_id=account.id,
            name=person.full_name if person else account.display_name,
            readers=_readers(person, position, custodians.get(account.id, [])),
            address=addresses.get(account.id),
            login=account.login,
            code=code,
        )
        for (account, _, person, position), code in zip(rows, codes, strict=True)
    ]


def _readers(
    person: Person | None, position: str | None, custodians: list[Reader]
) -> tuple[Reader, ...]:
    if person is None:
        return tuple(custodians)
    return (Reader(person.full_name, person.sex, position),)


def _primary_addresses(session: Session, accounts: Sequence[Account]) -> dict[UUID, str]:
    found = addresses_of(session, [account.id for account in accounts])
    return {
        account_id: f"{address.local_part}@{domain}"
        for account_id, ((address, domain), *_) in found.items()
        if address.role is AddressRole.PRIMARY
    }


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)
