"""Passwords that many people use: the first that anybody tries.

International ones are the 30,000 of zxcvbn; Vietnamese ones are our own list.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from identity.passwords.readings import cores, is_made_of, readings

SHORTEST_CORE = 3
MOST_DECORATION = 10
"""Characters around a word that are taken for decoration: more of them may be a password."""


@cache
def vietnamese() -> list[str]:
    """Without marks, the most usual first."""
    text = (files("identity.passwords") / "common_vietnamese.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


@cache
def _international() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str, own_words: Iterable[str] = ()) -> bool:
    """Also when it is decorated: "M@tkh4u2026!", "hanoi-vietnam-99".

    With the words of somebody's own, what is made of both counts, too: "stc.backan.2026".
    """
    told = readings(password)
    told |= {
        core
        for core in cores(password)
        if len(core) >= SHORTEST_CORE and len(password) - len(core) <= MOST_DECORATION
    }
    words = {*vietnamese(), *own_words}
    return any(text in _international() or is_made_of(text, words) for text in told)
