"""Sizes as people read them."""

from babel.numbers import format_decimal

STEP = 1024
UNITS = ("B", "KB", "MB", "GB", "TB")
EXACT_BELOW = 10


def size_in_words(size: int, language: str) -> str:
    """1,5 GB in Vietnamese, 1.5 GB in English; one decimal for few."""
    value, unit = float(size), 0
    while value >= STEP and unit < len(UNITS) - 1:
        value, unit = value / STEP, unit + 1
    pattern = "#,##0.#" if value < EXACT_BELOW and unit else "#,##0"
    return f"{format_decimal(value, pattern, locale=language)} {UNITS[unit]}"
