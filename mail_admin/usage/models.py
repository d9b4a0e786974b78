"""What mailboxes were used for: events, a row for each mailbox and day, and one for each month.

All three are partitioned by month of the Vietnamese calendar; nothing here tells of what a mail
says, its subject or who wrote to whom.
"""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from kernel.database import Base


class EventKind(enum.StrEnum):
    WEB_SIGN_IN = "web_sign_in"
    """By webmail: somebody sat there."""
    PROGRAM_SIGN_IN = "program_sign_in"
    """By a mail program or phone, which may only be polling."""
    SERVICE_SIGN_IN = "service_sign_in"
    """By a monitor or another machine."""
    FAILED_SIGN_IN = "failed_sign_in"
    SENT = "sent"
    """A message submitted by its signed-in sender; `bytes` is its size."""
    SENT_OUTSIDE = "sent_outside"
    """A recipient outside the province's domains that the message was handed over for."""
    DELIVERED = "delivered"
    READ = "read"
    """Bodies of messages that were fetched; `amount` is how many."""
    STORED = "stored"
    """`bytes` that the mailbox takes at that moment."""


class UsageEvent(Base):
    """One thing that happened, kept so that a repetition is known and a figure can be recounted."""

    __tablename__ = "mail_admin_usage_event"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}  # noqa: RUF012  # SQLAlchemy's form
    day: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Made of what the source says, so that the same event always has the same."""
    at: Mapped[datetime]
    account_id: Mapped[UUID]
    kind: Mapped[EventKind]
    amount: Mapped[int] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(40))
    """`dovecot`, `postfix`, or the name under which another system feeds us."""


class Counted:
    """How often what happened; sums of events, so their order does not matter."""

    web_sign_ins: Mapped[int] = mapped_column(Integer)
    program_sign_ins: Mapped[int] = mapped_column(Integer)
    service_sign_ins: Mapped[int] = mapped_column(Integer)
    failed_sign_ins: Mapped[int] = mapped_column(Integer)
    sent: Mapped[int] = mapped_column(Integer)
    sent_outside: Mapped[int] = mapped_column(Integer)
    delivered: Mapped[int] = mapped_column(Integer)
    read: Mapped[int] = mapped_column(Integer)

    @declared_attr
    def stored_bytes(self) -> Mapped[int | None]:
        return mapped_column(BigInteger)


class Weighed:
    """How much of it; of days, months do without."""

    sent_bytes: Mapped[int] = mapped_column(BigInteger)
    delivered_bytes: Mapped[int] = mapped_column(BigInteger)


class Measured:
    stored_at: Mapped[datetime | None]
    """When `stored_bytes` was measured: the latest measurement counts."""


class UsageDay(Counted, Weighed, Measured, Base):
    __tablename__ = "mail_admin_usage_day"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}  # noqa: RUF012
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class UsageMonth(Counted, Measured, Base):
    """The days of a month at a glance: bit 0 of a mask is the first day, bit 30 the 31st."""

    __tablename__ = "mail_admin_usage_month"
    __table_args__ = {"postgresql_partition_by": "RANGE (month)"}  # noqa: RUF012
    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    web_days: Mapped[int] = mapped_column(Integer)
    program_days: Mapped[int] = mapped_column(Integer)
    sent_days: Mapped[int] = mapped_column(Integer)
    read_days: Mapped[int] = mapped_column(Integer)


class UsageImport(Counted, Weighed, Base):
    """What a file told of a mailbox and a day: what a corrected file takes back.

    `stored_bytes` is that of the end of the day.
    """

    __tablename__ = "mail_admin_usage_import"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}  # noqa: RUF012
    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)


class QueuedMessage(Base):
    """A message that Postfix has not finished with: whose it is, told once, is asked for later."""

    __tablename__ = "mail_admin_queued_message"
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    queue_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    login: Mapped[str]
    """Whoever signed in to send it."""
    sender: Mapped[str]
    """The envelope's sender: another mailbox when somebody sends as an organisation."""
    at: Mapped[datetime]


class LogPosition(Base):
    """How far a log was read; moved in the transaction that counts what stood there."""

    __tablename__ = "mail_admin_log_position"
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    inode: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[bytes]
    """Of the first bytes of the file: inodes are used again."""
    updated_at: Mapped[datetime]


class LogReading(Base):
    """What its reader last knew of a log, noted every few seconds for those who look after it."""

    __tablename__ = "mail_admin_log_reading"
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    file: Mapped[str] = mapped_column(Text)
    """Name of the one that is read: the log, or a rotated one."""
    size: Mapped[int] = mapped_column(BigInteger)
    unread_bytes: Mapped[int] = mapped_column(BigInteger)
    noted_at: Mapped[datetime]
    current_as_of: Mapped[datetime | None]
    """What was written until then is counted."""
    last_event_at: Mapped[datetime | None]
    """When the latest event that was read happened."""
    fault: Mapped[str | None] = mapped_column(String(80))
    """The last thing that stopped reading, by its kind."""
    fault_at: Mapped[datetime | None]


class ParkedLine(Base):
    """Where a line stands that could not be counted and was passed over; not what it says."""

    __tablename__ = "mail_admin_parked_line"
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    inode: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Of its first byte."""
    fingerprint: Mapped[bytes]
    """Of the first bytes of the file, which may be renamed or compressed."""
    fault: Mapped[str] = mapped_column(String(80))
    """The state that PostgreSQL refused it with, or the kind of error."""
    noticed_at: Mapped[datetime]
