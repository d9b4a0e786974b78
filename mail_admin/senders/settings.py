from pydantic import BaseModel, Field


class SenderSettings(BaseModel):
    """Where Postfix shows what people hand in (milter). Environment: CONGVU_SENDERS__*."""

    host: str = "127.0.0.1"
    """It has no sign-in: only Postfix may reach it."""
    port: int = Field(default=8017, ge=1, le=65535)
    """Port it listens at."""
    answer_seconds: float = Field(default=3.0, gt=0)
    """For the database; then the mail is put off, and stays with whoever sends it."""
    idle_seconds: float = Field(default=900.0, gt=0)
    """A connection that says nothing for so long is closed."""
