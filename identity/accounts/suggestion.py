"""Which address somebody would get, and why not another one: a look ahead that reserves nothing."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from identity.addresses.allocation import Rulebook
from identity.addresses.choice import candidates, stems
from identity.addresses.local_part import Refusal
from identity.addresses.models import Address, AddressRole, PolicySubject
from identity.addresses.queries import taken_with_stems
from identity.addresses.subject import PersonSubject
from identity.names.full_name import FullName
from identity.names.text import fold
from identity.organisations.models import Organisation
from identity.organisations.queries import get_organisation
from identity.people.models import Person
from identity.people.queries import places_on

MOST_FREE = 4
MOST_LOOKED_AT = 200
"""A name that so many bear needs a person to decide."""


class Likeness(enum.StrEnum):
    """How the holder of a taken address is called, beside the person who would like it."""

    SAME = "same"
    MARKS = "marks"
    """The same but for tone marks and the like, which addresses do not show."""
    STROKE = "stroke"
    """The same but for đ and d, which are one letter in addresses."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has, or once had, an address."""

    name: str
    place: str | None
    status: AccountStatus
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Passed:
    """An address that the rules would have given."""

    local_part: str
    refusal: Refusal | None
    """None where it is taken."""
    holder: Holder | None
    """None of a taken address that belongs to nobody: set aside, or a list's."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    domain: str
    free: Sequence[str]
    """The one by the rules first; none when a person has to decide."""
    passed: Sequence[Passed]
    """Before the first free one."""


def suggest_personal_address(
    session: Session,
    name: FullName,
    organisation_id: UUID,
    *,
    birth_date: date | None,
    day: date,
) -> Suggestion:
    """Raises OrganisationNotFound, NoAddressPolicy, AddressNameUnusable."""
    organisation = get_organisation(session, organisation_id)
    above = session.get(Organisation, organisation.parent_id) if organisation.parent_id else None
    subject = PersonSubject(
        name=name,
        org=organisation.mail_stem,
        parent_org=above.mail_stem if above else None,
        birth_date=birth_date,
    )
    rule = Rulebook.load(session).rule(organisation_id, PolicySubject.PERSON)
    taken = taken_with_stems(session, stems(rule.policy, subject))
    free: list[str] = []
    missed: list[tuple[str, Refusal | None]] = []
    for one in islice(candidates(rule.policy, subject), MOST_LOOKED_AT):
        if one.local_part and (one.refusal or one.local_part in taken):
            if not free:
                missed.append((one.local_part, one.refusal))
        elif one.local_part and one.local_part not in free:
            free.append(one.local_part)
        if len(free) == MOST_FREE:
            break
    holders = _holders(session, [local for local, refusal in missed if not refusal], name, day)
    return Suggestion(
        rule.domain, free, [Passed(local, why, holders.get(local)) for local, why in missed]
    )


def _holders(
    session: Session, local_parts: Collection[str], wanted: FullName, day: date
) -> dict[str, Holder]:
    """Local part to its holder; of one in two domains whichever comes first."""
    statement = (
        select(Address.local_part, Account, Person, Organisation.name)
        .join(Account, Account.id == Address.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(Address.local_part.in_(local_parts), Address.role != AddressRole.LIST)
        .order_by(Address.given_on, Address.id)
    )
    rows = session.execute(statement).all()
    places = places_on(session, [person.id for _, _, person, _ in rows if person], day)
    found: dict[str, Holder] = {}
    for local_part, account, person, organisation in rows:
        name = person.full_name if person else account.display_name
        place = places.get(person.id) if person else None
        where = place.organisation_name if place else organisation
        found.setdefault(
            local_part, Holder(name, where, account.status, likeness(name, wanted.full))
        )
    return found


def likeness(name: str, wanted: str) -> Likeness:
    one, other = name.casefold(), wanted.casefold()
    if one == other:
        return Likeness.SAME
    if one.replace("đ", "d") == other.replace("đ", "d"):
        return Likeness.STROKE
    return Likeness.MARKS if fold(one) == fold(other) else Likeness.OTHER
