"""What the database says of periods that overlap or end before they begin, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg.errors
from sqlalchemy.exc import IntegrityError

from kernel.errors import Invalid


@contextmanager
def periods_apart(refusal: type[Invalid]) -> Iterator[None]:
    """Around a flush. The refusal takes no arguments."""
    try:
        yield
    except IntegrityError as error:
        if isinstance(
            error.orig, psycopg.errors.ExclusionViolation | psycopg.errors.CheckViolation
        ):
            raise refusal from error
        raise
