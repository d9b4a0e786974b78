"""The template by which an application's user names are made."""

import string

FIELDS = ("login", "email", "staff_number", "unit", "name", "given", "initials", "id")
"""`name` is the full name without tones and blanks, `unit` the mail stem of the organisation."""


def unknown_fields(template: str) -> list[str]:
    """What a template asks for that there is not. Raises ValueError when it is no template."""
    parts = list(string.Formatter().parse(template))
    if any(specification or conversion for _, _, specification, conversion in parts):
        raise ValueError("only plain fields such as {unit}_{name}")
    return [name for _, name, _, _ in parts if name is not None and name not in FIELDS]
