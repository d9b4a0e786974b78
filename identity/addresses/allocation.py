"""Which rule holds where, and the choice of many addresses at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.addresses import queries
from identity.addresses.choice import TAKEN, Choice, Subject, choose, stems
from identity.addresses.errors import NoAddressPolicy
from identity.addresses.local_part import LocalPartRefused, find_refusal
from identity.addresses.models import AddressPolicy, MailDomain, PolicySubject
from identity.addresses.policy import Policy
from identity.addresses.subject import AddressNameUnusable
from identity.organisations.models import Organisation


@dataclass(frozen=True)
class Rule:
    """A policy in force with the domain it gives addresses of."""

    id: UUID
    domain_id: UUID
    domain: str
    policy: Policy


class Rulebook:
    """The rule of an organisation is the nearest one above it, else that of the default domain."""

    def __init__(
        self,
        rules: Mapping[tuple[UUID | None, PolicySubject], Rule],
        parents: Mapping[UUID, UUID | None],
    ) -> None:
        self._rules = rules
        self._parents = parents
        self._known: dict[tuple[UUID, PolicySubject], Rule] = {}

    @classmethod
    def load(cls, session: Session) -> "Rulebook":
        domains = {domain.id: domain for domain in queries.list_domains(session)}
        rules = {
            (row.organisation_id, row.subject): _rule(row, domains[row.domain_id])
            for row in queries.latest_policies(session)
            if row.organisation_id is not None or domains[row.domain_id].is_default
        }
        tree = session.execute(select(Organisation.id, Organisation.parent_id))
        return cls(rules, dict(tree.all()))

    def rule(self, organisation_id: UUID, subject: PolicySubject) -> Rule:
        """Raises NoAddressPolicy."""
        key = (organisation_id, subject)
        if key not in self._known:
            self._known[key] = self._find(organisation_id, subject)
        return self._known[key]

    def _find(self, organisation_id: UUID, subject: PolicySubject) -> Rule:
        place: UUID | None = organisation_id
        while place is not None:
            if rule := self._rules.get((place, subject)):
                return rule
            place = self._parents.get(place)
        if rule := self._rules.get((None, subject)):
            return rule
        raise NoAddressPolicy


def _rule(row: AddressPolicy, domain: MailDomain) -> Rule:
    policy = Policy.model_validate({"subject": row.subject, "steps": row.steps})
    return Rule(row.id, domain.id, domain.name, policy)


class Allocator:
    """Chooses addresses one after the other, so that none is given twice in the same plan."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taken: set[str] = set()

    @cached_property
    def rulebook(self) -> Rulebook:
        return Rulebook.load(self._session)

    def prepare(
        self, wanted: Iterable[tuple[Rule, Subject]], chosen: Iterable[str] = ()
    ) -> set[str]:
        """Fetch at once all taken addresses that choosing for these subjects can come across.

        Returns their beginnings before final digits, for whoever knows more that is taken.
        """
        beginnings = {local_part.rstrip("0123456789") for local_part in chosen}
        for rule, subject in wanted:
            try:
                beginnings |= stems(rule.policy, subject)
            except AddressNameUnusable:
                continue  # said again, with its row, when the address is chosen
        self._taken |= queries.taken_with_stems(self._session, beginnings)
        return beginnings

    def block(self, local_parts: Iterable[str]) -> None:
        """Hold these as taken although the ledger of addresses has none of them."""
        self._taken.update(local_parts)

    def choose(self, rule: Rule, subject: Subject) -> Choice:
        """Raises AddressNeedsDecision, AddressNameUnusable."""
        choice = choose(rule.policy, subject, self._taken)
        self._taken.add(choice.local_part)
        return choice

    def check(self, local_part: str) -> None:
        """Whether an address that a person asked for can be given. Raises LocalPartRefused."""
        refusal = TAKEN if local_part in self._taken else find_refusal(local_part)
        if refusal is not None:
            raise LocalPartRefused(local_part, refusal)

    def take(self, local_part: str) -> None:
        """Use an address that a person asked for. Raises LocalPartRefused."""
        self.check(local_part)
        self._taken.add(local_part)
