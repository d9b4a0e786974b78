"""The console as a client of our own provider: OpenID Connect code flow with PKCE.

It speaks the protocol like any other system, only that the call to the token endpoint does not
leave the process: no proxy and no name server stands between the two.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

import httpx
from starlette.types import ASGIApp

from console.session.step import Step
from kernel.errors import Forbidden
from sso.assembly import SingleSignOn
from sso.protocol.authorization import AUTHORIZE_PATH
from sso.tokens.minting import TokenType

CLIENT_ID = "congvu-console"
CALLBACK_PATH = "/quan-tri/da-dang-nhap"
TOKEN_PATH = "/oauth2/token"  # noqa: S105  # an address
SCOPE = "openid profile"


class SignInRefused(Forbidden):
    code = "console-sign-in-refused"

    def __init__(self) -> None:
        super().__init__(
            "Không vào được trang quản trị: lần đăng nhập đã quá lâu hoặc bị từ chối. "
            "Hãy mở lại trang.",
            "The console could not be entered: the sign-in was too long ago or was refused. "
            "Open the page again.",
        )


@dataclass(frozen=True, slots=True)
class Entered:
    participation_id: UUID
    """The `sid` of the ID token."""


class RelyingParty:
    def __init__(self, sign_on: SingleSignOn, provider: ASGIApp) -> None:
        self._sign_on = sign_on
        self._provider = provider

    @property
    def redirect_uri(self) -> str:
        return self._sign_on.issuer + CALLBACK_PATH

    def authorization_address(self, step: Step, language: str) -> str:
        digest = hashlib.sha256(step.verifier.encode()).digest()
        query = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "state": step.state,
            "nonce": step.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        return f"{AUTHORIZE_PATH}?{urlencode(query)}"

    async def redeem(self, step: Step, code: str, now: datetime) -> Entered:
        """Raises SignInRefused."""
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": step.verifier,
        }
        inside = httpx.ASGITransport(self._provider)
        async with httpx.AsyncClient(transport=inside, base_url=self._sign_on.issuer) as client:
            answer = await client.post(TOKEN_PATH, data=form)
        if answer.status_code != httpx.codes.OK:
            raise SignInRefused
        claims = self._sign_on.minter.read(answer.json()["id_token"], TokenType.ID)
        return Entered(_sid(claims, step, now))


def _sid(claims: Mapping[str, object] | None, step: Step, now: datetime) -> UUID:
    """OpenID Connect Core section 3.1.3.7; signature and issuer are checked by now.

    Raises SignInRefused.
    """
    if (
        claims is None
        or claims.get("aud") != CLIENT_ID
        or claims.get("nonce") != step.nonce
        or not isinstance(expiry := claims.get("exp"), int)
        or expiry <= now.timestamp()
    ):
        raise SignInRefused
    return UUID(str(claims["sid"]))
