from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from identity.organisations.models import AgencyCodeForm, OrganisationKind
from kernel.http import BasisForm

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
ShortName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
MailStem = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=64)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60)]
StatisticsCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}$")]


class OrganisationFields(BaseModel):
    kind: OrganisationKind
    name: Name
    short_name: ShortName | None = None
    parent_id: UUID | None = None
    mail_stem: MailStem | None = Field(None, description="Part of addresses that names the agency.")
    statistics_code: StatisticsCode | None = None
    display_order: int = Field(0, ge=0, le=1_000_000)


class OrganisationIn(OrganisationFields):
    code: Code | None = Field(None, examples=["000.00.21.H03", "H03.21"])
    valid_from: date
    basis: BasisForm


class OrganisationUpdate(OrganisationFields):
    effective_on: date
    basis: BasisForm


class CodeIn(BaseModel):
    code: Code
    valid_from: date
    basis: BasisForm


class ClosureIn(BaseModel):
    on: date
    basis: BasisForm


class OrganisationOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    code: str | None = None
    kind: OrganisationKind
    name: str
    short_name: str | None
    parent_id: UUID | None
    mail_stem: str | None
    statistics_code: str | None
    display_order: int
    valid_from: date
    valid_to: date | None


class CodeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    code: str
    canonical: str
    form: AgencyCodeForm
    valid_from: date
    valid_to: date | None


class PeriodOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    kind: OrganisationKind
    name: str
    short_name: str | None
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None


class OrganisationDetail(OrganisationOut):
    codes: list[CodeOut]
    history: list[PeriodOut]


class OrganisationPage(BaseModel):
    items: list[OrganisationOut]
    next_cursor: str | None = None
