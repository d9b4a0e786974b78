"""Accounts that a plan opens: addresses are chosen for all of them together."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Text, func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.addresses.allocation import Allocator, Rule
from identity.addresses.choice import AddressNeedsDecision, Choice, Subject
from identity.addresses.errors import NoAddressPolicy
from identity.addresses.local_part import LocalPartRefused
from identity.addresses.models import PolicySubject
from identity.addresses.subject import (
    AddressNameUnusable,
    OrganisationSubject,
    PersonSubject,
)
from identity.hr_import.fields import PersonFields
from identity.hr_import.organisation_index import KnownOrganisation, OrganisationIndex
from identity.hr_import.plan_rows import Change, Note, PlannedRow
from identity.hr_import.registered import among
from kernel.errors import DomainError
from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Wish:
    planned: PlannedRow
    rule: Rule
    subject: Subject
    local_part: str | None
    """Asked for by the row; None leaves it to the policy."""


class NewAccounts:
    def __init__(self, session: Session, organisations: OrganisationIndex) -> None:
        self._session = session
        self._allocator = Allocator(session)
        self._organisations = organisations
        self._wishes: list[Wish] = []
        self._asked: list[tuple[PlannedRow, str]] = []
        """Addresses that refused rows ask for: looked at, not given."""

    def want(
        self, planned: PlannedRow, organisation: KnownOrganisation, fields: PersonFields
    ) -> None:
        """Note that the row opens a personal account."""
        assert fields.name is not None  # noqa: S101  # rows without a name were refused
        subject = PersonSubject(
            name=fields.name,
            org=organisation.mail_stem,
            parent_org=self._organisations.parent_stem(organisation),
            birth_date=fields.birth_date,
            citizen_number=fields.citizen_number,
        )
        self._add(planned, organisation, subject, _local_part(fields))

    def look_at(self, planned: PlannedRow, fields: PersonFields) -> None:
        """The address that a refused row asks for may be another thing that is wrong with it."""
        if (local_part := _local_part(fields)) is not None:
            self._asked.append((planned, local_part))

    def want_for_organisation(
        self, planned: PlannedRow, organisation: KnownOrganisation, stem: str
    ) -> None:
        parent = self._organisations.parent_stem(organisation)
        self._add(planned, organisation, OrganisationSubject(stem, parent), None)

    def _add(
        self,
        planned: PlannedRow,
        organisation: KnownOrganisation,
        subject: Subject,
        local_part: str | None,
    ) -> None:
        person = isinstance(subject, PersonSubject)
        kind = PolicySubject.PERSON if person else PolicySubject.ORGANISATION
        try:
            rule = self._allocator.rulebook.rule(organisation.id, kind)
        except NoAddressPolicy as error:
            _refuse(planned, "address_policy_missing", error)
        else:
            self._wishes.append(Wish(planned, rule, subject, local_part))

    def choose_addresses(self) -> None:
        """Give every row its address, or the reason why it gets none. Addresses asked for first."""
        by_policy = [wish for wish in self._wishes if wish.local_part is None]
        asked_for = [wish for wish in self._wishes if wish.local_part is not None]
        beginnings = self._allocator.prepare(
            ((wish.rule, wish.subject) for wish in by_policy),
            [wish.local_part for wish in asked_for if wish.local_part is not None]
            + [local_part for _, local_part in self._asked],
        )
        self._allocator.block(self._logins(beginnings))
        for planned, local_part in self._asked:
            try:
                self._allocator.check(local_part)
            except LocalPartRefused as error:
                _refuse(planned, error.code.replace("-", "_"), error)
        for wish in (*asked_for, *by_policy):
            self._choose(wish)

    def _logins(self, beginnings: Collection[str]) -> Iterable[str]:
        """A service account signs in without an address; its login is taken all the same."""
        stem = func.rtrim(Account.login, "0123456789")
        return self._session.scalars(select(Account.login).where(among(stem, beginnings, Text)))

    def _choose(self, wish: Wish) -> None:
        planned = wish.planned
        try:
            if wish.local_part is None:
                choice = self._allocator.choose(wish.rule, wish.subject)
                local_part = choice.local_part
                planned.notes += _explain(choice, wish.rule)
            else:
                self._allocator.take(wish.local_part)
                local_part = wish.local_part
        except (AddressNeedsDecision, AddressNameUnusable, LocalPartRefused) as error:
            _refuse(planned, error.code.replace("-", "_"), error)
            return
        assert planned.payload is not None  # noqa: S101  # the plan of the row comes first
        planned.changes.append(Change("address", None, f"{local_part}@{wish.rule.domain}"))
        planned.payload["account"] = {
            "local_part": local_part,
            "domain_id": str(wish.rule.domain_id),
            "domain": wish.rule.domain,
            "policy_id": str(wish.rule.id) if wish.local_part is None else None,
        }


def _local_part(fields: PersonFields) -> str | None:
    wanted = fields.wanted_address
    return wanted.partition("@")[0].strip().lower() if wanted else None


def _explain(choice: Choice, rule: Rule) -> list[Note]:
    """Only collisions are worth a word: most people get the first pattern."""
    if not choice.skipped:
        return []
    skipped = ", ".join(item.candidate for item in choice.skipped if item.candidate)
    address = f"{choice.local_part}@{rule.domain}"
    message = Message(
        f"Cấp {address}, vì không dùng được: {skipped}.",
        f"{address} is given, since these cannot be: {skipped}.",
    )
    return [Note("address_collision", message)]


def _refuse(planned: PlannedRow, reason: str, error: DomainError) -> None:
    planned.refuse(reason, "wanted_address", error.message)
