"""What the pages of the own account show."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import addresses_of, custodians_in_force
from identity.addresses.models import AddressRole
from identity.names.text import search_key
from sso.claims.access import usable
from sso.claims.scopes import scope_told
from sso.claims.subject import Subject
from sso.clients.addresses import with_query
from sso.clients.description import GrantType
from sso.clients.models import Consent
from sso.clients.registry import Client, Clients
from sso.sessions.models import Participation, SignOnSession
from sso.sessions.service import SignedIn, list_live_sessions
from sso.settings import SignOnSettings
from sso.tokens.models import Grant

INITIALS = 2


@dataclass(frozen=True, slots=True)
class OpenSession:
    session: SignOnSession
    is_this_one: bool
    clients: list[Client]
    """Systems that were entered with it."""


@dataclass(slots=True)
class Connection:
    """A system that knows the person, in whatever way."""

    client: Client
    scopes: set[str] = field(default_factory=set)
    since: datetime | None = None
    used_at: datetime | None = None
    outlives: bool = False
    """It may go on when nobody is signed in."""

    def note(self, since: datetime, used_at: datetime, scopes: Iterable[str]) -> None:
        self.since = min(self.since or since, since)
        self.used_at = max(self.used_at or used_at, used_at)
        self.scopes |= set(scopes)


@dataclass(frozen=True, slots=True)
class System:
    """A shared system that one may enter, and where."""

    client: Client
    address: str

    @property
    def host(self) -> str:
        """Whom one goes to; the names of systems are alike."""
        return urlsplit(self.address).hostname or ""

    @property
    def search_key(self) -> str:
        about = self.client.description
        words = (about.client_name, about.client_name_en, about.summary, about.summary_en)
        return search_key(" ".join(word for word in words if word))

    def initials(self, language: str) -> str:
        """Of the first words of its name, where others have a picture."""
        letters = [word[0] for word in self.client.description.name(language).split()]
        return "".join(letter for letter in letters if letter.isalnum())[:INITIALS].upper()


@dataclass(frozen=True, slots=True)
class HeldAddress:
    address: str
    is_primary: bool
    until: date | None
    """First day on which nothing is delivered to it any more."""


@dataclass(frozen=True, slots=True)
class Custody:
    """An organisation's account that somebody looks after."""

    account: Account
    address: str | None
    since: date
    until: date | None
    """First day on which it is not opened any more."""

    @property
    def is_open(self) -> bool:
        return self.account.status not in {AccountStatus.SUSPENDED, AccountStatus.CLOSED}


def addresses_held(session: Session, account_id: UUID, day: date) -> list[HeldAddress]:
    """Those at which mail arrives, the primary one first."""
    return [
        HeldAddress(
            f"{address.local_part}@{domain}",
            address.role is AddressRole.PRIMARY,
            address.alias_until,
        )
        for address, domain in addresses_of(session, [account_id]).get(account_id, [])
        if address.role in {AddressRole.PRIMARY, AddressRole.ALIAS}
        and (address.alias_until is None or address.alias_until > day)
    ]


def custody_of(session: Session, person_id: UUID, day: date) -> list[Custody]:
    """In force on a day; closed accounts are left out."""
    statement = (
        select(Account, Custodian)
        .join(Custodian, Custodian.account_id == Account.id)
        .where(
            Custodian.person_id == person_id,
            custodians_in_force(day),
            Account.kind == AccountKind.ORGANISATION,
            Account.status != AccountStatus.CLOSED,
        )
        .order_by(Account.display_name, Account.id, Custodian.valid_from)
    )
    found = {account.id: (account, custodian) for account, custodian in session.execute(statement)}
    addresses = addresses_of(session, list(found))
    return [
        Custody(
            account,
            next((f"{row.local_part}@{domain}" for row, domain in addresses.get(id_, [])), None),
            custodian.valid_from,
            custodian.valid_to,
        )
        for id_, (account, custodian) in found.items()
    ]


def systems_to_enter(
    session: Session, subject: Subject, clients: Clients, issuer: str
) -> list[System]:
    """Those with a page of their own that this person may use, in the order of their names.

    None that registered themselves: what they are called and where they lead is their own word.
    """
    entered = [
        client
        for client in clients.by_id.values()
        if not client.registered_itself
        and (
            client.check_grant_type(GrantType.AUTHORIZATION_CODE) or client.description.cas_services
        )
    ]
    found = [
        System(client, address)
        for client in usable(session, entered, subject)
        if (address := _entrance(client, issuer)) is not None
    ]
    return sorted(found, key=_by_name)


def _by_name(system: System) -> list[tuple[int, str]]:
    """Number 9 before number 10."""
    words = search_key(system.client.description.client_name).split()
    return [(len(word) if word.isdecimal() else 0, word) for word in words]


def _entrance(client: Client, issuer: str) -> str | None:
    """Where a sign-in is begun from outside has to hear by whom (OpenID Connect Core section 4)."""
    begins = client.description.initiate_login_uri
    return with_query(begins, iss=issuer) if begins else client.description.client_uri


def open_sessions(
    session: Session, me: SignedIn, clients: Clients, settings: SignOnSettings, now: datetime
) -> list[OpenSession]:
    """The present one first, then the most recently used."""
    rows = list_live_sessions(session, me.account.id, settings=settings, now=now)
    entered = _entered(session, [row.id for row in rows], clients)
    found = [OpenSession(row, row.id == me.session.id, entered.get(row.id, [])) for row in rows]
    return sorted(found, key=lambda one: not one.is_this_one)


def _entered(
    session: Session, session_ids: list[UUID], clients: Clients
) -> dict[UUID, list[Client]]:
    statement = (
        select(Participation.session_id, Participation.client_id)
        .where(Participation.session_id.in_(session_ids), Participation.ended_at.is_(None))
        .order_by(Participation.started_at, Participation.id)
    )
    found: dict[UUID, list[Client]] = {}
    for session_id, client_id in session.execute(statement):
        client = clients.by_id.get(client_id)
        if client is not None and client not in found.setdefault(session_id, []):
            found[session_id].append(client)
    return found


def connections(
    session: Session, account_id: UUID, clients: Clients, now: datetime
) -> list[Connection]:
    """Systems with consents, live grants or participations; the most recently used first."""
    found: dict[UUID, Connection] = {}

    def of(client_id: UUID) -> Connection | None:
        client = clients.by_id.get(client_id)
        return None if client is None else found.setdefault(client_id, Connection(client))

    for grant in session.scalars(_live_grants(account_id, now)):
        if connection := of(grant.client_id):
            used_at = grant.refreshed_at or grant.created_at
            told = scope_told(connection.client, grant.scope, grant.claims)
            connection.note(grant.created_at, used_at, told)
            connection.outlives |= grant.session_id is None
    for consent in session.scalars(select(Consent).where(Consent.account_id == account_id)):
        if connection := of(consent.client_id):
            connection.note(consent.granted_at, consent.granted_at, consent.scopes)
    for participation in session.scalars(_live_participations(account_id)):
        if connection := of(participation.client_id):
            connection.note(participation.started_at, participation.used_at, ())
    return sorted(found.values(), key=_last_used, reverse=True)


def _last_used(connection: Connection) -> float:
    return connection.used_at.timestamp() if connection.used_at else 0


def _live_grants(account_id: UUID, now: datetime) -> Select[Grant]:
    own = (Grant.account_id == account_id) | (Grant.actor_account_id == account_id)
    return select(Grant).where(own, Grant.revoked_at.is_(None), Grant.expires_at > now)


def _live_participations(account_id: UUID) -> Select[Participation]:
    return (
        select(Participation)
        .join(SignOnSession, SignOnSession.id == Participation.session_id)
        .where(
            SignOnSession.account_id == account_id,
            SignOnSession.ended_at.is_(None),
            Participation.ended_at.is_(None),
        )
    )
