import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from kernel.database import Base, UuidKey


class MailDomain(Base):
    """A domain of official-duty addresses, such as backan.gov.vn."""

    __tablename__ = "identity_mail_domain"
    id: Mapped[UuidKey]
    name: Mapped[str] = mapped_column(String(253), unique=True)
    is_default: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    __table_args__ = (
        Index(
            "uq_identity_mail_domain_default",
            "is_default",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )


class PolicySubject(enum.StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class AddressPolicy(Base):
    """One version of the rule by which a domain, or a subtree of it, gives addresses.

    Versions are only added: an address always tells by which version it was given.
    """

    __tablename__ = "identity_address_policy"
    id: Mapped[UuidKey]
    domain_id: Mapped[UUID] = mapped_column(ForeignKey("identity_mail_domain.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_organisation.id"), index=True
    )
    """Top of the subtree it rules; None for the whole domain."""
    subject: Mapped[PolicySubject]
    version: Mapped[int] = mapped_column(Integer)
    preset: Mapped[str | None] = mapped_column(String(40))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint(
            "domain_id", "organisation_id", "subject", "version", postgresql_nulls_not_distinct=True
        ),
    )


class AddressRole(enum.StrEnum):
    PRIMARY = "primary"
    ALIAS = "alias"
    LIST = "list"
    """Delivered to everybody in a group of the registry."""
    RETIRED = "retired"
    """No longer delivered, and still never given to anybody else."""
    RESERVED = "reserved"
    """Kept free on purpose: used before this registry, or claimed."""


class Address(Base):
    """The ledger: one row for every address that was ever given or set aside.

    Rows are never deleted (a trigger sees to it) and the holder never changes, so an address once
    used cannot reach another body, person or organisation.
    """

    __tablename__ = "identity_address"
    id: Mapped[UuidKey]
    domain_id: Mapped[UUID] = mapped_column(ForeignKey("identity_mail_domain.id"))
    local_part: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_account.id"), index=True)
    """None for addresses that are reserved, or held by a group."""
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_group.id"), index=True)
    """Whose members a distribution list reaches."""
    role: Mapped[AddressRole]
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_address_policy.id"))
    """None when the address was chosen by hand."""
    note: Mapped[str | None]
    given_on: Mapped[date]
    alias_until: Mapped[date | None]
    """First day on which an alias is no longer delivered; None means without end."""
    __table_args__ = (
        UniqueConstraint("domain_id", "local_part"),
        CheckConstraint(
            "(account_id IS NULL OR group_id IS NULL)"
            " AND (group_id IS NULL OR role IN ('list', 'retired'))"
            " AND (role <> 'list' OR group_id IS NOT NULL)",
            name="holder",
        ),
        Index(
            "uq_identity_address_primary",
            "account_id",
            unique=True,
            postgresql_where=text("role = 'primary'"),
        ),
        Index(
            "ix_identity_address_reserved",
            "domain_id",
            "local_part",
            postgresql_where=text("role = 'reserved'"),
        ),
        Index(
            "ix_identity_address_local_part_begins",
            "local_part",
            postgresql_ops={"local_part": "text_pattern_ops"},
        ),
        Index(
            "ix_identity_address_stem",
            text("rtrim(local_part, '0123456789')"),
            "domain_id",
        ),
    )
