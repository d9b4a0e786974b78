from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from identity.accounts.models import AccountKind, AccountStatus
from identity.addresses.models import AddressRole
from kernel.http import BasisForm

LocalPart = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=64)]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Quota = Annotated[int, Field(gt=0, le=2**50, description="Bytes.")]

NEW_QUOTA = Field(None, description="Null for without limit, absent for what is set for the kind.")


class PersonalAccountIn(BaseModel):
    kind: Literal["personal"]
    person_id: UUID
    local_part: LocalPart | None = Field(None, description="By the address policy when absent.")
    quota_bytes: Quota | None = NEW_QUOTA
    basis: BasisForm


class OrganisationAccountIn(BaseModel):
    kind: Literal["organisation"]
    organisation_id: UUID
    address_stem: LocalPart = Field(examples=["vanthu.stc"])
    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    display_name: DisplayName
    quota_bytes: Quota | None = NEW_QUOTA
    basis: BasisForm


class ServiceAccountIn(BaseModel):
    kind: Literal["service"]
    login: LocalPart
    display_name: DisplayName
    basis: BasisForm


AccountIn = Annotated[
    PersonalAccountIn | OrganisationAccountIn | ServiceAccountIn, Field(discriminator="kind")
]


class QuotaIn(BaseModel):
    quota_bytes: Quota | None = None
    basis: BasisForm


class PrimaryAddressIn(BaseModel):
    local_part: LocalPart
    domain: Annotated[str, StringConstraints(max_length=253)]
    alias_until: date | None = Field(
        None,
        description="First day on which the old address is no longer delivered; null for without "
        "end, absent for what is set (CONGVU_MAILBOXES__ALIAS_DAYS).",
    )
    basis: BasisForm


class CustodianIn(BaseModel):
    person_id: UUID
    valid_from: date
    valid_to: date | None = None
    basis: BasisForm


class CustodianEnd(BaseModel):
    on: date
    basis: BasisForm


class CustodianOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    person_id: UUID
    full_name: str
    valid_from: date
    valid_to: date | None


class AddressOut(BaseModel):
    id: UUID
    address: str
    role: AddressRole
    given_on: date
    alias_until: date | None


class AccountOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: AccountKind
    login: str
    display_name: str
    status: AccountStatus
    status_changed_at: datetime
    person_id: UUID | None
    organisation_id: UUID | None
    purpose: str | None
    address: str | None = None
    in_directory: bool = False
    """Whether the directory shows the present state."""


class AccountDetail(AccountOut):
    quota_bytes: int | None
    addresses: list[AddressOut]
    custodians: list[CustodianOut]
    projection_error: str | None


class AccountPage(BaseModel):
    items: list[AccountOut]
    next_cursor: str | None = None


class ActivationIn(BaseModel):
    code: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class PasswordResetOut(BaseModel):
    code: str = Field(description="Works once, is shown only here: hand it over, keep it nowhere.")
    expires_at: datetime


class ActivationOut(BaseModel):
    login: str
    status: AccountStatus
