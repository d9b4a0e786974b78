"""Distinguished names as text (RFC 4514)."""

SPECIAL = '"+,;<>\\='


def escape_value(value: str) -> str:
    """A value inside a relative distinguished name, section 2.4.

    Written as hexadecimal pairs, the way slapd gives names back, so that both compare equal.
    """
    last = len(value) - 1
    return "".join(
        _hexadecimal(character)
        if character in SPECIAL
        or character == "\0"
        or (character == "#" and place == 0)
        or (character == " " and place in (0, last))
        else character
        for place, character in enumerate(value)
    )


def _hexadecimal(character: str) -> str:
    return f"\\{ord(character):02X}"


def relative(attribute: str, value: str) -> str:
    return f"{attribute}={escape_value(value)}"


def below(rdn: str, parent: str) -> str:
    return f"{rdn},{parent}"


def split(dn: str) -> tuple[str, str]:
    """The relative name and the name of the parent, which is empty at the top."""
    escaped = False
    for place, character in enumerate(dn):
        if character == "," and not escaped:
            return dn[:place], dn[place + 1 :]
        escaped = character == "\\" and not escaped
    return dn, ""


def same(one: str, other: str) -> bool:
    """Whether two of our names mean one entry: all their attributes ignore case."""
    return one.casefold() == other.casefold()
