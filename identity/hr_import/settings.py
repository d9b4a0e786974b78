from pydantic import Field

from identity.hr_import.table import ReadLimits


class ImportSettings(ReadLimits):
    """Limits of files and of what one file may take away. Environment: CONGVU_IMPORTS__*."""

    mass_change_entries: int = Field(default=50, ge=0)
    """One file that suspends or closes more accounts than this stops and asks."""
    mass_change_share: float = Field(default=0.05, ge=0, le=1)
    """So does one that takes more than this share of all accounts, 0.05 = 5 %."""
    mass_change_free: int = Field(default=5, ge=0)
    """Up to so many are never asked about, however small the registry."""
    keep_days: int = Field(default=90, ge=1)
    """How long a file and what it would have written are kept, sealed, after planning."""
