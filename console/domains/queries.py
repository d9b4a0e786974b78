"""Mail domains with what belongs to each."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.addresses.models import AddressPolicy, AddressRole, MailDomain, PolicySubject
from identity.addresses.presets import PRESETS, Preset
from identity.addresses.queries import count_addresses, get_domain, latest_policies, list_domains
from identity.organisations.models import Organisation
from mail_admin.domains.dkim import find_dkim_key
from mail_admin.domains.models import DkimKey


@dataclass(frozen=True, slots=True)
class Rule:
    """The version in force of one."""

    row: AddressPolicy
    organisation: Organisation | None
    """At the top of the subtree that it rules; None for the whole domain."""

    @property
    def preset(self) -> Preset | None:
        return PRESETS.get(self.row.preset or "")

    @property
    def patterns(self) -> list[str | None]:
        """None where people are asked."""
        return [step.get("pattern") for step in self.row.steps]


@dataclass(frozen=True, slots=True)
class Domain:
    row: MailDomain
    key: DkimKey | None
    rules: list[Rule] = field(default_factory=list)
    counts: dict[AddressRole, int] = field(default_factory=dict)

    @property
    def in_use(self) -> int:
        """Addresses at which mail arrives."""
        delivered = (AddressRole.PRIMARY, AddressRole.ALIAS, AddressRole.LIST)
        return sum(self.counts.get(role, 0) for role in delivered)

    @property
    def rule_for_people(self) -> Rule | None:
        """Of the whole domain."""
        of_people = (
            rule
            for rule in self.rules
            if rule.organisation is None and rule.row.subject is PolicySubject.PERSON
        )
        return next(of_people, None)


def all_domains(session: Session) -> list[Domain]:
    counts, policies = count_addresses(session), latest_policies(session)
    above = {policy.organisation_id for policy in policies} - {None}
    found = session.scalars(select(Organisation).where(Organisation.id.in_(above)))
    organisations = {organisation.id: organisation for organisation in found}
    return [
        Domain(
            row,
            find_dkim_key(session, row.id),
            [
                Rule(policy, organisations.get(policy.organisation_id or row.id))
                for policy in policies
                if policy.domain_id == row.id
            ],
            counts.get(row.id, {}),
        )
        for row in list_domains(session)
    ]


def one_domain(session: Session, name: str) -> Domain:
    """Raises MailDomainNotFound."""
    row = get_domain(session, name)
    return next(domain for domain in all_domains(session) if domain.row.id == row.id)
