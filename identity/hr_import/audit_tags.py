import enum


class ImportAuditTag(enum.StrEnum):
    PLANNED = "import:planned"
    CORRECTED = "import:corrected"
    """Cells were retyped or questions answered; the file is planned again."""
    CONFIRMED = "import:confirmed"
    APPLIED = "import:applied"
    ROW_SHOWN = "import:row-shown"
    """A row was opened with everything that stands in it."""
    GIVEN_UP = "import:given-up"
    """The file was dropped before anything was written."""
