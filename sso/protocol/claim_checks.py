"""What is checked alike of the tokens that clients sign: assertions, request objects, proofs."""

from collections.abc import Mapping
from typing import Any

LEEWAY_SECONDS = 30
"""How far the clock of another machine may be from ours."""
LONGEST_IDENTIFIER = 255


class BadClaim(ValueError):
    """Its text is fit to be told."""


def number(claims: Mapping[str, Any], name: str, default: float | None = None) -> float:
    """To be compared, not subtracted from: it may be of any size. Raises BadClaim."""
    value = claims.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadClaim(f"{name} must be a number.")
    return value


def check_times(claims: Mapping[str, Any], moment: float, longest_seconds: float) -> None:
    """`exp` is a must, `iat` and `nbf` (RFC 7519 section 4.1) are not. Raises BadClaim."""
    expires = number(claims, "exp")
    if not moment - LEEWAY_SECONDS < expires <= moment + longest_seconds:
        raise BadClaim("It has expired or lasts too long.")
    for name in ("nbf", "iat"):
        if number(claims, name, moment) > moment + LEEWAY_SECONDS:
            raise BadClaim("It is from the future.")


def identifier(claims: Mapping[str, Any]) -> str:
    """`jti`, of a length that can be kept. Raises BadClaim."""
    value = claims.get("jti")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_IDENTIFIER:
        raise BadClaim("jti must be a short text.")
    return value
