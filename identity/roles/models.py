import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from kernel.access import Permission
from kernel.database import Base, UuidKey
from kernel.messages import Message


class Role(enum.StrEnum):
    ADMINISTRATOR = "administrator"
    """Everything, and who has which role."""
    HR = "hr"
    """Provisions people and their accounts."""
    LEADER = "leader"
    """Reads how much the mailboxes are used."""
    IT = "it"
    """Looks after the directory, the connected systems, the mail domains and how all of it runs."""

    @property
    def in_words(self) -> Message:
        return WORDS[self]

    @property
    def permissions(self) -> frozenset[Permission]:
        return PERMISSIONS[self]


WORDS = {
    Role.ADMINISTRATOR: Message("Quản trị hệ thống", "System administrator"),
    Role.HR: Message("Quản trị nhân sự", "HR administrator"),
    Role.LEADER: Message("Lãnh đạo", "Leader"),
    Role.IT: Message("Quản trị kỹ thuật", "IT administrator"),
}
OF_PROGRAMS = frozenset({Permission.REGISTER_CLIENTS, Permission.REPORT_USAGE})
"""What no person is asked to do."""
PERMISSIONS = {
    Role.ADMINISTRATOR: frozenset(Permission) - OF_PROGRAMS,
    Role.HR: frozenset(
        {
            Permission.READ_ORGANISATIONS,
            Permission.MANAGE_ORGANISATIONS,
            Permission.READ_PEOPLE,
            Permission.READ_CITIZEN_NUMBERS,
            Permission.MANAGE_PEOPLE,
            Permission.READ_ACCOUNTS,
            Permission.MANAGE_ACCOUNTS,
            Permission.IMPORT,
            Permission.READ_DIRECTORY,
            Permission.READ_USAGE,
        }
    ),
    Role.LEADER: frozenset({Permission.READ_ORGANISATIONS, Permission.READ_USAGE}),
    Role.IT: frozenset(
        {
            Permission.READ_ORGANISATIONS,
            Permission.READ_ACCOUNTS,
            Permission.READ_DIRECTORY,
            Permission.MANAGE_DIRECTORY,
            Permission.READ_CLIENTS,
            Permission.MANAGE_CLIENTS,
            Permission.READ_DOMAINS,
            Permission.MANAGE_DOMAINS,
            Permission.READ_OPERATIONS,
            Permission.MANAGE_OPERATIONS,
            Permission.READ_AUDIT,
            Permission.READ_USAGE,
        }
    ),
}


class RoleGrant(Base):
    """A role of an account, for the whole province; rows are ended, never removed."""

    __tablename__ = "identity_role_grant"
    id: Mapped[UuidKey]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity_account.id"))
    role: Mapped[Role]
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_identity_role_grant_live",
            "account_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
