"""Everything a client could be told of an account, and the part that this client may hear."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind
from identity.accounts.queries import addresses_of, get_account
from identity.addresses.models import AddressRole
from identity.organisations.models import Organisation
from identity.organisations.queries import current_codes, list_line
from identity.people.citizen_numbers import CitizenNumbers
from identity.people.models import Appointment, Person
from identity.people.queries import appointments_on, get_person
from kernel.encryption import KeyRing
from sso.claims.scopes import USERINFO, USERNAME, released_names
from sso.claims.usernames import username_of
from sso.clients.description import SubjectType
from sso.clients.errors import UsernameTaken
from sso.clients.registry import Client

LOCALE = {"locale": "vi-VN", "zoneinfo": "Asia/Ho_Chi_Minh"}


@dataclass(frozen=True, slots=True)
class Subject:
    """An account as the registry knows it today."""

    account: Account
    person: Person | None
    email: str | None
    appointments: list[tuple[Appointment, Organisation]]
    organisation: Organisation | None
    """Whose organisation account it is, or of the primary appointment."""
    codes: Mapping[UUID, str]

    @property
    def belongs_to(self) -> set[UUID]:
        """By every appointment; an organisation's account by being that organisation's."""
        own = {organisation.id for _, organisation in self.appointments}
        if self.account.kind is AccountKind.ORGANISATION and self.account.organisation_id:
            own.add(self.account.organisation_id)
        return own

    def organisation_claim(self, organisation: Organisation) -> dict[str, Any]:
        return {
            "id": str(organisation.id),
            "code": self.codes.get(organisation.id),
            "name": organisation.name,
        }


def load_subject(session: Session, account_id: UUID, day: date) -> Subject:
    """Raises AccountNotFound."""
    account = get_account(session, account_id)
    person = get_person(session, account.person_id) if account.person_id else None
    held = appointments_on(session, [person.id], day).get(person.id, []) if person else []
    organisation = held[0][1] if held else None
    if account.organisation_id is not None:
        organisation = session.get(Organisation, account.organisation_id)
    concerned = {item.id for _, item in held} | ({organisation.id} if organisation else set())
    return Subject(
        account,
        person,
        _primary_address(session, account_id),
        held,
        organisation,
        current_codes(session, concerned),
    )


def _primary_address(session: Session, account_id: UUID) -> str | None:
    for address, domain in addresses_of(session, [account_id]).get(account_id, []):
        if address.role is AddressRole.PRIMARY:
            return f"{address.local_part}@{domain}"
    return None


class Claims:
    """Releases claims to clients, each as its registration allows."""

    def __init__(self, ring: KeyRing, citizen_numbers: CitizenNumbers) -> None:
        self._ring = ring
        self._citizen_numbers = citizen_numbers

    def sub(self, client: Client, account_id: UUID) -> str:
        """The stable id, or what only this sector knows (OpenID Connect Core section 8.1)."""
        if client.description.subject_type is SubjectType.PUBLIC:
            return str(account_id)
        seed = f"{client.description.sector}\0{account_id}"
        return self._ring.index(seed, "pairwise-subject").hex()

    def released(
        self,
        session: Session,
        client: Client,
        subject: Subject,
        scope: Collection[str],
        *,
        requested: object = None,
        place: str = USERINFO,
    ) -> dict[str, Any]:
        """Claims by scope and by request, without `sub`; empty ones are left out."""
        wanted = released_names(client, scope, requested=requested, place=place)
        values = self._values(session, client, subject, wanted)
        return {name: value for name, value in values.items() if value not in (None, [], "")}

    def _values(
        self, session: Session, client: Client, subject: Subject, wanted: set[str]
    ) -> dict[str, Any]:
        values = self._plain(subject)
        if USERNAME in wanted:
            values[USERNAME] = _username(session, client, subject)
        if "groups" in wanted:
            values["groups"] = _groups(session, subject)
        if "citizen_number" in wanted:
            values["citizen_number"] = self._citizen_number(subject)
        return {name: value for name, value in values.items() if name in wanted}

    def _plain(self, subject: Subject) -> dict[str, Any]:
        account, person, organisation = subject.account, subject.person, subject.organisation
        return {
            **LOCALE,
            "name": person.full_name if person else account.display_name,
            "family_name": person and person.family_name,
            "middle_name": person and person.middle_name,
            "given_name": person and person.given_name,
            "account_kind": account.kind.value,
            "email": subject.email,
            "email_verified": subject.email is not None,
            "phone_number": person and person.phone,
            "staff_number": person and person.staff_number,
            "organisation": organisation and subject.organisation_claim(organisation),
            "appointments": [
                {
                    "organisation": subject.organisation_claim(place),
                    "position": appointment.position,
                    "primary": appointment.is_primary,
                }
                for appointment, place in subject.appointments
            ],
        }

    def _citizen_number(self, subject: Subject) -> str | None:
        person = subject.person
        if person is None or person.citizen_number_sealed is None:
            return None
        return self._citizen_numbers.open(person.id, person.citizen_number_sealed)


def _username(session: Session, client: Client, subject: Subject) -> str | None:
    """No name is better than somebody else's; who enters by a page is told there."""
    try:
        return username_of(session, client, subject)
    except UsernameTaken:
        return None


def _groups(session: Session, subject: Subject) -> list[str]:
    """Agency codes of the organisations one belongs to and of everything above them."""
    line = list_line(session, *subject.belongs_to)
    return sorted(current_codes(session, line).values())
