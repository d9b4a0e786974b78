from pydantic import BaseModel, Field


class SigningSettings(BaseModel):
    """Where Postfix shows messages to be signed with DKIM. Environment: CONGVU_SIGNING__*."""

    host: str = "127.0.0.1"
    """It signs whatever it is shown: only Postfix may reach it."""
    port: int = Field(default=8018, ge=1, le=65535)
    """Port it listens at."""
    renewed_after_hours: int = Field(default=48, ge=0)
    """A key that follows another one signs only then, so that its record is published before."""
    answer_seconds: float = Field(default=3.0, gt=0)
    """For the database; then the mail is put off, and stays with whoever sends it."""
    idle_seconds: float = Field(default=900.0, gt=0)
    """A connection that says nothing for so long is closed."""
