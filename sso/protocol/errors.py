"""Errors of the protocols that Authlib has no class for; descriptions are ASCII (RFC 6749)."""

from authlib.oauth2 import OAuth2Error

from kernel.errors import ERROR_KINDS, TooMany


class InvalidTarget(OAuth2Error):
    """RFC 8707 section 2."""

    error = "invalid_target"


class InvalidProof(OAuth2Error):
    """RFC 9449 section 5."""

    error = "invalid_dpop_proof"


class UnmetAuthenticationRequirements(OAuth2Error):
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0."""

    error = "unmet_authentication_requirements"


class InvalidRequestObject(OAuth2Error):
    """OpenID Connect Core section 3.1.2.6, RFC 9101 section 6."""

    error = "invalid_request_object"


class InvalidRequestUri(OAuth2Error):
    """RFC 9126 section 2.3: an unknown or used reference."""

    error = "invalid_request_uri"


class InvalidClientMetadata(OAuth2Error):
    """RFC 7591 section 3.2.2."""

    error = "invalid_client_metadata"


class InvalidRedirectUri(OAuth2Error):
    """RFC 7591 section 3.2.2."""

    error = "invalid_redirect_uri"


class TooManyRequests(OAuth2Error):
    """RFC 6585 section 4."""

    error = "temporarily_unavailable"
    status_code = ERROR_KINDS[TooMany]

    def __init__(self, description: str, seconds: int) -> None:
        super().__init__(description)
        self.seconds = seconds


class InvalidToken(OAuth2Error):
    """RFC 6750 section 3.1."""

    error = "invalid_token"
    status_code = 401


class NothingShown(InvalidToken):
    """No token at all, which is no fault of one (RFC 6750 section 3.1)."""


class UnprovenToken(InvalidToken):
    """It is bound to a key that was not shown (RFC 9449 section 7.1)."""


class RefusedProof(InvalidProof):
    """At a resource, where it is a matter of credentials (RFC 9449 section 7.1)."""

    status_code = 401


class InsufficientScope(OAuth2Error):
    """RFC 6750 section 3.1."""

    error = "insufficient_scope"
    status_code = 403

    def __init__(self, description: str, scope: str | None = None) -> None:
        super().__init__(description)
        self.scope = scope
        """What the token would have to say."""


class RequestTooLarge(OAuth2Error):
    error = "invalid_request"
    status_code = 413


class RequestTooSlow(OAuth2Error):
    error = "invalid_request"
    status_code = 408
