"""When somebody last signed in to a mailbox, as far back as figures are kept."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


def last_day(bits: str) -> str:
    """SQL: the last of a month's days whose bits are set; NULL when none is.

    The place of the highest bit is the day of the month.
    """
    place = f"length(ltrim(({bits})::bit(31)::text, '0'))"
    return f"month + nullif({place}, 0) - 1"


LAST = text(f"""
    SELECT max({last_day("web_days | program_days")})
    FROM mail_admin_usage_month WHERE account_id = :account_id
""")


def last_sign_in(session: Session, account_id: UUID) -> date | None:
    """The day, by webmail or by a program, which may only have been polling."""
    day: date | None = session.scalar(LAST, {"account_id": account_id})
    return day
