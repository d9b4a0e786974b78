"""The template by which an application's user names are made."""

import string
from collections.abc import Sequence

FIELDS = ("login", "email", "staff_number", "unit", "name", "given", "initials", "id")
"""`name` is the full name without tones and blanks, `unit` the mail stem of the organisation."""
LOGIN_ALONE = (None,)


def unknown_fields(template: str) -> list[str]:
    """What a template asks for that there is not. Raises ValueError when it is no template."""
    parts = list(string.Formatter().parse(template))
    if any(specification or conversion for _, _, specification, conversion in parts):
        raise ValueError("only plain fields such as {unit}_{name}")
    return [name for name in _fields(template) if name not in FIELDS]


def makes_unique_names(template: str | None) -> bool:
    """Whether no two accounts can ever get the same name.

    By the id, or by a login with nothing else that varies: `a_b` may be unit `a` with login `b`
    or the login `a_b`.
    """
    return login_pattern(template) is not None or "id" in _fields(template or "")


def login_pattern(template: str | None) -> Sequence[str | None] | None:
    """Fixed text and the place of the login (None) in it; None where anything else varies."""
    if not template:
        return LOGIN_ALONE
    if set(_fields(template)) != {"login"}:
        return None
    pattern: list[str | None] = []
    for text, name, _, _ in string.Formatter().parse(template):
        pattern += [text] if name is None else [text, None]
    return pattern


def _fields(template: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
