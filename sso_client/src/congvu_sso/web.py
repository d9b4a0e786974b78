"""The two ends of a protected HTTP resource: reading the credentials, answering a refusal."""

from collections.abc import Collection, Mapping
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


def refusal(
    error: SsoError,
    *,
    realm: str = "congvu",
    authorization: str | None = None,
    algorithms: Collection[str] = DEFAULT_ALGORITHMS,
) -> Refusal:
    """What to answer: status and WWW-Authenticate (RFC 6750 section 3, RFC 9449 section 7.1).

    authorization: the header of the request; a client that came with the DPoP scheme is answered
    in it, whatever is wrong.
    algorithms: those of the verifier, which its proofs may use too.
    """
    description = f"{error.code}: {error}"
    if isinstance(error, Unavailable):
        retry = {"Retry-After": str(RETRY_SECONDS)}
        return Refusal(503, "temporarily_unavailable", description, retry)
    code = _code(error)
    parameters = {"realm": realm, "error": code, "error_description": code and description}
    if isinstance(error, ScopeMissing):
        parameters["scope"] = " ".join(error.required)
    scheme = _scheme(error, authorization)
    if scheme == "DPoP":
        parameters["algs"] = " ".join(algorithms)
    challenge = {"WWW-Authenticate": f"{scheme} {_written(parameters)}"}
    return Refusal(403 if isinstance(error, ScopeMissing) else 401, code, description, challenge)


def _code(error: SsoError) -> str | None:
    match error:
        case CredentialsMissing():
            return None
        case ScopeMissing():
            return "insufficient_scope"
        case ProofNonceNeeded():
            return "use_dpop_nonce"
        case ProofInvalid() | ProofReplayed():
            return "invalid_dpop_proof"
        case _:
            return "invalid_token"


def _scheme(error: SsoError, authorization: str | None) -> Literal["Bearer", "DPoP"]:
    """A proof that fails needs another one, and a token that is bound a first one."""
    if isinstance(error, ProofMissing | ProofInvalid | ProofReplayed | ProofNonceNeeded):
        return "DPoP"
    came_with = (authorization or "").strip().partition(" ")[0].lower()
    return "DPoP" if came_with == "dpop" else "Bearer"


def _written(parameters: Mapping[str, str | None]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in parameters.items() if value)
