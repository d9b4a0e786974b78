"""Opening an account: login, mailbox and an address from the ledger, together."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts import queries, service
from identity.accounts.errors import AccountExists, PersonHasNoAppointment
from identity.accounts.models import Account, AccountKind
from identity.accounts.service import AccountForm
from identity.addresses.allocation import Allocator, Rule
from identity.addresses.choice import Subject
from identity.addresses.models import AddressRole, MailDomain, PolicySubject
from identity.addresses.service import give_address
from identity.addresses.subject import OrganisationSubject, PersonSubject
from identity.names.full_name import FullName
from identity.organisations.models import Organisation
from identity.organisations.queries import get_organisation
from identity.people.models import Person
from identity.people.queries import get_person_for_update, place_held_or_to_come
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day


def person_subject(
    person: Person, organisation: Organisation, parent: Organisation | None
) -> PersonSubject:
    """What address patterns may use of a registered person; digits of citizen numbers never."""
    return PersonSubject(
        name=FullName(person.full_name, person.family_name, person.middle_name, person.given_name),
        org=organisation.mail_stem,
        parent_org=parent.mail_stem if parent else None,
        birth_date=person.birth_date,
    )


def open_personal_account(
    session: Session,
    actor: Actor,
    person_id: UUID,
    *,
    local_part: str | None,
    quota_bytes: int | None,
    now: datetime,
    basis: Basis,
) -> Account:
    """An account for a registered person, with the address asked for or that of the policy.

    Who has yet to begin may have it already, by the organisation that they come to.
    Raises PersonNotFound, AccountExists, PersonHasNoAppointment, AddressNeedsDecision,
    AddressNameUnusable, LocalPartRefused, AddressTaken.
    """
    person = get_person_for_update(session, person_id)
    if present := queries.find_account_of_person(session, person_id):
        raise AccountExists(present.login)
    held = place_held_or_to_come(session, person_id, office_day(now))
    if held is None:
        raise PersonHasNoAppointment(person.full_name)
    organisation = held[1]
    form = AccountForm(
        kind=AccountKind.PERSONAL,
        login="",
        display_name=person.full_name,
        person_id=person_id,
        quota_bytes=quota_bytes,
    )
    subject = person_subject(person, organisation, _parent(session, organisation))
    return _open(
        session,
        actor,
        form,
        subject,
        organisation_id=organisation.id,
        local_part=local_part,
        now=now,
        basis=basis,
    )


def open_organisation_account(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    *,
    stem: str,
    purpose: str,
    display_name: str,
    quota_bytes: int | None,
    now: datetime,
    basis: Basis,
) -> Account:
    """An account of an agency or role, such as `vanthu.stc`.

    Raises OrganisationNotFound, AddressNeedsDecision, LocalPartRefused, AddressTaken.
    """
    organisation = get_organisation(session, organisation_id)
    parent = _parent(session, organisation)
    form = AccountForm(
        kind=AccountKind.ORGANISATION,
        login="",
        display_name=display_name,
        organisation_id=organisation_id,
        purpose=purpose,
        quota_bytes=quota_bytes,
    )
    subject = OrganisationSubject(stem, parent.mail_stem if parent else None)
    return _open(
        session,
        actor,
        form,
        subject,
        organisation_id=organisation_id,
        local_part=None,
        now=now,
        basis=basis,
    )


def open_service_account(
    session: Session, actor: Actor, *, login: str, display_name: str, now: datetime, basis: Basis
) -> Account:
    """An account of a program. It has no mailbox address. Raises AccountExists."""
    if session.scalar(select(Account.id).where(Account.login == login)):
        raise AccountExists(login)
    form = AccountForm(kind=AccountKind.SERVICE, login=login, display_name=display_name)
    return service.create_account(session, actor, form, now=now, basis=basis)


def _parent(session: Session, organisation: Organisation) -> Organisation | None:
    if organisation.parent_id is None:
        return None
    return session.get(Organisation, organisation.parent_id)


def _open(
    session: Session,
    actor: Actor,
    form: AccountForm,
    subject: Subject,
    *,
    organisation_id: UUID,
    local_part: str | None,
    now: datetime,
    basis: Basis,
) -> Account:
    allocator = Allocator(session)
    policy_subject = (
        PolicySubject.PERSON if form.kind is AccountKind.PERSONAL else PolicySubject.ORGANISATION
    )
    rule = allocator.rulebook.rule(organisation_id, policy_subject)
    chosen, policy_id = _choose(allocator, rule, subject, local_part)
    account = service.create_account(
        session, actor, replace(form, login=chosen), now=now, basis=basis
    )
    give_address(
        session,
        actor,
        session.get_one(MailDomain, rule.domain_id),
        chosen,
        account.id,
        role=AddressRole.PRIMARY,
        on=office_day(now),
        basis=basis,
        policy_id=policy_id,
    )
    return account


def _choose(
    allocator: Allocator, rule: Rule, subject: Subject, local_part: str | None
) -> tuple[str, UUID | None]:
    if local_part is not None:
        allocator.prepare([], [local_part])
        allocator.take(local_part)
        return local_part, None
    allocator.prepare([(rule, subject)])
    return allocator.choose(rule, subject).local_part, rule.id
