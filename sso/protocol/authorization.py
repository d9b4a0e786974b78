"""The authorization endpoint (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2).

`decide` looks at a request and at who is signed in, and says what comes next: a page for the
person, a code for the client, or an error for either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oidc.core.errors import LoginRequiredError
from sqlalchemy.orm import Session

from sso.claims.scopes import scope_told
from sso.clients.registry import Client
from sso.protocol.errors import UnmetAuthenticationRequirements
from sso.protocol.http import sort_pairs
from sso.protocol.id_token_hint import Hint
from sso.protocol.json_input import read_object
from sso.protocol.resource_indicators import requested_resources
from sso.protocol.server import ProtocolRequest, ProtocolServer

AUTHORIZE_PATH = "/oauth2/authorize"
PROMPTS = {"none", "login", "consent", "select_account"}
LONGEST_CLAIMS = 8192
LONGEST_STATE = 4096
THUMBPRINT_LENGTH = 43
ACR_PASSWORD = "urn:congvu:acr:password"  # noqa: S105  # the name of a class
ACR_VALUES = (ACR_PASSWORD,)
"""Authentication context classes on offer, weakest first."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a request, as they came, in a form that can be stored."""

    single: Mapping[str, str]
    many: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Self:
        """Raises InvalidRequestError."""
        return cls(*sort_pairs(pairs))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(stored["single"], stored["many"])

    def to_json(self) -> dict[str, Any]:
        return {"single": dict(self.single), "many": dict(self.many)}


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that may be answered at its redirect address."""

    client: Client
    redirect_uri: str
    scope: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str
    prompts: frozenset[str]
    max_age: int | None
    resources: tuple[str, ...]
    claims: Mapping[str, Any]
    login_hint: str | None
    hint: Hint | None
    dpop_thumbprint: str | None
    ui_locales: tuple[str, ...]

    @property
    def scope_told(self) -> tuple[str, ...]:
        """What people allow: the scope, and what claims that are asked for by name belong to."""
        return scope_told(self.client, self.scope, self.claims)

    @property
    def wanted_sub(self) -> str | None:
        """Whom alone the ID token may be about (OpenID Connect Core sections 3.1.2.2, 5.5.1)."""
        wanted = self.claims.get("id_token", {}).get("sub")
        return wanted.get("value") if isinstance(wanted, dict) else None

    @property
    def is_silent(self) -> bool:
        return "none" in self.prompts


def validate(
    server: ProtocolServer, session: Session, parameters: Parameters, now: datetime
) -> AuthorizationRequest:
    """Raises OAuth2Error, with a redirect address once that is known to be the client's."""
    inner = ProtocolRequest(
        "GET",
        AUTHORIZE_PATH,
        parameters.single,
        session=session,
        now=now,
        many=parameters.many,
    )
    try:
        grant = server.get_authorization_grant(inner)
        redirect_uri: str = grant.validate_consent_request()
    except ValueError as error:  # Authlib quotes what was sent, which an error must not hold
        raise InvalidRequestError("A parameter holds characters that it cannot have.") from error
    try:
        hint = Hint.read(inner.form.get("id_token_hint"), server.issuer.minter)
        return read_request(inner, redirect_uri, hint)
    except OAuth2Error as error:
        error.redirect_uri = redirect_uri
        raise


def read_request(
    inner: ProtocolRequest, redirect_uri: str, hint: Hint | None
) -> AuthorizationRequest:
    """What Authlib has not looked at yet. Raises OAuth2Error for the redirect address."""
    data, client = inner.form, inner.client
    if hint is not None:
        hint.check_client(client.client_id)
    if data.get("response_mode", "query") != "query":
        raise InvalidRequestError("response_mode must be query.")
    claims = _claims(data.get("claims"))
    _check_acr(claims)
    prompts = frozenset(data.get("prompt", "").split())
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("Unknown or contradictory prompt.")
    thumbprint = data.get("dpop_jkt")
    if thumbprint is not None and len(thumbprint) != THUMBPRINT_LENGTH:
        raise InvalidRequestError("dpop_jkt must be a SHA-256 thumbprint.")
    if len(data.get("state", "")) > LONGEST_STATE:
        raise InvalidRequestError("state is too long.")
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        scope=tuple(inner.scope.split()),
        state=data.get("state"),
        nonce=data.get("nonce"),
        code_challenge=data["code_challenge"],
        prompts=prompts,
        max_age=_max_age(data.get("max_age"), client),
        resources=tuple(requested_resources(client, inner.many.get("resource", ()))),
        claims=claims,
        login_hint=data.get("login_hint"),
        hint=hint,
        dpop_thumbprint=thumbprint,
        ui_locales=tuple(data.get("ui_locales", "").split()),
    )


def _max_age(text: str | None, client: Client) -> int | None:
    if text is None:
        return client.description.default_max_age
    if not text.isdecimal() or len(text) > 9:  # noqa: PLR2004  # 30 years
        raise InvalidRequestError("max_age must be a number of seconds.")
    return int(text)


def _claims(text: str | None) -> dict[str, Any]:
    """OpenID Connect Core section 5.5. Raises InvalidRequestError."""
    if text is None:
        return {}
    if len(text) > LONGEST_CLAIMS:
        raise InvalidRequestError("claims is too long.")
    try:
        claims = read_object(text)
    except ValueError as error:
        raise InvalidRequestError("claims must be a JSON object.") from error
    if not all(isinstance(part, dict) for part in claims.values()):
        raise InvalidRequestError("claims must be an object of objects.")
    return {place: claims[place] for place in ("userinfo", "id_token") if place in claims}


def _check_acr(claims: Mapping[str, Any]) -> None:
    """An essential class that we cannot offer is an error; `acr_values` is a mere wish."""
    wanted = claims.get("id_token", {}).get("acr")
    if not isinstance(wanted, dict) or wanted.get("essential") is not True:
        return
    values = wanted.get("values", [wanted["value"]] if "value" in wanted else [])
    if isinstance(values, list) and values and not set(map(str, values)) & set(ACR_VALUES):
        raise UnmetAuthenticationRequirements("No such authentication context class.")


def needs_sign_in(
    request: AuthorizationRequest,
    authenticated_at: datetime | None,
    *,
    asked_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether credentials must be shown before this request is answered.

    `asked_at` is when the person was sent to the sign-in page for this very request, if ever:
    a sign-in since then is what `prompt=login` and `max_age` asked for.
    """
    if authenticated_at is None:
        return True
    if asked_at is not None and authenticated_at >= asked_at:
        return False
    if "login" in request.prompts:
        return True
    if request.max_age is None:
        return False
    return (now - authenticated_at).total_seconds() > request.max_age


def refuse_silently(request: AuthorizationRequest) -> None:
    """Raises LoginRequiredError for `prompt=none`."""
    if request.is_silent:
        raise LoginRequiredError
