from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from identity.organisations.models import GroupScope
from kernel.http import BasisForm
from mail_admin.lists.models import SenderRule

Login = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ListIn(BaseModel):
    organisation_id: UUID
    domain: Annotated[str, StringConstraints(max_length=253)]
    scope: GroupScope = GroupScope.SUBTREE
    local_part: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, description="`tatca.` and the stem of the organisation when absent."
    )
    senders: SenderRule | None = Field(
        None, description="Custodians for the whole province, members elsewhere, when absent."
    )
    basis: BasisForm


class SendersIn(BaseModel):
    senders: SenderRule
    named: list[Login] = Field([], max_length=200, description="Logins besides those of the rule.")
    basis: BasisForm


class ListOut(BaseModel):
    id: UUID
    address: str
    organisation_id: UUID
    organisation: str
    scope: GroupScope
    senders: SenderRule


class ListDetail(ListOut):
    named: list[str]
    members: int
    """Whom a mail reaches today."""


class ListsOut(BaseModel):
    items: list[ListOut]
