from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, model_validator

from identity.directory.brake_settings import BrakeSettings
from identity.directory.server import tree

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class ComparisonSettings(BaseModel):
    """When the worker compares by itself. Environment: CONGVU_DIRECTORY__COMPARISON__*."""

    daily: bool = True
    """Compare the directory with the registry once a day; else only when somebody asks."""
    hour: int = Field(default=2, ge=0, le=23)
    """Hour of the day in Vietnam at which that begins, a quarter past."""


class DirectorySettings(BaseModel):
    """How to reach the LDAP directory. Environment: CONGVU_DIRECTORY__*."""

    uri: str
    """For instance ldaps://ldap.example.org, or ldap:// with `start_tls`."""
    base_dn: str
    """For instance dc=backan,dc=gov,dc=vn."""
    bind_dn: str = ""
    """Identity of the reconciler; empty for cn=writer of our own server."""
    bind_password: SecretStr
    """Of that identity."""
    authority: Path | None = None
    """Certificate of the authority that signed the server's; empty for those of the system."""
    start_tls: bool = False
    """Turn an ldap:// connection into an encrypted one before anything else."""
    connect_timeout_seconds: float = Field(default=5.0, gt=0)
    """Limit for getting a connection."""
    timeout_seconds: float = Field(default=30.0, gt=0)
    """Limit for one operation, the commit of a whole group included."""
    group_size: int = Field(default=500, ge=1, le=5000)
    """Operations in one LDAP transaction: one flush to disk for all of them."""
    brake: BrakeSettings = BrakeSettings()
    """When a run stops and asks before it locks or removes accounts."""
    comparison: ComparisonSettings = ComparisonSettings()
    """When the worker compares by itself."""
    page_size: int = Field(default=1000, ge=1)
    """Entries in one page of a streaming read."""

    @model_validator(mode="after")
    def _never_in_clear(self) -> Self:
        """Passwords cross the network only encrypted; loopback is no network."""
        address = urlsplit(self.uri)
        if address.scheme not in {"ldap", "ldaps"}:
            raise ValueError(f"directory uri must be ldap:// or ldaps://, got {self.uri}")
        encrypted = address.scheme == "ldaps" or self.start_tls
        if not encrypted and address.hostname not in LOOPBACK:
            raise ValueError("plain ldap:// is for loopback only; use ldaps:// or start_tls")
        if not self.bind_password.get_secret_value():
            # RFC 4513 section 5.1.2: the server would take it for an anonymous sign-in
            raise ValueError("directory bind_password must not be empty")
        return self

    @property
    def identity(self) -> str:
        return self.bind_dn or tree.writer_dn(self.base_dn)
