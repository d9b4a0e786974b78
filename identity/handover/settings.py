from pydantic import BaseModel, Field, field_validator

from identity.accounts.reset_mail import RESET_PATH
from identity.handover.batch import Purpose

ACTIVATION_PATH = "/kich-hoat"
"""Short and in Vietnamese, because people type it from paper."""


class HandoverSettings(BaseModel):
    """What the letters say of us. Environment: CONGVU_HANDOVER__*."""

    public_url: str = ""
    """Where people reach the service, for instance https://congvu.backan.gov.vn.

    Empty for the public address of the web server, which whoever starts the product fills in.
    """
    issuing_office: str = "Trung tâm Công nghệ thông tin và Truyền thông"
    """Who sends the letters and answers for them; printed at their head."""
    contact: str = ""
    """Whom to call, in one line: telephone, address, hours. Left out when empty."""
    lifetime_days: int = Field(default=30, ge=1, le=180)
    """How long a code may wait to be used; printed on the letter."""

    @field_validator("public_url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("public_url starts with https:// or http://")
        return url.rstrip("/")

    @property
    def activation_url(self) -> str:
        return self.public_url + ACTIVATION_PATH

    def address_for(self, purpose: Purpose) -> str:
        """Where the codes of a letter are typed."""
        if purpose is Purpose.RESET:
            return self.public_url + RESET_PATH
        return self.activation_url

    def link_for(self, purpose: Purpose, code: str) -> str:
        """For the QR code. The code is a fragment, which browsers never send.

        So it reaches no access log, proxy or Referer header (RFC 9110 section 10.1.3); the page
        reads it there, and without scripts people type it.
        """
        return f"{self.address_for(purpose)}#{code}"
