import enum


class SheetKind(enum.StrEnum):
    PEOPLE = "people"
    REQUESTS = "requests"
    """An official request form: no identity numbers, or a column that says what is asked for."""
    ORGANISATIONS = "organisations"
    ORGANISATION_ACCOUNTS = "organisation_accounts"
