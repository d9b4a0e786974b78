from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.http import BasisForm
from sso.clients.models import LONGEST_USERNAME

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Description = Annotated[
    dict[str, Any],
    Field(
        description="Names of RFC 7591 and its successors; docs/reference/clients.md has them all.",
        examples=[
            {
                "client_name": "Quản lý văn bản",
                "redirect_uris": ["https://qlvb.example.gov.vn/callback"],
            }
        ],
    ),
]
Username = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_USERNAME)
]
LONGEST_OVERLAP_HOURS = 24 * 90


class ClientIn(BaseModel):
    client_id: ClientId
    description: Description
    basis: BasisForm


class ClientChange(BaseModel):
    description: Description
    revision: str | None = Field(
        None, max_length=64, description="Of the description that was read: another is a conflict."
    )
    basis: BasisForm


class SecretRotation(BaseModel):
    overlap_hours: int = Field(
        24, ge=0, le=LONGEST_OVERLAP_HOURS, description="How long the former secret still counts."
    )
    basis: BasisForm


class MappedUsernameIn(BaseModel):
    username: Username
    seen: str | None = Field(
        None,
        max_length=LONGEST_USERNAME,
        description="The name that was there, empty for none: another one is a conflict.",
    )
    basis: BasisForm


class UsernameEnd(BaseModel):
    seen: str = Field(
        max_length=LONGEST_USERNAME,
        description="The name that is there: another one is a conflict.",
    )
    basis: BasisForm


class ClientOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    client_id: str
    description: dict[str, Any]
    revision: str
    created_at: datetime
    changed_at: datetime
    disabled_at: datetime | None


class ClientWithSecret(ClientOut):
    client_secret: str | None = Field(None, description="Shown once; only its hash is kept.")


class ClientList(BaseModel):
    items: list[ClientOut]


class KnownUsernameOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    account_id: UUID
    login: str
    name: str
    username: str


class UsernameList(BaseModel):
    items: list[KnownUsernameOut]
    next_cursor: str | None
