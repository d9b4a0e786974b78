from pydantic import BaseModel, Field


class BrakeSettings(BaseModel):
    """When the mass-change brake stops. Environment: CONGVU_DIRECTORY__BRAKE__*."""

    most_accounts: int = Field(default=200, ge=0)
    """Locked or removed in one run without asking."""
    most_percent: float = Field(default=5.0, ge=0, le=100)
    """Of the accounts in the directory."""
    always_allowed: int = Field(default=20, ge=0)
    """So few never stop, whatever share they are."""
