"""Whom to write to now, and what. Reads the registry; sends nothing and claims nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind
from identity.organisations.models import Organisation
from kernel.clock import office_day
from kernel.database import is_among
from mail_admin.rate.definition import signs_in_words
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.reminders import texts
from mail_admin.reminders.claims import Claim, DeadAddresses, dead_addresses
from mail_admin.reminders.idle import (
    NEVER,
    IdleMailbox,
    Office,
    is_use_known,
    list_idle,
    offices_of,
    reminder_address,
)
from mail_admin.reminders.models import Notice, NoticeKind, NoticeState
from mail_admin.reminders.settings import PRESETS, ReminderSettings


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that is due unless its claim says otherwise."""

    claim: Claim
    subject: str
    text: str
    accounts: tuple[str, ...] = field(default=())
    """Logins that it is about."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where mails send people."""

    sign_in: str
    activation: str


def plan_mails(
    session: Session,
    settings: ReminderSettings,
    use: UsageRateSettings,
    pages: Pages,
    now: datetime,
) -> list[Mail]:
    """Reminders to people, lists to their organisations, and what is told to those above."""
    today = office_day(now)
    known = is_use_known(session, today, use, settings.silent_after_days)
    idle = list_idle(
        session,
        today,
        use,
        pending_days=settings.listed_after_days(pending=True),
        active_days=settings.listed_after_days(pending=False) if known else NEVER,
    )
    offices = offices_of(session, sorted({mailbox.organisation_id for mailbox in idle}))
    by_office = _by_office(idle, offices)
    return [
        *_reminders(idle, dead_addresses(session, today), settings, pages, use, today),
        *_digests(by_office, settings, use, today),
        *_escalations(session, by_office, settings, today),
    ]


def _by_office(
    idle: Sequence[IdleMailbox], offices: Mapping[UUID, Office]
) -> dict[Office, list[IdleMailbox]]:
    found: dict[Office, list[IdleMailbox]] = {}
    for mailbox in idle:
        if office := offices.get(mailbox.organisation_id):
            found.setdefault(office, []).append(mailbox)
    return found


def _reminders(
    idle: Sequence[IdleMailbox],
    dead: DeadAddresses,
    settings: ReminderSettings,
    pages: Pages,
    use: UsageRateSettings,
    today: date,
) -> Iterator[Mail]:
    """Somebody who never activated a mailbox is reached only where another address is known."""
    for mailbox in idle:
        if mailbox.kind is not AccountKind.PERSONAL:
            continue
        pending = mailbox.is_pending
        address = reminder_address(mailbox, dead)
        if address is None:
            continue
        kind = NoticeKind.NEVER_ACTIVATED if pending else NoticeKind.DORMANT
        subject, body = (
            (texts.ACTIVATE_SUBJECT, texts.ACTIVATE)
            if pending
            else (texts.DORMANT_SUBJECT, texts.DORMANT)
        )
        warning = _warning(mailbox, settings, today)
        written = texts.in_both(
            subject,
            body,
            address=mailbox.address,
            since=texts.day(mailbox.idle_since),
            days=str(mailbox.idle_days(today)),
            page=pages.activation if pending else pages.sign_in,
            **warning,
            **_signs(use),
        )
        claim = Claim(kind, mailbox.account_id, address, today, settings.person_pace_days)
        yield Mail(claim, *written, accounts=(mailbox.login,))


def _signs(use: UsageRateSettings) -> dict[str, str]:
    words = signs_in_words(use)
    return {"signs": words.vi, "signs_en": words.en}


def _warning(mailbox: IdleMailbox, settings: ReminderSettings, today: date) -> dict[str, str]:
    """The day from which a rule may lock the mailbox; nothing where no rule does."""
    rules = settings.rules
    days = rules.never_activated if mailbox.is_pending else rules.unused
    if rules.mode != "apply" or days is None or mailbox.hidden:
        return {"warning": "", "warning_en": ""}
    earliest = today + timedelta(days=rules.notice_days)
    lock_day = max(earliest, mailbox.untouched_since + timedelta(days=days))
    preset = PRESETS.get(rules.preset)
    document = preset.decision if preset else f"{days} ngày / days"
    values = {"lock_day": texts.day(lock_day), "document": document}
    return {
        "warning": texts.WARNING.vi.format(**values) + "\n",
        "warning_en": texts.WARNING.en.format(**values) + "\n",
    }


def _digests(
    by_office: Mapping[Office, list[IdleMailbox]],
    settings: ReminderSettings,
    use: UsageRateSettings,
    today: date,
) -> Iterator[Mail]:
    for office, mailboxes in by_office.items():
        written = texts.in_both(
            texts.DIGEST_SUBJECT,
            texts.DIGEST,
            organisation=office.name,
            count=str(len(mailboxes)),
            today=texts.day(today),
            threshold=str(settings.listed_after_days(pending=False)),
            lines=texts.listed(mailboxes, today),
            **_signs(use),
        )
        claim = Claim(
            NoticeKind.DIGEST,
            office.organisation_id,
            office.address,
            today,
            settings.digest_pace_days,
        )
        yield Mail(claim, *written, accounts=tuple(mailbox.login for mailbox in mailboxes))


def _escalations(
    session: Session,
    by_office: Mapping[Office, list[IdleMailbox]],
    settings: ReminderSettings,
    today: date,
) -> Iterator[Mail]:
    """Mailboxes that stood on so many lists in a row, told to the organisation above."""
    if not settings.escalate_after:
        return
    first = _first_of_row(session, list(by_office), settings, today)
    stubborn = {
        office: [
            mailbox
            for mailbox in mailboxes
            if mailbox.idle_days(first[office.organisation_id])
            >= settings.listed_after_days(pending=mailbox.is_pending)
        ]
        for office, mailboxes in by_office.items()
        if office.organisation_id in first
    }
    above = _offices_above(session, [office for office, found in stubborn.items() if found])
    told: dict[Office, list[IdleMailbox]] = {}
    for office, superior in above.items():
        told.setdefault(superior, []).extend(stubborn[office])
    for superior, mailboxes in told.items():
        written = texts.in_both(
            texts.ESCALATION_SUBJECT,
            texts.ESCALATION,
            count=str(len(mailboxes)),
            reminders=str(settings.escalate_after),
            today=texts.day(today),
            lines=texts.listed(mailboxes, today),
        )
        claim = Claim(
            NoticeKind.ESCALATION,
            superior.organisation_id,
            superior.address,
            today,
            settings.escalation_pace_days,
        )
        yield Mail(claim, *written, accounts=tuple(mailbox.login for mailbox in mailboxes))


def _first_of_row(
    session: Session, offices: Sequence[Office], settings: ReminderSettings, today: date
) -> dict[UUID, date]:
    """The days of the lists that began a row of so many, by organisation, where there is one."""
    count = settings.escalate_after
    # two paces for each, so that holidays do not break a row
    earliest = today - timedelta(days=2 * count * settings.digest_pace_days)
    place = func.row_number().over(partition_by=Notice.subject_id, order_by=Notice.day.desc())
    sent = (
        select(Notice.subject_id, Notice.day, place.label("place"))
        .where(
            Notice.kind == NoticeKind.DIGEST,
            Notice.state == NoticeState.SENT,
            Notice.day >= earliest,
            Notice.day < today,
            is_among(Notice.subject_id, [office.organisation_id for office in offices]),
        )
        .subquery()
    )
    rows = session.execute(select(sent.c.subject_id, sent.c.day).where(sent.c.place == count))
    return dict(rows.all())


def _offices_above(session: Session, offices: Sequence[Office]) -> dict[Office, Office]:
    """Those of the superior organisations; the top has none."""
    ids = [office.organisation_id for office in offices]
    rows = session.execute(
        select(Organisation.id, Organisation.parent_id).where(Organisation.id.in_(ids))
    )
    parents = {row.id: row.parent_id for row in rows if row.parent_id is not None}
    found = offices_of(session, sorted(set(parents.values())))
    return {
        office: found[parents[office.organisation_id]]
        for office in offices
        if parents.get(office.organisation_id) in found
    }
