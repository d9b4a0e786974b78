"""What the result codes of RFC 4511 appendix A mean to us."""

SUCCESS, NO_SUCH_OBJECT, ENTRY_ALREADY_EXISTS = 0, 32, 68

TEMPORARY = {
    1: "operations error",
    3: "time limit",
    11: "administrative limit",
    51: "busy",
    52: "unavailable",
    80: "internal error",  # slapd says so when its disk or database is full
}
"""Not the fault of an entry."""

STALE = {16, 20, NO_SUCH_OBJECT, ENTRY_ALREADY_EXISTS}
"""noSuchAttribute, attributeOrValueExists and these two: the entry is not as it was when read."""

REASONS = {
    17: "directory-attribute-unknown",
    19: "directory-constraint-violation",
    21: "directory-syntax-invalid",
    32: "directory-parent-missing",
    34: "directory-dn-invalid",
    50: "directory-access-missing",
    53: "directory-unwilling",
    64: "directory-name-wrong",
    65: "directory-class-violated",
    66: "directory-entry-has-children",
    68: "directory-entry-exists",
}
"""Stable codes of what can be wrong with an entry."""


def reason(code: int) -> str:
    return REASONS.get(code, f"directory-result-{code}")
