"""Who may be on the staff by age: one rule for forms, lists and programs."""

from datetime import date

from identity.people.errors import BirthDateImplausible

YOUNGEST, OLDEST = 15, 90


def age(birth_date: date, today: date) -> int:
    """Full years."""
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not had_birthday)


def is_of_working_age(birth_date: date, today: date) -> bool:
    return YOUNGEST <= age(birth_date, today) <= OLDEST


def check_birth_date(birth_date: date | None, today: date) -> None:
    """Raises BirthDateImplausible."""
    if birth_date is not None and not is_of_working_age(birth_date, today):
        raise BirthDateImplausible(YOUNGEST, OLDEST)
