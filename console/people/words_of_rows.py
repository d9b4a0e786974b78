"""What the columns of a list say of somebody."""

from console import words
from console.people.queries import PersonRow


def place_of(row: PersonRow) -> str | None:
    return row.place.organisation_name if row.place else None


def position_of(row: PersonRow) -> str | None:
    return row.place.position if row.place else None


def contract_of(row: PersonRow) -> str | None:
    kind = row.place.contract_type if row.place else None
    return words.CONTRACT_TYPES[kind] if kind else None
