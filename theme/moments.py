"""Moments and days as people in the province read them."""

from datetime import datetime, timedelta

from kernel.clock import VIETNAM
from kernel.messages import Message

# strftime would speak the language of the server
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def moment_in_words(moment: datetime, now: datetime) -> Message:
    """In Vietnam's time: "hôm nay, 09:05" or "23/11/2026, 09:05"."""
    local, today = moment.astimezone(VIETNAM), now.astimezone(VIETNAM).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return Message(f"hôm nay, {time}", f"today, {time}")
    if local.date() == today - timedelta(days=1):
        return Message(f"hôm qua, {time}", f"yesterday, {time}")
    english = f"{local.day} {MONTHS[local.month - 1]} {local.year}"
    return Message(f"{local:%d/%m/%Y}, {time}", f"{english}, {time}")
