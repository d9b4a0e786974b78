from pydantic import BaseModel, Field


class UsageReportOut(BaseModel):
    new: int = Field(description="Counted now.")
    repeated: int = Field(description="Known already.")
    unknown: int = Field(description="Of mailboxes that are none of ours.")
    refused: int = Field(description="Too old, too far ahead, or impossible.")
