"""JSON that strangers send: objects without surprises, or nothing."""

import json
from typing import Any


def read_object(text: str | bytes) -> dict[str, Any]:
    """The object that a text holds.

    Raises ValueError for anything else: repeated names, NaN, nesting without end, and characters
    that no database keeps.
    """
    try:
        found = json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refused)
        check_storable(found)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # one kind of error for one kind of caller
    return found


def check_storable(value: object) -> None:
    """Raises ValueError for what PostgreSQL does not keep: infinity, NUL, half of a surrogate."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    text.encode()  # UnicodeEncodeError is a ValueError
    if "\\u0000" in text:
        raise ValueError("a character that no text has")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a repeated name")
    return found


def _refused(name: str) -> None:
    raise ValueError(name)
