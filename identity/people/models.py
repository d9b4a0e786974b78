import enum
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func, literal_column, text

from kernel.database import Base, UuidKey


class Sex(enum.StrEnum):
    MALE = "male"
    FEMALE = "female"


class ContractType(enum.StrEnum):
    CIVIL_SERVANT = "civil_servant"
    """Cán bộ, công chức."""
    PUBLIC_EMPLOYEE = "public_employee"
    """Viên chức."""
    CONTRACT_111 = "contract_111"
    """Contract under decree 111/2022/NĐ-CP, formerly 68/2000/NĐ-CP."""
    OTHER = "other"


class Person(Base):
    """An official or worker. The natural key is the citizen number; names repeat (38 %)."""

    __tablename__ = "identity_person"
    id: Mapped[UuidKey]
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Raised by a trigger at every change of the person or an appointment; guards lost updates."""
    full_name: Mapped[str] = mapped_column(String(200))
    family_name: Mapped[str | None] = mapped_column(String(100))
    middle_name: Mapped[str | None] = mapped_column(String(100))
    given_name: Mapped[str | None] = mapped_column(String(100))
    search_key: Mapped[str]
    """Folded name, for search without tone marks."""
    sort_key: Mapped[str] = mapped_column(String(collation="C"))
    """Orders by given name, family, middle in the Vietnamese alphabet."""
    sex: Mapped[Sex | None]
    birth_date: Mapped[date | None]
    staff_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    citizen_number_sealed: Mapped[bytes | None]
    citizen_number_index: Mapped[bytes | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    recovery_email: Mapped[str | None] = mapped_column(String(254))
    hidden: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Kept out of the directory that applications and the public read."""
    __table_args__ = (
        Index("ix_identity_person_sort_key", "sort_key", "id"),
        Index(
            "ix_identity_person_search_key",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
        Index("ix_identity_person_birth_date", "birth_date"),
        Index(
            "ix_identity_person_staff_number_begins",
            "staff_number",
            postgresql_ops={"staff_number": "text_pattern_ops"},
        ),
        CheckConstraint(
            "(citizen_number_sealed IS NULL) = (citizen_number_index IS NULL)",
            name="citizen_number",
        ),
    )


class Appointment(Base):
    """A person in a position of an organisation during a period, `valid_to` excluded."""

    __tablename__ = "identity_appointment"
    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity_person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("identity_organisation.id"))
    position: Mapped[str | None] = mapped_column(String(200))
    rank: Mapped[str | None] = mapped_column(String(100))
    contract_type: Mapped[ContractType | None]
    is_primary: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """False for a concurrent appointment (kiêm nhiệm)."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    document_number: Mapped[str | None] = mapped_column(String(100))
    document_date: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        Index(
            "ix_identity_appointment_person_id",
            "person_id",
            postgresql_include=["valid_from", "valid_to"],
        ),
        Index(
            "ix_identity_appointment_organisation_id",
            "organisation_id",
            postgresql_include=["person_id", "is_primary", "valid_from", "valid_to"],
        ),
        ExcludeConstraint(
            ("person_id", "="),
            (
                func.daterange(literal_column("valid_from"), literal_column("valid_to")),
                "&&",
            ),
            name="ex_identity_appointment_one_primary",
            using="gist",
            where=text("is_primary"),
        ),
    )


class LeaveKind(enum.StrEnum):
    MATERNITY = "maternity"
    STUDY = "study"
    SICK = "sick"
    SECONDMENT = "secondment"
    """Biệt phái: works elsewhere for a time."""
    OTHER = "other"


class Leave(Base):
    """A registered absence of a person, `valid_to` excluded; its days do not count as service."""

    __tablename__ = "identity_leave"
    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity_person.id"), index=True)
    kind: Mapped[LeaveKind]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    document_number: Mapped[str | None] = mapped_column(String(100))
    document_date: Mapped[date | None]
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        ExcludeConstraint(
            ("person_id", "="),
            (
                func.daterange(literal_column("valid_from"), literal_column("valid_to")),
                "&&",
            ),
            name="ex_identity_leave_overlap",
            using="gist",
        ),
    )
