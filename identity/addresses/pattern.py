"""Patterns of address rules: "{given}{initials}.{org}" and what its variables stand for."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache


class Variable(StrEnum):
    """What a pattern may name. A missing part of a name is empty; anything else skips the step."""

    GIVEN = "given"
    FAMILY = "family"
    MIDDLE = "middle"
    FULL = "full"
    """All words joined."""
    INITIALS = "initials"
    """First letters of family and middle name: `nth` of Nguyễn Thị Hồng Nga."""
    FAMILY_INITIAL = "family_initial"
    MIDDLE_INITIALS = "middle_initials"
    ORG = "org"
    """Mail stem of the organisation, such as `stc` or `vp.vpubnd`."""
    PARENT_ORG = "parent_org"
    STEM = "stem"
    """Mail stem of an organisation account."""
    BIRTH_YEAR = "birth_year"
    BIRTH_MONTH = "birth_month"
    """Two digits."""
    CITIZEN_LAST3 = "citizen_last3"
    CITIZEN_LAST4 = "citizen_last4"
    NUMBER = "number"
    """Running number; only at the end, and it makes the step endless."""


NAME_VARIABLES = frozenset(
    {
        Variable.GIVEN,
        Variable.FAMILY,
        Variable.MIDDLE,
        Variable.FULL,
        Variable.INITIALS,
        Variable.FAMILY_INITIAL,
        Variable.MIDDLE_INITIALS,
    }
)
CITIZEN_NUMBER_VARIABLES = frozenset({Variable.CITIZEN_LAST3, Variable.CITIZEN_LAST4})
PERSON_VARIABLES = frozenset(Variable) - {Variable.STEM}
ORGANISATION_VARIABLES = frozenset({Variable.STEM, Variable.PARENT_ORG})

_NUMBER = f"{{{Variable.NUMBER}}}"
_VARIABLE = re.compile(r"\{([a-z0-9_]*)\}")
_LITERAL = re.compile(r"[a-z0-9.-]*")


def check_pattern(pattern: str) -> str:
    """Raises ValueError when the pattern cannot make an address."""
    names = _VARIABLE.findall(pattern)
    unknown = [name for name in names if name not in set(Variable)]
    if unknown:
        raise ValueError(f"unknown variable {unknown[0]!r}; known are {', '.join(Variable)}")
    if not _LITERAL.fullmatch(_VARIABLE.sub("", pattern)):
        raise ValueError("between variables only a-z, 0-9, dots and hyphens may stand")
    if _NUMBER in pattern.removesuffix(_NUMBER):
        raise ValueError("{number} may only stand at the end")
    if not set(names) - {Variable.NUMBER}:
        raise ValueError("the pattern gives everybody the same address")
    return pattern


@lru_cache(maxsize=1024)
def variables_of(pattern: str) -> frozenset[Variable]:
    """All but the running number."""
    return frozenset(Variable(name) for name in _VARIABLE.findall(pattern)) - {Variable.NUMBER}


@lru_cache(maxsize=1024)
def _name_variables_of(pattern: str) -> tuple[Variable, ...]:
    return tuple(variables_of(pattern) & NAME_VARIABLES)


def is_numbered(pattern: str) -> bool:
    return pattern.endswith(_NUMBER)


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """The address up to its running number; "" when it would hold nothing of the name.

    Separators around a missing part of the name go with it.
    """
    name_parts = [values[name] for name in _name_variables_of(pattern)]
    if name_parts and not any(name_parts):
        return ""
    filled = pattern.removesuffix(_NUMBER).format_map(values)
    if all(name_parts):
        return filled
    filled = _EMPTY_BETWEEN.sub(r"\1", filled).lstrip(".-")
    return filled if is_numbered(pattern) else filled.rstrip(".-")


_EMPTY_BETWEEN = re.compile(r"([.-])[.-]+")
