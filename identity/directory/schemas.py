from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class StopOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    stopped_at: datetime
    held: dict[str, Any]
    released_at: datetime | None
    released_by: str | None


class DirectoryStatus(BaseModel):
    pending: int
    refused: dict[str, int]
    stops: list[StopOut]
