"""Why a token was not accepted.

`code` is stable and documented; sentences may be improved. No sentence repeats what the token says,
so that an error may be logged.
"""

from collections.abc import Collection
from typing import ClassVar


class SsoError(Exception):
    """Anything this library refuses or cannot do."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "The token was not accepted."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class TokenRefused(SsoError):
    """The token proves nothing here: answer 401."""


class CredentialsMissing(TokenRefused):
    code = "credentials-missing"
    sentence = "The request carries no access token."


class TokenTooLarge(TokenRefused):
    code = "token-too-large"
    sentence = "The token is larger than the limit."


class TokenMalformed(TokenRefused):
    """Not a signed JWT in compact form, or a claim is missing or of the wrong type."""

    code = "token-malformed"
    sentence = "The token is not a well-formed signed JWT."


class HeaderRefused(TokenRefused):
    """The header brings its own key, points at one, or demands extensions."""

    code = "header-refused"
    sentence = "The token's header names a key source or an extension that is not allowed."


class AlgorithmRefused(TokenRefused):
    code = "algorithm-refused"
    sentence = "The token's algorithm is not allowed, or not for its key."


class TypeWrong(TokenRefused):
    """An ID token where an access token is due, and the like (RFC 8725 section 3.11)."""

    code = "type-wrong"
    sentence = "The token is of another kind than the one expected here."


class KeyUnknown(TokenRefused):
    code = "key-unknown"
    sentence = "The issuer publishes no key of this name."


class SignatureInvalid(TokenRefused):
    code = "signature-invalid"
    sentence = "The signature does not fit the token."


class IssuerWrong(TokenRefused):
    code = "issuer-wrong"
    sentence = "The token is from another issuer."


class AudienceWrong(TokenRefused):
    code = "audience-wrong"
    sentence = "The token is meant for somebody else."


class TokenExpired(TokenRefused):
    code = "token-expired"
    sentence = "The token has expired."


class TokenNotYetValid(TokenRefused):
    code = "token-not-yet-valid"
    sentence = "The token is dated in the future."


class NonceWrong(TokenRefused):
    code = "nonce-wrong"
    sentence = "The ID token does not answer this sign-in."


class AuthenticationTooOld(TokenRefused):
    code = "authentication-too-old"
    sentence = "The person signed in too long ago."


class BindingRefused(TokenRefused):
    """The token is bound to a key or certificate, and the caller did not prove to hold it."""


class BindingUnsupported(BindingRefused):
    code = "binding-unsupported"
    sentence = "The token is bound in a way that is not known here."


class ProofMissing(BindingRefused):
    code = "proof-missing"
    sentence = "The token is bound to a key and needs a DPoP proof."


class ProofInvalid(BindingRefused):
    code = "proof-invalid"
    sentence = "The DPoP proof does not hold for this request."


class ProofReplayed(BindingRefused):
    code = "proof-replayed"
    sentence = "The DPoP proof was used before."


class ProofNonceNeeded(BindingRefused):
    code = "proof-nonce-needed"
    sentence = "The DPoP proof needs a nonce that this server gave."


class CertificateMissing(BindingRefused):
    code = "certificate-missing"
    sentence = "The token is bound to a client certificate, and none was presented."


class CertificateWrong(BindingRefused):
    code = "certificate-wrong"
    sentence = "The token is bound to another client certificate."


class ScopeMissing(SsoError):
    """The token is good but does not allow this: answer 403."""

    code = "scope-missing"
    sentence = "The token does not carry the scope needed here."

    def __init__(self, required: Collection[str]) -> None:
        super().__init__()
        self.required = tuple(required)


class Unavailable(SsoError):
    """Nothing is known against the token, but it cannot be checked now: answer 503."""


class KeysUnavailable(Unavailable):
    code = "keys-unavailable"
    sentence = "The issuer's keys cannot be fetched."


class ReplayMemoryFull(Unavailable):
    code = "replay-memory-full"
    sentence = "Too many DPoP proofs at once to tell a replay."
