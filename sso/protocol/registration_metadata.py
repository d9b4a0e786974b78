"""Which part of a client's description the client may give itself (RFC 7591 section 2).

Only what a standard names. What the province decides about a system (who may use it, whose tokens
it may exchange, what it is told) stays as it is, and people are always asked for consent.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sso.claims.scopes import Scope
from sso.clients.description import ClientDescription, GrantType
from sso.clients.keys import import_keys
from sso.keys.models import Algorithm
from sso.protocol.errors import InvalidClientMetadata, InvalidRedirectUri

NAMES = """
    client_name client_uri policy_uri tos_uri contacts redirect_uris
    post_logout_redirect_uris initiate_login_uri grant_types response_types application_type
    token_endpoint_auth_method token_endpoint_auth_signing_alg jwks jwks_uri
    tls_client_auth_subject_dn tls_client_auth_san_dns tls_client_certificate_bound_access_tokens
    dpop_bound_access_tokens require_pushed_authorization_requests require_signed_request_object
    request_object_signing_alg id_token_signed_response_alg userinfo_signed_response_alg
    introspection_signed_response_alg subject_type sector_identifier_uri default_max_age
    require_auth_time backchannel_logout_uri backchannel_logout_session_required
    frontchannel_logout_uri frontchannel_logout_session_required
"""
STANDARD = frozenset(NAMES.split())
"""Read and told as they are; `scope` and names in other languages have another form."""
TRANSLATED = frozenset({"scope", "client_name_en"})
ENGLISH_NAME = "client_name#en"
SCOPES = frozenset(
    {
        Scope.OPENID,
        Scope.PROFILE,
        Scope.EMAIL,
        Scope.ORGANISATION,
        Scope.APPOINTMENTS,
        Scope.GROUPS,
        Scope.OFFLINE_ACCESS,
    }
)
"""Numbers by which people are known elsewhere are for systems that the province registers."""
GRANT_TYPES = frozenset(
    {GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN, GrantType.DEVICE_CODE}
)
"""A person stands behind each of these."""
DEFAULTS: Mapping[str, Any] = {
    "id_token_signed_response_alg": Algorithm.RS256.value,  # OpenID Connect Registration section 2
    "require_consent": True,
}


def description_of(
    metadata: Mapping[str, Any], client_id: str, before: ClientDescription | None = None
) -> ClientDescription:
    """Raises InvalidClientMetadata, InvalidRedirectUri. Names that we do not know are ignored.

    With a former description: what the client does not decide stays as it is there.
    """
    kept = {} if before is None else _decided_here(before)
    given = {
        name: value for name, value in metadata.items() if name in STANDARD and value is not None
    }
    if ENGLISH_NAME in metadata:
        given["client_name_en"] = metadata[ENGLISH_NAME]
    given.setdefault("client_name", client_id)
    if metadata.get("scope") is not None:
        given["scope"] = _scope(metadata["scope"], before)
    description = _validated({**DEFAULTS, **kept, **given})
    _check_grants(description, before)
    if description.jwks is not None and import_keys(description.jwks) is None:
        raise InvalidClientMetadata("jwks: public keys only, of a kind and size that is accepted")
    return description


def metadata_of(description: ClientDescription) -> dict[str, Any]:
    """What is registered, as RFC 7591 section 3.2.1 has it; empty values are left out."""
    values = description.model_dump(mode="json")
    told = {name: values[name] for name in sorted(STANDARD) if values[name] not in (None, [])}
    told["scope"] = " ".join(description.scope)
    if description.client_name_en:
        told[ENGLISH_NAME] = description.client_name_en
    return told


def _decided_here(before: ClientDescription) -> dict[str, Any]:
    values = before.model_dump(mode="json")
    return {name: values[name] for name in values.keys() - STANDARD - TRANSLATED}


def _scope(asked: object, before: ClientDescription | None) -> list[str]:
    """What of it is open to such clients: an authorization server may register less."""
    if not isinstance(asked, str):
        raise InvalidClientMetadata("scope: must be names with spaces between")
    allowed = SCOPES | set(before.scope if before else ())
    names = [name for name in dict.fromkeys(asked.split()) if name in allowed]
    if not names:
        raise InvalidClientMetadata("scope: nothing of it can be had by registration")
    return names


def _check_grants(description: ClientDescription, before: ClientDescription | None) -> None:
    allowed = GRANT_TYPES | set(before.grant_types if before else ())
    if not allowed.issuperset(description.grant_types):
        raise InvalidClientMetadata("grant_types: not open to clients that register themselves")


def _validated(values: dict[str, Any]) -> ClientDescription:
    """Strict: no text for a number, no number for a text."""
    try:
        return ClientDescription.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    sentence = printable(f"{place}: {message}" if place else message)
    kind = InvalidRedirectUri if sentence.startswith("redirect_uris") else InvalidClientMetadata
    raise kind(sentence)


def printable(sentence: str) -> str:
    """An error may quote what was sent, but not every character of it (RFC 6749 section 5.2)."""
    return "".join(
        character if " " <= character <= "~" and character not in '"\\' else "?"
        for character in sentence[:300]
    )
