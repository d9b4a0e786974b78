"""The two ends of a protected HTTP resource: reading the credentials, answering a refusal."""

from dataclasses import dataclass, field
from typing import Literal

from congvu_sso.errors import (
    CredentialsMissing,
    ProofInvalid,
    ProofMissing,
    ProofNonceNeeded,
    ProofReplayed,
    ScopeMissing,
    SsoError,
    Unavailable,
)
from congvu_sso.public_keys import DEFAULT_ALGORITHMS

RETRY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Credentials:
    scheme: Literal["bearer", "dpop"]
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without a framework."""

    status: int
    error: str | None
    """RFC 6750 section 3.1, RFC 9449 section 7.1; None when nothing was presented."""
    description: str
    headers: dict[str, str]


def read_credentials(authorization: str | None) -> Credentials:
    """From the Authorization header, never from the address (RFC 9700 section 4.3.2).

    Raises CredentialsMissing, also for other schemes.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    match scheme.lower():
        case "bearer" | "dpop" as known if token:
            return Credentials(known, token.strip())
        case _:
            raise CredentialsMissing


def refusal(error: SsoError, *, realm: str = "congvu") -> Refusal:
    """What to answer: status and WWW-Authenticate (RFC 6750 section 3, RFC 9449 section 7.1)."""
    description = f"{error.code}: {error}"
    match error:
        case Unavailable():
            retry = {"Retry-After": str(RETRY_SECONDS)}
            return Refusal(503, "temporarily_unavailable", description, retry)
        case ScopeMissing():
            scopes = " ".join(error.required)
            challenge = _challenge("Bearer", realm, "insufficient_scope", description, scope=scopes)
            return Refusal(403, "insufficient_scope", description, challenge)
        case CredentialsMissing():
            return Refusal(401, None, description, _challenge("Bearer", realm))
        case ProofMissing() | ProofInvalid() | ProofReplayed() | ProofNonceNeeded():
            code, algorithms = _dpop_error(error), " ".join(DEFAULT_ALGORITHMS)
            challenge = _challenge("DPoP", realm, code, description, algs=algorithms)
            return Refusal(401, code, description, challenge)
        case _:
            challenge = _challenge("Bearer", realm, "invalid_token", description)
            return Refusal(401, "invalid_token", description, challenge)


def _dpop_error(error: SsoError) -> str:
    match error:
        case ProofNonceNeeded():
            return "use_dpop_nonce"
        case ProofInvalid() | ProofReplayed():
            return "invalid_dpop_proof"
        case _:
            return "invalid_token"


def _challenge(
    scheme: str,
    realm: str,
    error: str | None = None,
    description: str | None = None,
    **more: str,
) -> dict[str, str]:
    parameters = {"realm": realm, "error": error, "error_description": description, **more}
    written = ", ".join(f'{name}="{value}"' for name, value in parameters.items() if value)
    return {"WWW-Authenticate": f"{scheme} {written}"}
