from pydantic import BaseModel, Field


class BounceSettings(BaseModel):
    """Where Postfix hands in mail of ours that came back (LMTP). Environment: CONGVU_BOUNCES__*."""

    host: str = "127.0.0.1"
    """It has no sign-in: only Postfix may reach it."""
    port: int = Field(default=8016, ge=1, le=65535)
    """Port it listens at."""
    answer_seconds: float = Field(default=10.0, gt=0)
    """For the database; then Postfix keeps the mail and comes again."""
    idle_seconds: float = Field(default=120.0, gt=0)
    """A connection that says nothing for so long is closed."""
