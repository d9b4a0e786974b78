"""What we announce of ourselves (RFC 8414, OpenID Connect Discovery 1.0): exactly what works."""

import hashlib
import json
from typing import Any

from sso.claims.scopes import CLAIMS, Scope
from sso.clients.description import AuthMethod, GrantType, SubjectType
from sso.keys.models import Algorithm
from sso.keys.signatures import FOREIGN_ALGORITHMS
from sso.protocol.authorization import ACR_VALUES, PROMPTS

OPENID_PATH = "/.well-known/openid-configuration"
OAUTH_PATH = "/.well-known/oauth-authorization-server"
OURS = [algorithm.value for algorithm in Algorithm]
METHODS = [method.value for method in AuthMethod]
BY_CERTIFICATE = {AuthMethod.TLS_CLIENT_AUTH, AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH}
FOREIGN = list(FOREIGN_ALGORITHMS)


def metadata(issuer: str, *, certificates: bool) -> dict[str, Any]:
    """One document serves both addresses. `certificates`: a proxy tells of those of clients."""
    return {
        "issuer": issuer,
        **_endpoints(issuer),
        "scopes_supported": [scope.value for scope in Scope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [grant.value for grant in GrantType],
        "subject_types_supported": [kind.value for kind in SubjectType],
        "acr_values_supported": list(ACR_VALUES),
        "prompt_values_supported": sorted(PROMPTS),
        "display_values_supported": ["page"],
        "claim_types_supported": ["normal"],
        "claims_supported": ["sub", "iss", "auth_time", "acr", "amr", "act", "sid", *CLAIMS],
        "claims_parameter_supported": True,
        "ui_locales_supported": ["vi", "en"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        **_authentication(certificates=certificates),
        **_signatures(),
        **_requests(),
        **_logout(),
    }


def _endpoints(issuer: str) -> dict[str, Any]:
    oauth2 = f"{issuer}/oauth2"
    return {
        "authorization_endpoint": f"{oauth2}/authorize",
        "token_endpoint": f"{oauth2}/token",
        "userinfo_endpoint": f"{oauth2}/userinfo",
        "jwks_uri": f"{oauth2}/jwks",
        "introspection_endpoint": f"{oauth2}/introspect",
        "revocation_endpoint": f"{oauth2}/revoke",
        "pushed_authorization_request_endpoint": f"{oauth2}/par",
        "device_authorization_endpoint": f"{oauth2}/device_authorization",
        "registration_endpoint": f"{oauth2}/register",
        "end_session_endpoint": f"{oauth2}/logout",
    }


def _authentication(*, certificates: bool) -> dict[str, Any]:
    usable = [name for name in METHODS if certificates or name not in BY_CERTIFICATE]
    proving = [name for name in usable if name != AuthMethod.NONE]
    found: dict[str, Any] = {"tls_client_certificate_bound_access_tokens": certificates}
    for endpoint, methods in (
        ("token", usable),
        ("introspection", proving),
        ("revocation", usable),
    ):
        found[f"{endpoint}_endpoint_auth_methods_supported"] = methods
        found[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = FOREIGN
    return found


def _signatures() -> dict[str, Any]:
    return {
        "id_token_signing_alg_values_supported": OURS,
        "userinfo_signing_alg_values_supported": OURS,
        "introspection_signing_alg_values_supported": OURS,
        "dpop_signing_alg_values_supported": FOREIGN,
    }


def _requests() -> dict[str, Any]:
    return {
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "require_pushed_authorization_requests": False,
        "require_signed_request_object": False,
        "request_object_signing_alg_values_supported": FOREIGN,
    }


def _logout() -> dict[str, Any]:
    return {
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }


class Document:
    """A JSON text that is the same for everybody, with its entity tag."""

    def __init__(self, value: Any) -> None:
        self.body = json.dumps(value).encode()
        self.etag = f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'
