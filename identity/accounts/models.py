import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from identity.accounts.errors import AccountStateForbids
from identity.projection import Projected
from kernel.database import Base, UuidKey


class AccountKind(enum.StrEnum):
    PERSONAL = "personal"
    ORGANISATION = "organisation"
    SERVICE = "service"


class AccountStatus(enum.StrEnum):
    PENDING = "pending"
    """Provisioned, receives mail, nobody has chosen a password yet."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """No sign-in; mail is still received, as every provincial regulation asks."""
    CLOSED = "closed"
    """Gone from the directory for good; login and addresses stay taken."""


ALLOWED = {
    AccountStatus.PENDING: {AccountStatus.ACTIVE, AccountStatus.SUSPENDED, AccountStatus.CLOSED},
    AccountStatus.ACTIVE: {AccountStatus.SUSPENDED, AccountStatus.CLOSED},
    AccountStatus.SUSPENDED: {AccountStatus.PENDING, AccountStatus.ACTIVE, AccountStatus.CLOSED},
    AccountStatus.CLOSED: set(),
}


class Account(Projected, Base):
    """What signs in. This row is the truth; the LDAP entry is its copy."""

    __tablename__ = "identity_account"
    id: Mapped[UuidKey]
    kind: Mapped[AccountKind]
    login: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(300))
    """Of organisation and service accounts; personal ones show the person's name."""
    status: Mapped[AccountStatus] = mapped_column(default=AccountStatus.PENDING)
    status_changed_at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_organisation.id"), index=True
    )
    """Whose organisation or service account it is; a person's organisation is in appointments."""
    purpose: Mapped[str | None] = mapped_column(String(40))
    """What an organisation account is for, such as `clerical`."""
    password_hash: Mapped[str | None]
    """argon2id in PHC form; None until activated."""
    password_set_at: Mapped[datetime | None]
    """When the password was chosen; hashing it anew leaves this as it is."""
    password_must_change: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Signing in opens nothing but the choice of a new password."""
    created_at: Mapped[datetime]
    __table_args__ = (
        Index("uq_identity_account_person", "person_id", unique=True),
        CheckConstraint("(kind = 'personal') = (person_id IS NOT NULL)", name="person"),
        CheckConstraint(
            "kind <> 'organisation' OR organisation_id IS NOT NULL", name="organisation"
        ),
        CheckConstraint("status <> 'pending' OR password_hash IS NULL", name="pending"),
        CheckConstraint("status <> 'active' OR password_hash IS NOT NULL", name="active"),
        Index(
            "ix_identity_account_login_begins",
            "login",
            postgresql_ops={"login": "text_pattern_ops"},  # the unique one is no help to LIKE
        ),
        Index("ix_identity_account_status", "status", "kind", "created_at"),
        Index(
            "ix_identity_account_to_follow",  # mail_admin/server tells the mail servers of these
            "id",
            postgresql_where=text("status IN ('suspended', 'closed') OR kind = 'organisation'"),
        ),
        Index(
            "ix_identity_account_to_project",
            "projection_retry_at",
            postgresql_where=text("revision <> projected_revision"),
        ),
    )

    def change_status(self, status: AccountStatus, now: datetime) -> None:
        """Raises AccountStateForbids."""
        if status not in ALLOWED[self.status]:
            raise AccountStateForbids(self.login, self.status.value, status.value)
        self.status, self.status_changed_at = status, now


class AccountPeriod(Base):
    """In which status an account was from when to when; kept by triggers, never written here."""

    __tablename__ = "identity_account_period"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    status: Mapped[AccountStatus]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """None of the present one."""
    __table_args__ = (
        Index(
            "uq_identity_account_period_present",
            "account_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Mailbox(Base):
    """The mailbox of an account. Its addresses are in the ledger."""

    __tablename__ = "identity_mailbox"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), primary_key=True)
    quota_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """None means without limit."""
    __table_args__ = (CheckConstraint("quota_bytes > 0", name="quota"),)


class Custodian(Base):
    """A person who may act as an organisation account during a period, `valid_to` excluded."""

    __tablename__ = "identity_custodian"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity_person.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (UniqueConstraint("account_id", "person_id", "valid_from"),)


class ActivationCode(Base):
    """A single-use code that hands an account over. It exists in clear only on the letter."""

    __tablename__ = "identity_activation_code"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FormerPassword(Base):
    """A password that was replaced, kept so that it is not chosen again."""

    __tablename__ = "identity_password"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    password_hash: Mapped[str]
    set_at: Mapped[datetime | None]
    """None when nobody wrote it down, before there was a history."""
    replaced_at: Mapped[datetime]
    __table_args__ = (Index("ix_identity_password_account", "account_id", "replaced_at"),)


class ResetChannel(enum.StrEnum):
    MAIL = "mail"
    """Sent to the person's recovery address, because the password was forgotten."""
    OFFICE = "office"
    """Handed over by an administrator."""


class PasswordReset(Base):
    """A single-use code with which an active account chooses a new password."""

    __tablename__ = "identity_password_reset"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"), index=True)
    channel: Mapped[ResetChannel]
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
