"""When somebody last signed in to a mailbox, as far back as figures are kept."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

LAST = text("""
    SELECT max(month + length(ltrim((web_days | program_days)::bit(31)::text, '0')) - 1)
    FROM mail_admin_usage_month
    WHERE account_id = :account_id AND (web_days | program_days) <> 0
""")


def last_sign_in(session: Session, account_id: UUID) -> date | None:
    """The day, by webmail or by a program, which may only have been polling."""
    day: date | None = session.scalar(LAST, {"account_id": account_id})
    return day
