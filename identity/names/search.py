"""Searching stored names without tone marks: "hong nga" finds "Hồng Nga"."""

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import InstrumentedAttribute

from identity.names.text import search_key


def matches(column: InstrumentedAttribute[str], typed: str) -> ColumnElement[bool]:
    """Whether the folded column holds what was typed; signs alone find nothing."""
    wanted = search_key(typed)
    return column.contains(wanted, autoescape=True) if wanted else false()
