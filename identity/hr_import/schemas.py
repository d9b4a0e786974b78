from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from identity.hr_import.kinds import SheetKind
from identity.hr_import.models import PlanStatus, Verdict


class PlanOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: SheetKind | None
    status: PlanStatus
    file_name: str
    totals: dict[str, int]
    failure: dict[str, Any] | None
    created_at: datetime
    created_by: str
    applied_at: datetime | None
    as_of: date
    revision: int


class PlanList(BaseModel):
    items: list[PlanOut]


class RefusalOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    reason: str
    column: str | None
    message: dict[str, str] | None


class RowOut(BaseModel):
    """`reason`, `column` and `message` are those of the first refusal."""

    model_config = ConfigDict(from_attributes=True)
    row: int
    sheet: str
    verdict: Verdict
    reason: str | None
    column: str | None
    message: dict[str, str] | None
    refusals: list[RefusalOut] = Field(description="All that is wrong with a refused row.")
    notes: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    subject_id: UUID | None


class RowPage(BaseModel):
    items: list[RowOut]
    next_cursor: str | None = None


class ApplicationIn(BaseModel):
    confirm_mass_change: bool = False
    revision: int | None = Field(
        None, description="Of the plan that was looked at; another one is not applied."
    )
