"""What "used" means, for whoever asks: the report, the reminders and the rules that lock.

A mailbox was used on a day when one of the province's signs was seen on it. Nothing else in the
product decides that; whoever needs it in SQL takes the expression from here.
"""

from collections.abc import Iterable

from mail_admin.rate.settings import Sign, UsageRateSettings

MASKS = {
    Sign.WEB: "web_days",
    Sign.PROGRAM: "program_days",
    Sign.SENT: "sent_days",
    Sign.READ: "read_days",
}
BY_PEOPLE = frozenset({Sign.WEB, Sign.SENT, Sign.READ})
"""What no program does by itself: the strict default."""


def used_days(signs: Iterable[Sign], table: str = "") -> str:
    """SQL: the bits of the days of a month with one of the signs, from its row in `table`."""
    prefix = f"{table}." if table else ""
    return " | ".join(f"{prefix}{MASKS[sign]}" for sign in Sign if sign in set(signs))


def for_locks(settings: UsageRateSettings) -> UsageRateSettings:
    """The definition that locking follows: the province's, and whatever only people do.

    A province that counts, say, sending alone does not mean to lock those who read every day.
    """
    signs = [sign for sign in Sign if sign in BY_PEOPLE | set(settings.active_by)]
    return settings.model_copy(update={"active_by": signs})
