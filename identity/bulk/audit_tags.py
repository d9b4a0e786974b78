import enum


class BulkAuditTag(enum.StrEnum):
    """What a plan does to each account or person has records of its own."""

    MADE = "bulk-plan:made"
    """Also anew, to undo another; with how many would change."""
    CONFIRMED = "bulk-plan:confirmed"
    GIVEN_UP = "bulk-plan:given-up"
