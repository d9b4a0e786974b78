"""Sites behind a proxy that asks us about every request: who comes back to which of them.

A site is a client whose redirect address is `/oauth2/auth/callback` on its own host. What its
cookie says is sealed for this one client, so that the cookie of one site opens no other, and names
the grant that it rests on: when that has ended, the cookie is worth nothing.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import base64url
from kernel.clock import office_day
from kernel.encryption import KeyRing, Unsealable
from kernel.errors import Conflict
from sso.claims.scopes import Scope
from sso.claims.subject import load_subject
from sso.clients.registry import Client
from sso.protocol.authorization import AUTHORIZE_PATH
from sso.protocol.server import ProtocolServer
from sso.tokens.grants import consume_code, revoke_grant
from sso.tokens.models import Grant

START_PATH = "/oauth2/auth/start"
CALLBACK_PATH = "/oauth2/auth/callback"
LONGEST_TARGET = 2000
LONGEST_COOKIE = 3800
"""Browsers keep 4096 bytes with the name and the attributes."""
VISIT, SITE = "site visit", "site session"


class TooMuchToTell(Conflict):
    code = "site-cookie-too-large"

    def __init__(self) -> None:
        super().__init__(
            "Thông tin về tài khoản quá dài cho hệ thống này; hãy bớt phạm vi (scope) của nó.",
            "What this system is told of the account is too long; register fewer scopes for it.",
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody on the way from a site to the sign-in page and back: the `state` of the request."""

    client_id: str
    target: str
    """A path on the site."""
    nonce: str
    until: float


@dataclass(frozen=True, slots=True)
class SiteSession:
    """What the cookie of a site holds."""

    grant_id: UUID
    told: Mapping[str, str]
    """What the site hears of the person, by the last word of the header."""


class Sites:
    def __init__(self, server: ProtocolServer, ring: KeyRing) -> None:
        self._server = server
        self._ring = ring

    def redirect_uri(self, client_id: str | None, host: str | None) -> str | None:
        """Where a site's people come back to; None for what is no site."""
        client = self._server.query_client(client_id) if client_id else None
        registered = client.description.redirect_uris if client else []
        fitting = [uri for uri in registered if urlsplit(uri).path == CALLBACK_PATH]
        here = [uri for uri in fitting if urlsplit(uri).netloc == host]
        return next(iter(here or fitting), None)

    def begin(
        self, client_id: str, redirect_uri: str, target: str, secret: str, now: datetime
    ) -> str:
        """The address to send the browser to that keeps this secret."""
        client = self._server.query_client(client_id)
        minutes = self._server.settings.interaction_minutes
        visit = Visit(
            client_id,
            target,
            secrets.token_urlsafe(16),
            (now + timedelta(minutes=minutes)).timestamp(),
        )
        scopes = client.description.scope if client else []
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(name for name in scopes if name != Scope.OFFLINE_ACCESS),
            "state": self._seal(VISIT, _plain(visit)),
            "code_challenge": _challenge(self._verifier(visit, secret)),
            "code_challenge_method": "S256",
        }
        return f"{self._server.issuer.minter.issuer}{AUTHORIZE_PATH}?{urlencode(query)}"

    def visit(self, state: str) -> Visit | None:
        """None for what we did not make."""
        found = self._open(VISIT, state)
        return Visit(**found) if found else None

    def enter(
        self, session: Session, visit: Visit, secret: str, code: str, now: datetime
    ) -> str | None:
        """Spend the code; the cookie of the site, or None when it is not this browser's.

        The verifier is made from the secret of the browser, so that nobody's code works in
        somebody else's (RFC 9700 section 4.5.3). Raises TooMuchToTell.
        """
        client = self._server.query_client(visit.client_id)
        found = consume_code(session, code, client, now=now) if client else None
        if client is None or found is None:
            return None
        row, grant = found
        challenge = _challenge(self._verifier(visit, secret))
        if (
            not hmac.compare_digest(row.code_challenge, challenge)
            or urlsplit(row.redirect_uri).path != CALLBACK_PATH
        ):
            revoke_grant(session, grant.id, "verifier_mismatch", now=now)
            return None
        cookie = self._seal(
            f"{SITE}\0{client.client_id}",
            {"grant": str(grant.id), "told": self._told(session, client, grant, now)},
        )
        if len(cookie) > LONGEST_COOKIE:
            raise TooMuchToTell
        return cookie

    def session_of(self, client: Client, cookie: str) -> SiteSession | None:
        found = self._open(f"{SITE}\0{client.client_id}", cookie)
        return SiteSession(UUID(found["grant"]), found["told"]) if found else None

    def _told(self, session: Session, client: Client, grant: Grant, now: datetime) -> Any:
        subject = load_subject(session, grant.account_id, office_day(now))
        claims = self._server.claims
        released = claims.released(session, client, subject, grant.scope)
        sub = claims.sub(client, grant.account_id)
        told = {
            "Subject": sub,
            "User": released.get("preferred_username", sub),
            "Name": released.get("name"),
            "Email": released.get("email"),
            "Groups": ",".join(released.get("groups", [])),
        }
        if grant.actor_account_id is not None:
            told["Actor"] = claims.sub(client, grant.actor_account_id)
        return {name: value for name, value in told.items() if value}

    def _verifier(self, visit: Visit, secret: str) -> str:
        """Of RFC 7636: nobody knows it before the browser is back with its secret."""
        digest = self._ring.index(f"{visit.nonce}\0{secret}", "site-verifier")
        return base64url.encode(digest)

    def _seal(self, context: str, content: Any) -> str:
        """Without padding: a cookie with `=` in it would be quoted, and come back so."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        sealed = self._ring.seal(text.encode(), context)
        return base64url.encode(sealed)

    def _open(self, context: str, text: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._ring.open(base64url.decode(text), context))
        except (Unsealable, ValueError, IndexError):
            return None
        return found


def read_start(query: bytes) -> tuple[str | None, str]:
    """Client and target of `client_id=…&rd=…`, where everything after `rd=` is the target.

    Proxies can write the address that was asked for only as it is (nginx: `$request_uri`), with
    a query of its own in it; percent-encoded as a whole it is understood too.
    """
    head, _, target = query.decode("latin-1").partition("&rd=")
    client_id = next(iter(parse_qs(head).get("client_id", ())), None)
    if target[:3].lower() == "%2f":
        target = unquote(target, errors="replace")
    return client_id, target if _is_path(target) else "/"


def _is_path(target: str) -> bool:
    """A path of this host: browsers take two slashes, or backslashes, for another one."""
    if not target.startswith("/") or len(target) > LONGEST_TARGET:
        return False
    return target[1:2] not in {"/", "\\"} and all("!" <= letter <= "~" for letter in target)


def _plain(visit: Visit) -> dict[str, Any]:
    return {
        "client_id": visit.client_id,
        "target": visit.target,
        "nonce": visit.nonce,
        "until": visit.until,
    }


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64url.encode(digest)
