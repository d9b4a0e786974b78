"""WWW-Authenticate: what was missing (RFC 6750 section 3, RFC 9449 section 7.1)."""

from authlib.oauth2 import OAuth2Error

from sso.keys.signatures import FOREIGN_ALGORITHMS
from sso.protocol.errors import InsufficientScope, NothingShown, RefusedProof, UnprovenToken

UNAUTHORISED = 401


def challenge(error: OAuth2Error, scheme: str) -> str | None:
    """None for errors that no credentials would mend. `scheme`: what the endpoint asks for."""
    if error.status_code != UNAUTHORISED and not isinstance(error, InsufficientScope):
        return None
    if isinstance(error, RefusedProof | UnprovenToken):
        algorithms = " ".join(FOREIGN_ALGORITHMS)
        return f'DPoP realm="congvu", error="{error.error}", algs="{algorithms}"'
    if isinstance(error, NothingShown):
        return f'{scheme} realm="congvu"'
    if isinstance(error, InsufficientScope) and error.scope:
        return f'{scheme} realm="congvu", error="{error.error}", scope="{error.scope}"'
    return f'{scheme} realm="congvu", error="{error.error}"'
