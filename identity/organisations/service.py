import enum
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.names.text import search_key
from identity.organisations import queries
from identity.organisations.codes import parse_code
from identity.organisations.errors import (
    AgencyCodeTaken,
    EffectiveDateInvalid,
    OrganisationClosed,
    OrganisationInUse,
    OrganisationWouldBeItsOwnAncestor,
)
from identity.organisations.models import (
    AgencyCode,
    Group,
    GroupScope,
    Organisation,
    OrganisationKind,
    OrganisationPeriod,
)
from identity.projection import queue_group_changes
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis


class OrganisationAuditTag(enum.StrEnum):
    CREATED = "organisation:created"
    CHANGED = "organisation:changed"
    CODE_ISSUED = "organisation:code-issued"
    CLOSED = "organisation:closed"


@dataclass(frozen=True, slots=True)
class OrganisationForm:
    """What may be said of an organisation when it is created."""

    kind: OrganisationKind
    name: str
    short_name: str | None = None
    parent_id: UUID | None = None
    mail_stem: str | None = None
    statistics_code: str | None = None
    display_order: int = 0
    code: str | None = None


def searchable(name: str, short_name: str | None, mail_stem: str | None) -> str:
    return search_key(" ".join(part for part in (name, short_name, mail_stem) if part))


def create_organisation(
    session: Session,
    actor: Actor,
    form: OrganisationForm,
    *,
    valid_from: date,
    basis: Basis,
    organisation_id: UUID | None = None,
) -> Organisation:
    """A new node of the tree with its groups and, when given, its agency code and its id.

    Raises OrganisationNotFound for the parent, AgencyCodeInvalid, AgencyCodeTaken.
    """
    if form.parent_id is not None:
        queries.get_organisation(session, form.parent_id)
    organisation = Organisation(
        id=organisation_id or uuid4(),
        kind=form.kind,
        name=form.name,
        short_name=form.short_name,
        parent_id=form.parent_id,
        mail_stem=form.mail_stem,
        statistics_code=form.statistics_code,
        display_order=form.display_order,
        search_key=searchable(form.name, form.short_name, form.mail_stem),
        valid_from=valid_from,
    )
    session.add(organisation)
    session.flush()
    session.add_all(Group(organisation_id=organisation.id, scope=scope) for scope in GroupScope)
    session.add(_period_of(organisation, valid_from))
    if form.code is not None:
        _add_code(session, organisation, form.code, valid_from)
    audit.record(
        session,
        actor,
        OrganisationAuditTag.CREATED,
        organisation.id,
        basis,
        name=form.name,
        code=form.code,
    )
    return organisation


def _period_of(organisation: Organisation, valid_from: date) -> OrganisationPeriod:
    return OrganisationPeriod(
        organisation_id=organisation.id,
        parent_id=organisation.parent_id,
        kind=organisation.kind,
        name=organisation.name,
        short_name=organisation.short_name,
        valid_from=valid_from,
    )


def _add_code(session: Session, organisation: Organisation, text: str, valid_from: date) -> None:
    parsed = parse_code(text)
    if session.scalar(select(AgencyCode.id).where(AgencyCode.canonical == parsed.canonical)):
        raise AgencyCodeTaken(parsed.code)
    session.add(
        AgencyCode(
            organisation_id=organisation.id,
            code=parsed.code,
            canonical=parsed.canonical,
            form=parsed.form,
            valid_from=valid_from,
        )
    )


@dataclass(frozen=True, slots=True)
class OrganisationChange:
    """The state after the change, in full."""

    kind: OrganisationKind
    name: str
    short_name: str | None
    parent_id: UUID | None
    mail_stem: str | None
    statistics_code: str | None
    display_order: int


def change_organisation(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    change: OrganisationChange,
    *,
    effective_on: date,
    today: date,
    basis: Basis,
) -> Organisation:
    """Rename or move; what was until then stays in the history.

    On the day on which the present state began it is a correction and leaves no trace there.
    Raises OrganisationNotFound, OrganisationClosed, OrganisationWouldBeItsOwnAncestor,
    EffectiveDateInvalid, also for days to come: dated plans are another feature.
    """
    if effective_on > today:
        raise EffectiveDateInvalid
    queue_group_changes(session)  # also keeps two moves from building a circle together
    organisation = queries.get_organisation_for_update(session, organisation_id)
    if organisation.valid_to is not None:
        raise OrganisationClosed(organisation.name)
    if change.parent_id is not None:
        queries.get_organisation(session, change.parent_id)
        if organisation_id in queries.list_line(session, change.parent_id):
            raise OrganisationWouldBeItsOwnAncestor(organisation.name)
    remembered = ("kind", "name", "short_name", "parent_id")
    fields = (*remembered, "mail_stem", "statistics_code", "display_order")
    changed = [field for field in fields if getattr(organisation, field) != getattr(change, field)]
    before = {field: str(getattr(organisation, field)) for field in changed}
    for field in changed:
        setattr(organisation, field, getattr(change, field))
    organisation.search_key = searchable(change.name, change.short_name, change.mail_stem)
    if set(changed) & set(remembered):
        _remember(session, organisation, effective_on)
    if changed:
        audit.record(
            session, actor, OrganisationAuditTag.CHANGED, organisation_id, basis, before=before
        )
    return organisation


def _remember(session: Session, organisation: Organisation, day: date) -> None:
    period = _open_period(session, organisation.id)
    if period.valid_from == day:
        period.kind, period.parent_id = organisation.kind, organisation.parent_id
        period.name, period.short_name = organisation.name, organisation.short_name
        return
    _end_period(session, organisation.id, day)
    session.add(_period_of(organisation, day))


def _open_period(session: Session, organisation_id: UUID) -> OrganisationPeriod:
    statement = select(OrganisationPeriod).where(
        OrganisationPeriod.organisation_id == organisation_id,
        OrganisationPeriod.valid_to.is_(None),
    )
    return session.scalars(statement).one()


def _end_period(session: Session, organisation_id: UUID, day: date) -> None:
    period = _open_period(session, organisation_id)
    if day <= period.valid_from:
        raise EffectiveDateInvalid
    period.valid_to = day
    session.flush()


def issue_code(
    session: Session, actor: Actor, organisation_id: UUID, code: str, *, on: date, basis: Basis
) -> None:
    """Give a new code; the present one is closed and never issued again.

    Raises OrganisationNotFound, OrganisationClosed, AgencyCodeInvalid, AgencyCodeTaken,
    EffectiveDateInvalid.
    """
    organisation = queries.get_organisation_for_update(session, organisation_id)
    if organisation.valid_to is not None:
        raise OrganisationClosed(organisation.name)
    for present in queries.list_codes(session, organisation_id):
        if present.valid_to is None and on < present.valid_from:
            raise EffectiveDateInvalid
        present.valid_to = present.valid_to or on
    session.flush()
    _add_code(session, organisation, code, on)
    audit.record(
        session, actor, OrganisationAuditTag.CODE_ISSUED, organisation_id, basis, code=code
    )


def close_organisation(
    session: Session, actor: Actor, organisation_id: UUID, *, on: date, people: int, basis: Basis
) -> Organisation:
    """End an organisation that nothing depends on any more.

    `people` counts those still appointed there; the caller knows, `organisations` does not.
    Raises OrganisationNotFound, OrganisationClosed, OrganisationInUse, EffectiveDateInvalid.
    """
    queue_group_changes(session)
    organisation = queries.get_organisation_for_update(session, organisation_id)
    if organisation.valid_to is not None:
        raise OrganisationClosed(organisation.name)
    children = queries.count_children(session, organisation_id, on)
    if children or people:
        raise OrganisationInUse(organisation.name, children, people)
    _end_period(session, organisation_id, on)
    organisation.valid_to = on
    for present in queries.list_codes(session, organisation_id):
        present.valid_to = present.valid_to or on
    audit.record(session, actor, OrganisationAuditTag.CLOSED, organisation_id, basis)
    return organisation
