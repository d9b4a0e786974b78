from datetime import timedelta
from typing import Self

from pydantic import BaseModel, Field, model_validator

LONGEST_ACCESS_TOKEN_SECONDS = 600


class SignOnSettings(BaseModel):
    """Sessions, tokens and keys of single sign-on. Environment: CONGVU_SSO__*."""

    session_idle_minutes: int = Field(default=60, ge=1)
    """A session that nobody used for so long has ended."""
    session_hours: int = Field(default=12, ge=1, le=24 * 7)
    """A session ends after so long, however busy: one password entry for a working day."""
    session_history_days: int = Field(default=180, ge=1)
    """Sessions are remembered so long after their end; regulations ask for six months."""
    remembered_device_days: int = Field(default=90, ge=0)
    """How long a browser is known after a sign-in; what strangers type does not slow it down."""
    access_token_seconds: int = Field(default=300, ge=30, le=LONGEST_ACCESS_TOKEN_SECONDS)
    """Lifetime of access and ID tokens, which others check without asking us."""
    authorization_code_seconds: int = Field(default=60, ge=10, le=600)
    """Lifetime of an authorisation code."""
    interaction_minutes: int = Field(default=30, ge=1)
    """How long the sign-in page may stay open before the system has to send people again."""
    refresh_token_days: int = Field(default=30, ge=1)
    """Of `offline_access`; other refresh tokens end with the session."""
    refresh_retry_seconds: int = Field(default=10, ge=0, le=60)
    """The same refresh token may come again so soon: the answer was lost on the way."""
    device_code_minutes: int = Field(default=10, ge=1, le=30)
    """How long somebody has to type the code that a device shows."""
    pushed_request_seconds: int = Field(default=90, ge=10, le=600)
    """Lifetime of a request that a system has pushed."""
    key_days: int = Field(default=90, ge=2)
    """A signing key signs for so long."""
    key_lead_hours: int = Field(default=24, ge=1)
    """A key is published so long before it signs; must exceed `jwks_cache_seconds`."""
    jwks_cache_seconds: int = Field(default=3600, ge=60)
    """How long others may keep our public keys before they ask again."""
    cas_ticket_seconds: int = Field(default=10, ge=5, le=300)
    """Lifetime of a CAS service ticket."""

    @model_validator(mode="after")
    def _keys_are_known_in_time(self) -> Self:
        """Else tokens would be signed by a key that whoever caches ours has not seen."""
        if self.key_lead <= timedelta(seconds=self.jwks_cache_seconds):
            raise ValueError("key_lead_hours must be longer than jwks_cache_seconds")
        return self

    @property
    def session_lifetime(self) -> timedelta:
        return timedelta(hours=self.session_hours)

    @property
    def idle_lifetime(self) -> timedelta:
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def key_lead(self) -> timedelta:
        return timedelta(hours=self.key_lead_hours)
