from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.clock import office_day
from mail_admin.rate.models import NOWHERE
from mail_admin.reminders.exceptions import Excepted, Ground
from mail_admin.reminders.models import NoticeKind, NoticeState, RuleRun, RunOutcome
from mail_admin.reminders.notices import Channel, NoticeView
from mail_admin.reminders.planning import Mail
from mail_admin.reminders.rules import Candidate, LockedMailbox, Rule
from mail_admin.reminders.service import Locked, RuleState
from mail_admin.reminders.settings import PRESETS, RuleSettings

LOGIN = "nganth.stc"


class TextOut(BaseModel):
    vi: str
    en: str


class RunOut(BaseModel):
    """What became of a run of the rules."""

    model_config = ConfigDict(from_attributes=True)
    at: datetime
    by: str = Field(examples=["usage rules"])
    outcome: RunOutcome
    ready: int = Field(description="Mailboxes that were to be locked or closed.")
    waiting: int
    locked: int
    revoked: int

    @classmethod
    def of(cls, run: RuleRun | None) -> Self | None:
        return cls.model_validate(run) if run is not None else None


class RulesOut(BaseModel):
    """The rule in force, and what it would do now."""

    mode: str = Field(examples=["apply"], description="`off`, `report` or `apply`.")
    preset: str | None = Field(examples=["dong-thap-2025"])
    decision: str | None = Field(examples=["143/2025/QĐ-UBND"])
    unused_days: int | None = Field(examples=[45])
    never_activated_days: int | None = Field(examples=[5])
    revoke_after_days: int | None = Field(examples=[30])
    notice_days: int = Field(examples=[7])
    organisation_accounts: bool
    most_percent: float = Field(examples=[5.0])
    always_allowed: int = Field(examples=[20])
    counted_as_use: TextOut = Field(description="Any of these keeps a mailbox from being locked.")
    to_lock: int = Field(examples=[3], description="Idle for long enough, and told in time.")
    to_revoke: int = Field(examples=[1], description="Locked for so long that they are closed.")
    waiting: int = Field(examples=[12], description="Idle for long enough, but not told in time.")
    stopped: bool = Field(description="So many at once have to be confirmed.")
    last_run: RunOut | None

    @classmethod
    def of(cls, state: RuleState) -> Self:
        words = state.counted_as_use
        return cls(
            **described(state.rules),
            counted_as_use=TextOut(vi=words.vi, en=words.en),
            to_lock=state.to_lock,
            to_revoke=state.to_revoke,
            waiting=state.waiting,
            stopped=state.stopped,
            last_run=RunOut.of(state.last_run),
        )


def described(rules: RuleSettings) -> dict[str, object]:
    """The numbers in force, wherever they come from; the command line says the same."""
    preset = PRESETS.get(rules.preset)
    return {
        "mode": rules.mode,
        "preset": rules.preset or None,
        "decision": preset.decision if preset else None,
        "unused_days": rules.unused,
        "never_activated_days": rules.never_activated,
        "revoke_after_days": rules.revoke_after,
        "notice_days": rules.notice_days,
        "organisation_accounts": rules.organisation_accounts,
        "most_percent": rules.most_percent,
        "always_allowed": rules.always_allowed,
    }


class IdleOut(BaseModel):
    account_id: UUID
    login: str = Field(examples=[LOGIN])
    name: str = Field(examples=["Nguyễn Thị Hồng Nga"])
    kind: str = Field(examples=["personal"])
    organisation_id: UUID | None = Field(description="Where it counts in the report.")
    idle_since: date
    idle_days: int = Field(examples=[60])
    last_used: date | None


class CandidateOut(IdleOut):
    rule: Rule
    ready: bool = Field(description="False while it waits for a notice that is old enough.")
    noticed_on: date | None

    @classmethod
    def of(cls, candidate: Candidate, today: date) -> Self:
        return cls(
            **_idle(candidate, today),
            rule=candidate.rule,
            ready=candidate.is_ready,
            noticed_on=candidate.noticed_on,
        )


class ExceptedOut(IdleOut):
    ground: Ground

    @classmethod
    def of(cls, excepted: Excepted, today: date) -> Self:
        return cls(**_idle(excepted, today), ground=excepted.ground)


def _idle(found: Candidate | Excepted, today: date) -> dict[str, object]:
    mailbox = found.mailbox
    place = mailbox.organisation_id
    return {
        "account_id": mailbox.account_id,
        "login": mailbox.login,
        "name": mailbox.name,
        "kind": mailbox.kind.value,
        "organisation_id": None if place == NOWHERE else place,
        "idle_since": mailbox.idle_since,
        "idle_days": mailbox.idle_days(today),
        "last_used": mailbox.last_used,
    }


class CandidatePage(BaseModel):
    items: list[CandidateOut]
    next_cursor: str | None


class ExceptedPage(BaseModel):
    items: list[ExceptedOut]
    next_cursor: str | None


class ApplyIn(BaseModel):
    confirm_mass_change: bool = Field(
        False, description="Lock more than the brake lets pass; look at the logs first."
    )


class AppliedOut(BaseModel):
    locked: int
    revoked: int = Field(description="Closed for good; their mail is kept.")
    waiting: int

    @classmethod
    def of(cls, done: Locked) -> Self:
        return cls(locked=done.locked, revoked=done.revoked, waiting=done.waiting)


class LockedOut(BaseModel):
    account_id: UUID
    login: str = Field(examples=[LOGIN])
    name: str = Field(examples=["Nguyễn Thị Hồng Nga"])
    organisation_id: UUID | None
    organisation: str = Field(examples=["Sở Tài chính"])
    organisation_code: str | None = Field(examples=["H03.1"])
    rule: Rule
    locked_at: datetime
    closes_on: date | None = Field(
        description="From then on the rule closes it unless somebody asks for it."
    )

    @classmethod
    def of(cls, mailbox: LockedMailbox, rules: RuleSettings) -> Self:
        days = rules.revoke_after if rules.mode == "apply" else None
        return cls(
            account_id=mailbox.account_id,
            login=mailbox.login,
            name=mailbox.name,
            organisation_id=mailbox.place_id,
            organisation=mailbox.organisation,
            organisation_code=mailbox.organisation_code,
            rule=mailbox.rule,
            locked_at=mailbox.locked_at,
            closes_on=office_day(mailbox.locked_at + timedelta(days=days)) if days else None,
        )


class LockedPage(BaseModel):
    items: list[LockedOut]
    next_cursor: str | None


class NoticeOut(BaseModel):
    """A mail that was sent, and whether it failed. Of its text nothing is kept."""

    id: UUID
    kind: NoticeKind
    state: NoticeState
    subject_id: UUID = Field(description="The account or organisation that it is about.")
    subject: str = Field(examples=[LOGIN])
    channel: Channel | None = Field(description="Null when the address has changed since.")
    to: str | None = Field(
        examples=["vanthu.stc@backan.gov.vn"], description="Private addresses are not shown."
    )
    day: date
    settled_at: datetime | None = Field(description="When a server took it, or it failed.")
    failure: str | None = Field(
        examples=["5.1.1"], description="Why it came back: a status code of RFC 3463."
    )

    @classmethod
    def of(cls, view: NoticeView) -> Self:
        notice = view.notice
        return cls(
            id=notice.id,
            kind=notice.kind,
            state=notice.state,
            subject_id=notice.subject_id,
            failure=notice.failure,
            subject=view.subject,
            channel=view.channel,
            to=None if view.channel is Channel.RECOVERY else view.to,
            day=notice.day,
            settled_at=notice.settled_at,
        )


class NoticePage(BaseModel):
    items: list[NoticeOut]
    next_cursor: str | None


class DueOut(BaseModel):
    """A mail that the next run will send."""

    kind: NoticeKind
    subject_id: UUID = Field(description="The account or organisation that it is about.")
    accounts: list[str] = Field(description="Logins of the mailboxes in it.")
    title: str = Field(description="Subject line.")

    @classmethod
    def of(cls, mail: Mail) -> Self:
        return cls(
            kind=mail.claim.kind,
            subject_id=mail.claim.subject_id,
            accounts=list(mail.accounts),
            title=mail.subject,
        )


class DuePage(BaseModel):
    enabled: bool = Field(description="CONGVU_REMINDERS__ENABLED; the worker sends nothing else.")
    quiet: bool = Field(description="Nothing leaves at this hour.")
    items: list[DueOut]
    next_cursor: str | None
