"""Everything about one person across features, as far as the caller may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.audit.trail import sees_trail, trail_of
from console.session.service import Caller
from identity.accounts.models import Account, AccountPeriod, Custodian, Mailbox
from identity.accounts.queries import addresses_of, find_account_of_person
from identity.addresses.models import Address, AddressRole
from identity.organisations.models import Organisation
from identity.people.leaves import list_leaves
from identity.people.models import Appointment, Leave, Person
from identity.people.queries import get_person
from identity.protection.service import barred_accounts
from kernel.access import Permission
from kernel.audit import AuditRecord
from kernel.clock import office_day
from mail_admin.usage.of_mailbox import MailboxUse, use_of
from sso.account.sign_ins import Attempt, recent_attempts
from sso.sessions.models import SignOnSession
from sso.sessions.service import list_live_sessions
from sso.settings import SignOnSettings

ATTEMPTS, MONTHS = 10, 12


@dataclass(frozen=True, slots=True)
class Post:
    """An appointment with the organisation's name of today."""

    appointment: Appointment
    organisation: str

    def is_present(self, day: date) -> bool:
        row = self.appointment
        return row.valid_from <= day and (row.valid_to is None or row.valid_to > day)

    def begins_after(self, day: date) -> bool:
        row = self.appointment
        return row.valid_from > day and (row.valid_to is None or row.valid_to > row.valid_from)


@dataclass(frozen=True, slots=True)
class HeldAddress:
    address: str
    role: AddressRole
    given_on: date
    alias_until: date | None


@dataclass(frozen=True, slots=True)
class AccountSide:
    """Of callers who may read accounts."""

    account: Account
    addresses: Sequence[HeldAddress]
    quota_bytes: int | None
    periods: Sequence[AccountPeriod]
    sessions: Sequence[SignOnSession] = ()
    attempts: Sequence[Attempt] = ()
    is_barred: bool = False
    """It holds a role, over which the caller may not decide."""


@dataclass(frozen=True, slots=True)
class PersonPage:
    person: Person
    posts: Sequence[Post]
    leaves: Sequence[Leave]
    side: AccountSide | None = None
    held: Sequence[tuple[Custodian, Account]] = ()
    """Organisation accounts that the person acts or acted for."""
    use: MailboxUse | None = None
    records: Sequence[AuditRecord] | None = None
    """None for whoever may not see them."""

    def present(self, day: date) -> list[Post]:
        return [post for post in self.posts if post.is_present(day)]

    def coming(self, day: date) -> Post | None:
        """The next one."""
        later = [post for post in self.posts if post.begins_after(day)]
        return later[-1] if later else None


def person_page(
    session: Session, caller: Caller, person_id: UUID, settings: SignOnSettings, now: datetime
) -> PersonPage:
    """Raises PersonNotFound."""
    person = get_person(session, person_id)
    reads_accounts = caller.may(Permission.READ_ACCOUNTS)
    account = find_account_of_person(session, person_id)
    side, use = None, None
    if account is not None and reads_accounts:
        side = _account_side(session, caller, account, settings, now)
    if account is not None and caller.may(Permission.READ_USAGE):
        use = use_of(session, account.id, office_day(now), months=MONTHS)
    return PersonPage(
        person,
        posts_of(session, person_id),
        list_leaves(session, person_id),
        side,
        _held_by(session, person_id) if reads_accounts else (),
        use,
        _records(session, caller, person_id, account),
    )


def posts_of(session: Session, person_id: UUID) -> list[Post]:
    """Past, present and coming, the latest first."""
    statement = (
        select(Appointment, Organisation.name)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .where(Appointment.person_id == person_id)
        .order_by(Appointment.valid_from.desc(), Appointment.is_primary.desc(), Appointment.id)
    )
    return [Post(appointment, name) for appointment, name in session.execute(statement)]


def _account_side(
    session: Session, caller: Caller, account: Account, settings: SignOnSettings, now: datetime
) -> AccountSide:
    mailbox = session.get(Mailbox, account.id)
    periods = (
        select(AccountPeriod)
        .where(AccountPeriod.account_id == account.id)
        .order_by(AccountPeriod.began_at.desc())
    )
    watches = caller.may(Permission.MANAGE_ACCOUNTS)
    return AccountSide(
        account,
        [
            _held_address(row, domain)
            for row, domain in addresses_of(session, [account.id]).get(account.id, [])
        ],
        mailbox.quota_bytes if mailbox else None,
        list(session.scalars(periods)),
        list_live_sessions(session, account.id, settings=settings, now=now) if watches else (),
        recent_attempts(session, account.id, most=ATTEMPTS) if watches else (),
        bool(barred_accounts(session, caller.actor, [account.id])),
    )


def _held_address(row: Address, domain: str) -> HeldAddress:
    return HeldAddress(f"{row.local_part}@{domain}", row.role, row.given_on, row.alias_until)


def _held_by(session: Session, person_id: UUID) -> list[tuple[Custodian, Account]]:
    statement = (
        select(Custodian, Account)
        .join(Account, Account.id == Custodian.account_id)
        .where(Custodian.person_id == person_id)
        .order_by(Custodian.valid_from.desc(), Account.login)
    )
    return [(custodian, account) for custodian, account in session.execute(statement)]


def _records(
    session: Session, caller: Caller, person_id: UUID, account: Account | None
) -> list[AuditRecord] | None:
    """Of the person and of their account, each for whoever sees those."""
    subjects = [person_id] if sees_trail(caller, Permission.MANAGE_PEOPLE) else []
    if account is not None and sees_trail(caller, Permission.MANAGE_ACCOUNTS):
        subjects.append(account.id)
    return trail_of(session, subjects) if subjects else None
