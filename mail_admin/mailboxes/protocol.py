"""What is signed for when an organisation account passes from hand to hand."""

from datetime import date

from pydantic import BaseModel


class Party(BaseModel):
    name: str
    position: str | None = None
    organisation: str | None = None


class HandedAddress(BaseModel):
    address: str
    is_primary: bool
    until: date | None = None
    """First day on which a further address is no longer delivered."""


class Protocol(BaseModel):
    """As it was on the day: printed again it says the same."""

    day: date
    superior: str | None
    organisation: str
    account_name: str
    login: str
    addresses: list[HandedAddress]
    quota_bytes: int | None
    stored_bytes: int | None
    """As last measured; None when it never was."""
    givers: list[Party]
    """Empty when nobody was custodian before."""
    receiver: Party
    reason: str
    document_number: str | None = None
    document_date: date | None = None
