from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from identity.people.models import ContractType, LeaveKind, Sex
from kernel.http import BasisForm

Text200 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text100 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
StaffNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z./-]{1,40}$")]
CitizenNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^0[0-9]{8,10}$")]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[!-?A-~]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+$", max_length=254),
]


class PersonFields(BaseModel):
    full_name: Text200 = Field(examples=["Nguyễn Thị Hồng Nga"])
    sex: Sex | None = None
    birth_date: date | None = None
    staff_number: StaffNumber | None = None
    phone: Phone | None = None
    recovery_email: Email | None = None
    hidden: bool = Field(False, description="Kept out of the directory that applications read.")


class AppointmentIn(BaseModel):
    organisation_id: UUID
    position: Text200 | None = None
    rank: Text100 | None = None
    contract_type: ContractType | None = None
    is_primary: bool = True
    valid_from: date


class PersonIn(PersonFields):
    citizen_number: CitizenNumber | None = None
    appointment: AppointmentIn
    basis: BasisForm


class PersonUpdate(PersonFields):
    citizen_number: CitizenNumber | None = Field(None, description="Absent keeps what is stored.")
    version: int = Field(description="The version that was read; another one is a conflict.")
    basis: BasisForm


class AppointmentAdded(AppointmentIn):
    basis: BasisForm


class AppointmentEnd(BaseModel):
    on: date
    basis: BasisForm


class AppointmentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    organisation_id: UUID
    organisation_name: str | None = None
    position: str | None
    rank: str | None
    contract_type: ContractType | None
    is_primary: bool
    valid_from: date
    valid_to: date | None


class PersonOut(BaseModel):
    """A person as lists and pickers show it: always with unit and title, since names repeat."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    version: int
    full_name: str
    family_name: str | None
    middle_name: str | None
    given_name: str | None
    sex: Sex | None
    birth_date: date | None
    staff_number: str | None
    hidden: bool
    organisation_id: UUID | None = None
    organisation_name: str | None = None
    position: str | None = None


class PersonDetail(PersonOut):
    phone: str | None
    recovery_email: str | None
    has_citizen_number: bool = False
    appointments: list[AppointmentOut] = []


class PersonPage(BaseModel):
    items: list[PersonOut]
    next_cursor: str | None = None


class CitizenNumberOut(BaseModel):
    citizen_number: str | None


class LeaveIn(BaseModel):
    kind: LeaveKind
    valid_from: date
    valid_to: date | None = Field(None, description="The first day back at work, if known.")
    basis: BasisForm


class LeaveEnd(BaseModel):
    on: date = Field(description="The first day back at work.")
    basis: BasisForm


class LeaveOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: LeaveKind
    valid_from: date
    valid_to: date | None
    document_number: str | None
    document_date: date | None
