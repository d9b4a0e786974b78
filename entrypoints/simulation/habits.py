"""How people of a sample province use their mailboxes, drawn anew but alike for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Habit:
    """Chances on a working day, from 0 to 1, and messages on a day of use."""

    name: str
    share: float
    """Of all mailboxes."""
    web: float
    program: float
    send: float
    read: float
    messages: int


HABITS = (
    Habit("daily", 0.62, web=0.85, program=0.5, send=0.6, read=0.8, messages=6),
    Habit("weekly", 0.24, web=0.25, program=0.4, send=0.15, read=0.3, messages=3),
    Habit("rarely", 0.07, web=0.07, program=0.05, send=0.03, read=0.08, messages=2),
    Habit("phone-only", 0.03, web=0.0, program=0.95, send=0.0, read=0.0, messages=0),
    Habit("never", 0.04, web=0.0, program=0.0, send=0.0, read=0.0, messages=0),
)
"""Estimates, chosen so that a province comes out a little above 90 %."""
SLACK = 0.10
"""By how much an agency may differ from the province, to either side."""


@dataclass(frozen=True, slots=True)
class Member:
    """A mailbox and the agency that it is counted with."""

    login: str
    agency: str


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What one mailbox was used for on one day."""

    login: str
    day: date
    web_sign_ins: int
    program_sign_ins: int
    sent: int
    delivered: int
    read: int


def habit_of(member: Member, seed: str) -> Habit:
    """Some agencies are better than others, and stay so."""
    slack = _random(seed, member.agency).uniform(-SLACK, SLACK)
    drawn = _random(seed, member.login).random() + slack
    for habit in HABITS:
        drawn -= habit.share
        if drawn < 0:
            return habit
    return HABITS[-1]


def counts_of(member: Member, first: date, last: date, seed: str) -> Iterator[DayCounts]:
    """The days from `first` to `last` on which anything happened."""
    habit = habit_of(member, seed)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        counts = _on(habit, member.login, day, seed)
        if counts.web_sign_ins or counts.program_sign_ins or counts.delivered:
            yield counts


def _on(habit: Habit, login: str, day: date, seed: str) -> DayCounts:
    random = _random(seed, login, str(day))
    working = day.weekday() < SATURDAY
    often = 1.0 if working else 0.08
    by_web = random.random() < habit.web * often
    by_program = random.random() < habit.program * (1.0 if working else 0.6)
    present = by_web or by_program
    return DayCounts(
        login=login,
        day=day,
        web_sign_ins=random.randint(1, 3) if by_web else 0,
        program_sign_ins=random.randint(10, 90) if by_program else 0,
        sent=random.randint(1, habit.messages)
        if present and random.random() < habit.send * often
        else 0,
        delivered=random.randint(0, 12) if working else random.randint(0, 1),
        read=random.randint(1, 2 * habit.messages)
        if present and habit.messages and random.random() < habit.read * often
        else 0,
    )


def _random(*about: str) -> Random:
    """Draws alike whenever it is about the same."""
    return Random("\0".join(about))  # noqa: S311  # nothing secret is drawn
