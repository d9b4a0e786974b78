import enum
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, literal_column, text

from identity.projection import Projected
from kernel.database import Base, UuidKey


class OrganisationKind(enum.StrEnum):
    PROVINCIAL_COMMITTEE = "provincial_committee"
    DEPARTMENT = "department"
    UNIT = "unit"
    DISTRICT_COMMITTEE = "district_committee"
    COMMUNE_COMMITTEE = "commune_committee"
    PUBLIC_SERVICE_UNIT = "public_service_unit"
    PARTY = "party"
    MASS_ORGANISATION = "mass_organisation"
    SCHOOL = "school"
    HEALTH_STATION = "health_station"
    OTHER = "other"


class Organisation(Projected, Base):
    """An agency or unit as it is today. What it was before stands in OrganisationPeriod.

    Identity is `id` alone: names, codes, statistics codes and places in the tree all change and
    some are given to other bodies later.
    """

    __tablename__ = "identity_organisation"
    id: Mapped[UuidKey]
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("identity_organisation.id"), index=True
    )
    kind: Mapped[OrganisationKind]
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str | None] = mapped_column(String(100))
    search_key: Mapped[str]
    """Folded name, short name and stem, for search without tone marks."""
    mail_stem: Mapped[str | None] = mapped_column(String(64))
    """The part of addresses that names the agency, such as `stc`."""
    statistics_code: Mapped[str | None] = mapped_column(String(10))
    """Code of the General Statistics Office; reused by them, so never a key."""
    display_order: Mapped[int] = mapped_column(Integer, default=0)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """First day on which it no longer exists."""
    __table_args__ = (
        Index(
            "ix_identity_organisation_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
        CheckConstraint("parent_id IS DISTINCT FROM id", name="parent"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
    )


class OrganisationPeriod(Base):
    """How an organisation was called and where it stood during a period, `valid_to` excluded."""

    __tablename__ = "identity_organisation_period"
    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_organisation.id"), index=True
    )
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity_organisation.id"))
    kind: Mapped[OrganisationKind]
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str | None] = mapped_column(String(100))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        ExcludeConstraint(
            ("organisation_id", "="),
            (
                func.daterange(literal_column("valid_from"), literal_column("valid_to")),
                "&&",
            ),
            name="ex_identity_organisation_period_overlap",
            using="gist",
        ),
    )


class AgencyCodeForm(enum.StrEnum):
    DECISION_20 = "decision_20"
    """Left to right, `H03.21.4` (Decision 20/2020/QĐ-TTg article 4)."""
    QCVN_102 = "qcvn_102"
    """Right to left, `000.00.21.H03` (QCVN 102:2016)."""


class AgencyCode(Base):
    """A code and the organisation that has or had it. Closed codes are never issued again."""

    __tablename__ = "identity_agency_code"
    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("identity_organisation.id"), index=True
    )
    code: Mapped[str] = mapped_column(String(35))
    """As issued, upper case."""
    canonical: Mapped[str] = mapped_column(String(35))
    """Left-to-right form without empty groups: both forms of one code compare equal."""
    form: Mapped[AgencyCodeForm]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("canonical"),
        Index(
            "uq_identity_agency_code_current",
            "organisation_id",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
    )


class GroupScope(enum.StrEnum):
    OWN = "own"
    SUBTREE = "subtree"


class Group(Projected, Base):
    """The members of an organisation, alone or with everything below it. Kept by itself."""

    __tablename__ = "identity_group"
    id: Mapped[UuidKey]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("identity_organisation.id"))
    scope: Mapped[GroupScope]
    __table_args__ = (UniqueConstraint("organisation_id", "scope"),)
