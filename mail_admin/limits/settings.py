from pydantic import BaseModel, Field


class LimitSettings(BaseModel):
    """How much an account may send to the outside. Environment: CONGVU_LIMITS__*."""

    outside_recipients: int = Field(default=250, ge=1)
    """Recipients outside the province within the window; one more locks the account. Decision
    162/2025/QĐ-UBND of Ninh Bình: 250 mails in 10 minutes."""
    window_minutes: int = Field(default=10, ge=1, le=1440)
    """Length of the window, which moves along."""
    operator_address: str = ""
    """Who is told of every account that was locked for it, besides its organisation."""
    host: str = "127.0.0.1"
    """Where the program that Postfix asks listens. It has no sign-in: only Postfix may reach it."""
    port: int = Field(default=8015, ge=1, le=65535)
    """Port it listens at."""
    answer_seconds: float = Field(default=3.0, gt=0)
    """Then mail flows uncounted, and mail to lists is put off: less than Postfix waits."""
