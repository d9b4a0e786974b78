"""What was sent and what the rules did: read from the rows that say so."""

import enum
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, tuple_
from sqlalchemy.orm import Session

from mail_admin.reminders.claims import hash_of
from mail_admin.reminders.idle import offices_of
from mail_admin.reminders.models import FAILED, Notice, NoticeKind, NoticeState, RuleRun


class Channel(enum.StrEnum):
    MAILBOX = "mailbox"
    """The mailbox that it is about."""
    RECOVERY = "recovery"
    """The other address that its person named."""
    OFFICE = "office"
    """An account of the organisation, or of the nearest one above that has one."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    kind: NoticeKind | None = None
    state: NoticeState | None = None
    subject_id: UUID | None = None
    """The account or organisation that it is about."""
    since: date | None = None
    until: date | None = None
    """The last day, counted."""
    failed: bool = False
    """Those alone that were refused or came back."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    notice: Notice
    subject: str
    """Login of the account, or name of the organisation."""
    channel: Channel | None
    """None when the address has changed since."""
    to: str | None


def list_notices(
    session: Session,
    wanted: NoticeFilter,
    today: date,
    *,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[NoticeView]:
    """The latest first; `before` is the last one seen."""
    order = (Notice.claimed_at, Notice.id)
    statement = select(Notice).order_by(*(column.desc() for column in order)).limit(limit)
    for condition in _conditions(wanted):
        statement = statement.where(condition)
    if before is not None:
        statement = statement.where(tuple_(*order) < tuple_(*before))
    notices = list(session.scalars(statement))
    subjects = _subjects(session, {notice.subject_id for notice in notices}, today)
    return [_view(notice, subjects.get(notice.subject_id, Subject())) for notice in notices]


def _conditions(wanted: NoticeFilter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.kind is not None:
        found.append(Notice.kind == wanted.kind)
    if wanted.state is not None:
        found.append(Notice.state == wanted.state)
    if wanted.failed:
        found.append(Notice.state.in_(FAILED))
    if wanted.subject_id is not None:
        found.append(Notice.subject_id == wanted.subject_id)
    if wanted.since is not None:
        found.append(Notice.day >= wanted.since)
    if wanted.until is not None:
        found.append(Notice.day <= wanted.until)
    return found


@dataclass(frozen=True, slots=True)
class Subject:
    name: str = ""
    mailbox: str | None = None
    """Primary address of an account."""
    private: str | None = None
    """Recovery address of its person."""
    office: str | None = None
    """Where mail to its organisation goes."""


SUBJECTS = text("""
    SELECT account.id, account.login AS name, person.recovery_email AS private,
        address.local_part || '@' || domain.name AS mailbox,
        coalesce(appointment.organisation_id, account.organisation_id) AS place
    FROM identity_account AS account
    LEFT JOIN identity_person AS person ON person.id = account.person_id
    LEFT JOIN identity_address AS address
        ON address.account_id = account.id AND address.role = 'primary'
    LEFT JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
    LEFT JOIN identity_appointment AS appointment
        ON appointment.person_id = account.person_id AND appointment.is_primary
        AND appointment.valid_from <= :today
        AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
    WHERE account.id = ANY(:ids)
    UNION ALL
    SELECT id, name, NULL, NULL, id FROM identity_organisation WHERE id = ANY(:ids)
""")


def _subjects(session: Session, ids: set[UUID], today: date) -> dict[UUID, Subject]:
    rows = session.execute(SUBJECTS, {"ids": list(ids), "today": today}).all()
    offices = offices_of(session, [row.place for row in rows if row.place is not None])
    return {
        row.id: Subject(
            row.name,
            row.mailbox,
            row.private,
            offices[row.place].address if row.place in offices else None,
        )
        for row in rows
    }


def _view(notice: Notice, subject: Subject) -> NoticeView:
    """A row keeps a hash of where it went: it is compared with the addresses of today."""
    if notice.kind is NoticeKind.OPERATOR:
        return NoticeView(notice, subject.name, Channel.OPERATOR, None)
    for channel, address in (
        (Channel.MAILBOX, subject.mailbox),
        (Channel.RECOVERY, subject.private),
        (Channel.OFFICE, subject.office),
    ):
        if address and notice.address_hash == hash_of(address):
            return NoticeView(notice, subject.name, channel, address)
    return NoticeView(notice, subject.name, None, None)


def find_last_run(session: Session) -> RuleRun | None:
    return session.scalar(select(RuleRun).order_by(RuleRun.id.desc()).limit(1))
