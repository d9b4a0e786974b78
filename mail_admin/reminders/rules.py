"""Locking mailboxes by rule: whom, after which notice, and closing what nobody asked for again."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.accounts.queries import get_account_for_update
from identity.accounts.service import close_account, suspend_account
from identity.protection.errors import PROTECTED
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.database import is_among
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.use import for_locks
from mail_admin.reminders.claims import DeadAddresses, dead_addresses
from mail_admin.reminders.errors import MassLockStopped
from mail_admin.reminders.exceptions import ground_of
from mail_admin.reminders.idle import (
    NEVER,
    IdleMailbox,
    is_use_known,
    list_idle,
    offices_of,
    reminder_address,
)
from mail_admin.reminders.models import Notice, NoticeKind, NoticeState, RuleLock
from mail_admin.reminders.settings import PRESETS, ReminderSettings, RuleSettings


class RuleAuditTag(enum.StrEnum):
    LOCKED = "usage-rule:locked"
    REVOKED = "usage-rule:revoked"


class Rule(enum.StrEnum):
    UNUSED = "unused"
    NEVER_ACTIVATED = "never_activated"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mailbox to which a rule applies; without a notice it waits for one."""

    mailbox: IdleMailbox
    rule: Rule
    notice_id: UUID | None
    noticed_on: date | None

    @property
    def is_ready(self) -> bool:
        return self.notice_id is not None


@dataclass(frozen=True, slots=True)
class LockedMailbox:
    account_id: UUID
    login: str
    name: str
    organisation: str
    """Where its person works, or worked last, or whose account it is."""
    organisation_code: str | None
    place_id: UUID | None
    rule: Rule
    locked_at: datetime


def list_candidates(
    session: Session, settings: ReminderSettings, use: UsageRateSettings, now: datetime
) -> list[Candidate]:
    """Nobody hidden or on leave; organisations only if the setting says so."""
    rules, today = settings.rules, office_day(now)
    known = is_use_known(session, today, use, settings.silent_after_days)
    idle = [
        mailbox
        for mailbox in list_idle(
            session,
            today,
            for_locks(use),
            pending_days=rules.never_activated or NEVER,
            active_days=rules.unused if known and rules.unused else NEVER,
        )
        if ground_of(mailbox, rules) is None
    ]
    offices = offices_of(session, sorted({mailbox.organisation_id for mailbox in idle}))
    subjects = {
        mailbox.account_id: office.organisation_id
        for mailbox in idle
        if (office := offices.get(mailbox.organisation_id))
    }
    notices = _notices(session, idle, set(subjects.values()), rules, today)
    dead = dead_addresses(session, today)
    return [
        _candidate(mailbox, subjects.get(mailbox.account_id), notices, settings, dead)
        for mailbox in idle
    ]


def _notices(
    session: Session,
    idle: Sequence[IdleMailbox],
    offices: set[UUID],
    rules: RuleSettings,
    today: date,
) -> dict[UUID, list[Notice]]:
    """Old enough to count, by the account or office they went to, the first one first."""
    kinds = (NoticeKind.NEVER_ACTIVATED, NoticeKind.DORMANT, NoticeKind.DIGEST)
    subjects = [*(mailbox.account_id for mailbox in idle), *offices]
    statement = (
        select(Notice)
        .where(
            is_among(Notice.subject_id, subjects),
            Notice.kind.in_(kinds),
            Notice.state == NoticeState.SENT,
            Notice.day <= today - timedelta(days=rules.notice_days),
        )
        .order_by(Notice.day, Notice.id)
    )
    found: dict[UUID, list[Notice]] = {}
    for notice in session.scalars(statement):
        found.setdefault(notice.subject_id, []).append(notice)
    return found


def _candidate(
    mailbox: IdleMailbox,
    office_id: UUID | None,
    notices: Mapping[UUID, list[Notice]],
    settings: ReminderSettings,
    dead: DeadAddresses,
) -> Candidate:
    """Whom no mail of ours can reach is noticed by the list that the office got."""
    pending = mailbox.is_pending
    own = [
        notice for notice in notices.get(mailbox.account_id, []) if notice.day >= mailbox.idle_since
    ]
    reached_directly = (
        mailbox.kind is AccountKind.PERSONAL and reminder_address(mailbox, dead) is not None
    )
    if not own and not reached_directly and office_id is not None:
        listed_from = mailbox.idle_since + timedelta(
            days=settings.listed_after_days(pending=pending)
        )
        own = [notice for notice in notices.get(office_id, []) if notice.day >= listed_from]
    rule = Rule.NEVER_ACTIVATED if pending else Rule.UNUSED
    if not own:
        return Candidate(mailbox, rule, None, None)
    return Candidate(mailbox, rule, own[0].id, own[0].day)


LOCKED = text("""
    SELECT lock.account_id, account.login, lock.rule, lock.locked_at,
        coalesce(person.full_name, account.display_name) AS name,
        organisation.id AS place_id, coalesce(organisation.name, '') AS organisation,
        code.code AS organisation_code
    FROM mail_admin_rule_lock AS lock
    JOIN identity_account AS account ON account.id = lock.account_id
        -- whoever reinstated, closed or suspended it since has changed this
        AND account.status = 'suspended' AND account.status_changed_at = lock.locked_at
    LEFT JOIN identity_person AS person ON person.id = account.person_id
    LEFT JOIN LATERAL (
        SELECT organisation_id FROM identity_appointment
        WHERE person_id = account.person_id AND is_primary AND valid_from <= :today
        ORDER BY valid_from DESC, valid_to DESC NULLS FIRST LIMIT 1
    ) AS appointment ON true
    LEFT JOIN identity_organisation AS organisation
        ON organisation.id = coalesce(appointment.organisation_id, account.organisation_id)
    LEFT JOIN identity_agency_code AS code
        ON code.organisation_id = organisation.id AND code.valid_to IS NULL
    WHERE lock.locked_at <= :before
    ORDER BY organisation.name, account.login
""")


def list_locked(session: Session, now: datetime, *, days: int = 0) -> list[LockedMailbox]:
    """Still suspended by a rule for so many days, by organisation."""
    parameters = {"today": office_day(now), "before": now - timedelta(days=days)}
    return [
        LockedMailbox(**{**row, "rule": Rule(row["rule"])})
        for row in session.execute(LOCKED, parameters).mappings()
    ]


def list_revocable(session: Session, rules: RuleSettings, now: datetime) -> list[LockedMailbox]:
    if rules.revoke_after is None:
        return []
    return list_locked(session, now, days=rules.revoke_after)


def brake(session: Session, rules: RuleSettings, count: int) -> MassLockStopped | None:
    """What stops a run of so many: a source that fell silent makes everybody look idle."""
    in_service = select(func.count()).where(
        Account.kind != AccountKind.SERVICE,
        Account.status.in_([AccountStatus.ACTIVE, AccountStatus.PENDING]),
    )
    accounts = session.scalar(in_service) or 0
    if count > rules.always_allowed and 100 * count > rules.most_percent * accounts:
        return MassLockStopped(count, accounts)
    return None


def lock(
    session: Session, actor: Actor, candidate: Candidate, rules: RuleSettings, now: datetime
) -> bool:
    """Suspend one mailbox for its rule; False when it changed since, or is protected."""
    mailbox = candidate.mailbox
    account = get_account_for_update(session, mailbox.account_id)
    if account.status is not mailbox.status or candidate.notice_id is None:
        return False
    try:
        suspend_account(session, actor, account.id, now=now, basis=basis_of(candidate.rule, rules))
    except PROTECTED:
        return False
    session.add(
        RuleLock(
            account_id=account.id,
            rule=candidate.rule.value,
            locked_at=now,
            notice_id=candidate.notice_id,
        )
    )
    audit.record(
        session,
        actor,
        RuleAuditTag.LOCKED,
        account.id,
        basis_of(candidate.rule, rules),
        rule=candidate.rule.value,
        idle_since=mailbox.idle_since.isoformat(),
        noticed_on=candidate.noticed_on and candidate.noticed_on.isoformat(),
    )
    return True


def revoke(
    session: Session, actor: Actor, locked: LockedMailbox, rules: RuleSettings, now: datetime
) -> bool:
    """Close one that nobody asked for; its mail is kept. False when it changed, or is protected."""
    account = get_account_for_update(session, locked.account_id)
    if account.status_changed_at != locked.locked_at:
        return False
    days = rules.revoke_after
    basis = Basis(f"Khóa quá {days} ngày không có đề nghị mở lại", _document(rules))
    try:
        close_account(session, actor, account.id, now=now, basis=basis)
    except PROTECTED:
        return False
    audit.record(
        session,
        actor,
        RuleAuditTag.REVOKED,
        account.id,
        basis,
        locked_at=locked.locked_at.isoformat(),
    )
    return True


def basis_of(rule: Rule, rules: RuleSettings) -> Basis:
    words = {
        Rule.UNUSED: f"Không sử dụng quá {rules.unused} ngày",
        Rule.NEVER_ACTIVATED: f"Không kích hoạt quá {rules.never_activated} ngày",
    }
    return Basis(words[rule], _document(rules))


def _document(rules: RuleSettings) -> str | None:
    preset = PRESETS.get(rules.preset)
    return preset.decision if preset else None
