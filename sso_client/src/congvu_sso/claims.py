"""Reading claims as what they must be. All raise TokenMalformed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from congvu_sso.errors import TokenMalformed

LATEST = 253_402_300_799
"""The last second of the year 9999, beyond which datetime does not reach."""

Claims = Mapping[str, Any]


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON (RFC 8259 section 6)")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):  # parsers differ on which one counts (RFC 7519 section 4)
        raise ValueError("a member is given twice")
    return members


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_without_repetition)


def parse_object(data: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8, without repeated members."""
    try:
        value = _DECODER.decode(data.decode())
    except (ValueError, RecursionError):
        raise TokenMalformed from None  # the cause would quote the token
    if not isinstance(value, dict):
        raise TokenMalformed
    return value


def text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if isinstance(value, str) and value:
        return value
    raise TokenMalformed(f"Claim {name} must be a text.")


def optional_text(claims: Claims, name: str) -> str | None:
    return None if claims.get(name) is None else text(claims, name)


def seconds(claims: Claims, name: str) -> float:
    """A NumericDate (RFC 7519 section 2): seconds since 1970."""
    value: Any = claims.get(name)
    if type(value) in {int, float} and 0 <= value <= LATEST:  # a bool is an int, NaN is never >= 0
        return float(value)
    raise TokenMalformed(f"Claim {name} must be a moment in seconds.")


def moment(claims: Claims, name: str) -> datetime:
    return datetime.fromtimestamp(seconds(claims, name), UTC)


def optional_moment(claims: Claims, name: str) -> datetime | None:
    return None if claims.get(name) is None else moment(claims, name)


def texts(claims: Claims, name: str) -> tuple[str, ...]:
    """One text or an array of them; none at all is an empty tuple."""
    value = claims.get(name)
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    for each in values:
        if not isinstance(each, str):
            raise TokenMalformed(f"Claim {name} must be a text or a list of texts.")
    return tuple(values)


def optional_object(claims: Claims, name: str) -> Claims | None:
    value = claims.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise TokenMalformed(f"Claim {name} must be an object.")
