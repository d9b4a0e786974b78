"""Sealing stored citizen numbers anew, so that an old key can leave the ring."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from identity.people.citizen_numbers import CitizenNumbers
from identity.people.models import Person


def reseal_batch(session: Session, numbers: CitizenNumbers, after: UUID, limit: int) -> list[UUID]:
    """Seal the next people's numbers with the active key; their ids, empty at the end."""
    statement = (
        select(Person.id, Person.citizen_number_sealed)
        .where(Person.id > after, Person.citizen_number_sealed.is_not(None))
        .order_by(Person.id)
        .limit(limit)
        .with_for_update()
    )
    rows = session.execute(statement).all()
    again = [
        {
            "id": person_id,
            "citizen_number_sealed": numbers.seal(person_id, numbers.open(person_id, sealed)),
        }
        for person_id, sealed in rows
        if sealed is not None and not numbers.is_sealed_with_active_key(sealed)
    ]
    if again:
        session.execute(update(Person), again)
    return [person_id for person_id, _ in rows]
