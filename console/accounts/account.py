"""Everything that is known of one account."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from console.audit.trail import sees_trail, trail_of
from console.session.service import Caller
from identity.accounts.models import (
    Account,
    AccountKind,
    ActivationCode,
    Custodian,
    Mailbox,
    PasswordReset,
)
from identity.accounts.queries import addresses_of, get_account, list_custodians
from identity.addresses.models import Address
from identity.organisations.models import Organisation
from identity.people.models import Person
from identity.people.queries import Place, places_on
from kernel.access import Permission
from kernel.audit import AuditRecord
from kernel.clock import office_day
from mail_admin.mailboxes.handover import list_handovers
from mail_admin.mailboxes.handover_models import Handover
from mail_admin.usage.last_use import last_sign_in
from sso.sessions.models import SignOnSession
from sso.sessions.service import list_live_sessions
from sso.settings import SignOnSettings

STORED = text("""
    SELECT stored_bytes FROM mail_admin_usage_month
    WHERE account_id = :id AND stored_bytes IS NOT NULL ORDER BY month DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Code:
    """That there is one; nobody can be told which."""

    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccountView:
    account: Account
    person: Person | None
    place: Place | None
    organisation: Organisation | None
    mailbox: Mailbox | None
    stored_bytes: int | None
    last_mail: date | None
    """When the mailbox was last signed in to."""
    last_entry: datetime | None
    """When single sign-on last saw the person prove who they are."""
    addresses: list[tuple[Address, str]]
    custodians: list[tuple[Custodian, str]]
    handovers: list[Handover]
    codes: list[Code]
    resets: list[Code]
    sessions: list[SignOnSession]
    trail: list[AuditRecord] | None
    """None for whoever may not see it."""
    today: date

    @property
    def name(self) -> str:
        return self.person.full_name if self.person else self.account.display_name

    @property
    def fill(self) -> float | None:
        if self.mailbox is None or not self.mailbox.quota_bytes or self.stored_bytes is None:
            return None
        return self.stored_bytes / self.mailbox.quota_bytes

    def is_present(self, custodian: Custodian) -> bool:
        """Or yet to come."""
        ends = custodian.valid_to
        return ends is None or ends > max(self.today, custodian.valid_from)


def view_account(
    session: Session, caller: Caller, account_id: UUID, settings: SignOnSettings, now: datetime
) -> AccountView:
    """Raises AccountNotFound."""
    account, today = get_account(session, account_id), office_day(now)
    person = session.get(Person, account.person_id) if account.person_id else None
    place = places_on(session, [person.id], today).get(person.id) if person else None
    place_id = account.organisation_id or (place.organisation_id if place else None)
    is_organisation = account.kind is AccountKind.ORGANISATION
    return AccountView(
        account=account,
        person=person,
        place=place,
        organisation=session.get(Organisation, place_id) if place_id else None,
        mailbox=session.get(Mailbox, account_id),
        stored_bytes=session.scalar(STORED, {"id": account_id}),
        last_mail=last_sign_in(session, account_id),
        last_entry=_last_entry(session, account_id),
        addresses=addresses_of(session, [account_id]).get(account_id, []),
        custodians=list_custodians(session, account_id) if is_organisation else [],
        handovers=list_handovers(session, account_id) if is_organisation else [],
        codes=_codes(session, ActivationCode, account_id, now),
        resets=_codes(session, PasswordReset, account_id, now),
        sessions=list_live_sessions(session, account_id, settings=settings, now=now),
        trail=trail_of(session, [account_id])
        if sees_trail(caller, Permission.MANAGE_ACCOUNTS)
        else None,
        today=today,
    )


def _last_entry(session: Session, account_id: UUID) -> datetime | None:
    statement = (
        select(SignOnSession.authenticated_at)
        .where(SignOnSession.account_id == account_id)
        .order_by(SignOnSession.authenticated_at.desc())
        .limit(1)
    )
    return session.scalar(statement)


def _codes(
    session: Session,
    kind: type[ActivationCode] | type[PasswordReset],
    account_id: UUID,
    now: datetime,
) -> list[Code]:
    statement = (
        select(kind.issued_at, kind.expires_at)
        .where(
            kind.account_id == account_id,
            kind.consumed_at.is_(None),
            kind.revoked_at.is_(None),
            kind.expires_at > now,
        )
        .order_by(kind.issued_at.desc())
    )
    return [Code(issued_at, expires_at) for issued_at, expires_at in session.execute(statement)]
