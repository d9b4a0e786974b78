"""What an access token is bound to (RFC 7800): a key, a certificate, or nothing."""

from collections.abc import Mapping

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from sso.protocol.client_authentication import Caller
from sso.protocol.dpop import Proof


def confirmation(caller: Caller, proof: Proof | None) -> Mapping[str, str] | None:
    """Raises InvalidRequestError when a client that must show its certificate did not.

    A proof does not take the place of the certificate: then the token is bound to both.
    """
    found = {} if proof is None else {"jkt": proof.thumbprint}
    if caller.client.description.tls_client_certificate_bound_access_tokens:
        if caller.certificate_thumbprint is None:
            raise InvalidRequestError("This client must show its certificate.")
        found["x5t#S256"] = caller.certificate_thumbprint
    return found or None
