from typing import Literal

from pydantic import BaseModel, Field, IPvAnyNetwork


class DomainSettings(BaseModel):
    """What the DNS should say of our mail. Environment: CONGVU_DOMAINS__*."""

    mail_hosts: list[str] = []
    """Names of the servers that take mail, the preferred one first; empty for mail.DOMAIN."""
    access_host: str = ""
    """Where mail programs read and submit; empty for the first of the mail hosts."""
    outgoing_addresses: list[IPvAnyNetwork] = []
    """Addresses or networks that send besides the mail hosts, such as ["203.0.113.9"]."""
    dmarc_policy: Literal["none", "quarantine", "reject"] = "quarantine"
    """What others shall do with mail that only pretends to be from us."""
    dmarc_reports: str = ""
    """Address for their reports; empty for postmaster@DOMAIN."""
    name_servers: list[str] = []
    """Addresses to ask when records are checked; empty for those of the system."""
    name_server_port: int = Field(default=53, ge=1, le=65535)
    """Port at those addresses."""
    dns_timeout_seconds: float = Field(default=5.0, gt=0)
    """For each record."""
