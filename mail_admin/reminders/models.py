import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, literal_column

from kernel.database import Base, UuidKey


class NoticeKind(enum.StrEnum):
    NEVER_ACTIVATED = "never_activated"
    DORMANT = "dormant"
    DIGEST = "digest"
    """To the head of an organisation: its mailboxes that nobody uses."""
    ESCALATION = "escalation"
    """To the organisation above one that did not act on its digests."""
    QUARTERLY = "quarterly"
    """To an organisation: its mailboxes that were locked by rule."""
    LIMIT_LOCK = "limit_lock"
    """To the office of an account that wrote to too many outside."""
    OPERATOR = "operator"
    """To the IT centre, about one of those."""


class NoticeState(enum.StrEnum):
    CLAIMED = "claimed"
    """Somebody is sending it; after an hour it is taken for lost and sent again."""
    SENT = "sent"
    REFUSED = "refused"
    """For good, by a mail server, at once or by a mail that came back; the address is not tried
    again until it changes."""
    UNDELIVERED = "undelivered"
    """It came back because a server gave up; the address is tried again at its turn."""


FAILED = (NoticeState.REFUSED, NoticeState.UNDELIVERED)


class Notice(Base):
    """A mail that we owe somebody or have sent.

    Two of one lane for the same subject can never claim a common day (an exclusion constraint sees
    to it), whoever runs at the same time or again.
    """

    __tablename__ = "mail_admin_notice"
    id: Mapped[UuidKey]
    kind: Mapped[NoticeKind]
    lane: Mapped[str] = mapped_column(String(40))
    """What must not come more often than its pace: `person` is one lane of several kinds."""
    subject_id: Mapped[UUID]
    """The account or organisation that it is about."""
    day: Mapped[date]
    next_day: Mapped[date]
    """First day on which the lane is free again; the same day for what has no pace."""
    state: Mapped[NoticeState]
    claimed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    address_hash: Mapped[bytes | None]
    """Of where it went: enough to see that the address has changed."""
    failure: Mapped[str | None] = mapped_column(String(11))
    """Why it came back: an enhanced status code (RFC 3463)."""
    __table_args__ = (
        CheckConstraint("next_day >= day", name="days"),
        ExcludeConstraint(
            ("lane", "="),
            ("subject_id", "="),
            (func.daterange(literal_column("day"), literal_column("next_day")), "&&"),
            name="ex_mail_admin_notice_pace",
            using="gist",
        ),
        Index("ix_mail_admin_notice_subject_id_day", "subject_id", "day"),
        Index("ix_mail_admin_notice_claimed_at", "claimed_at", "id"),
        Index("ix_mail_admin_notice_kind_state", "kind", "state"),
        Index(
            "ix_mail_admin_notice_failed",
            "subject_id",
            postgresql_where=text("state IN ('refused', 'undelivered')"),
        ),
    )


class RuleLock(Base):
    """A mailbox that a rule suspended. It lasts while the account's latest change is that one."""

    __tablename__ = "mail_admin_rule_lock"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    locked_at: Mapped[datetime]
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("mail_admin_notice.id"))
    """The mail that announced it."""


class RunOutcome(enum.StrEnum):
    APPLIED = "applied"
    STOPPED = "stopped"
    """By the brake: more mailboxes than it lets pass. Nothing was locked."""


class RuleRun(Base):
    """What became of a run of the rules; the latest one says whether the brake holds them."""

    __tablename__ = "mail_admin_rule_run"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    outcome: Mapped[RunOutcome]
    ready: Mapped[int] = mapped_column(Integer)
    """Mailboxes that were to be locked or closed."""
    waiting: Mapped[int] = mapped_column(Integer)
    """They have not been told early enough."""
    locked: Mapped[int] = mapped_column(Integer)
    revoked: Mapped[int] = mapped_column(Integer)
