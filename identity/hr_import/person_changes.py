"""What a row says differently from the registry. What a row does not say changes nothing."""

from typing import Any

from identity.hr_import.contract_types import contract_type_of
from identity.hr_import.fields import PersonFields
from identity.hr_import.plan_rows import Change
from identity.hr_import.registered import Registered
from identity.people.citizen_numbers import CitizenNumbers, mask
from identity.people.models import Appointment

Column = tuple[str, Any]
"""Name of a value of the payload and the value."""


def changed_fields(
    registered: Registered, fields: PersonFields, numbers: CitizenNumbers
) -> list[tuple[Change, Column]]:
    """Fields of the person that the row changes, each with what to write."""
    person = registered.person
    found: list[tuple[Change, Column]] = []
    if fields.name is not None and fields.name.full != person.full_name:
        name = fields.name
        parts = [name.full, name.family, name.middle, name.given]
        found.append((Change("full_name", person.full_name, name.full), ("name", parts)))
    stated = {
        "birth_date": fields.birth_date,
        "sex": fields.sex,
        "staff_number": fields.staff_number,
        "phone": fields.phone,
        "recovery_email": fields.recovery_email,
    }
    for column, value in stated.items():
        before = getattr(person, column)
        if value is not None and value != before:
            change = Change(column, None if before is None else str(before), str(value))
            found.append((change, (column, str(value))))
    number = fields.citizen_number
    if number is not None and person.citizen_number_index != numbers.index(number):
        change = Change("citizen_number", None, mask(number))
        found.append((change, ("citizen_number", number)))
    return found


def changes_appointment(held: Appointment, fields: PersonFields) -> bool:
    """Whether the row gives another position, rank or contract in the same organisation."""
    stated = (
        (fields.position, held.position),
        (fields.rank, held.rank),
        (contract_type_of(fields), held.contract_type),
    )
    return any(value is not None and value != present for value, present in stated)
