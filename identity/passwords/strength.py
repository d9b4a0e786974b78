"""How many guesses a password withstands, by zxcvbn, and what makes it easy to guess.

`zxcvbn()` itself keeps the words of one call in a table that all threads share; the two steps it
consists of take a table of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zxcvbn import matching, scoring, time_estimates

from identity.names.text import fold
from identity.passwords import texts
from identity.passwords.common import vietnamese
from kernel.messages import Message

LONGEST_JUDGED = 72
"""Characters. What follows can only make a password stronger, and costs time by the square."""
MOST_SUBSTITUTES = 8
"""Kinds of digits and signs that may stand for letters. zxcvbn tries all their combinations: with
all 21 kinds in 72 characters that takes 1.7 s, in 24 characters 0.2 s."""
LONGEST_WITH_MANY = 24
_SUBSTITUTES = frozenset(sign for signs in matching.L33T_TABLE.values() for sign in signs)


@dataclass(frozen=True, slots=True)
class Strength:
    score: int
    """0 to 4: fewer than 10^3, 10^6, 10^8, 10^10 guesses, or more."""
    reason: Message
    """What makes it easy, when it is."""


def judge(password: str, own_words: Sequence[str]) -> Strength:
    """Marks are taken away first: whoever guesses Vietnamese words tries them with all marks."""
    told = _shortened(password if password.isascii() else fold(password))
    if not told:
        return Strength(0, texts.TOO_SHORT_TO_BE_STRONG)
    dictionaries = {
        **matching.RANKED_DICTIONARIES,
        "vietnamese": matching.build_ranked_dict(vietnamese()),
        "own": matching.build_ranked_dict(own_words),
    }
    matches = matching.omnimatch(told, dictionaries)
    result = scoring.most_guessable_match_sequence(told, matches)
    score = time_estimates.guesses_to_score(result["guesses"])
    return Strength(int(score), _reason(result["sequence"]))


def _shortened(password: str) -> str:
    cut = password[:LONGEST_JUDGED]
    return cut[:LONGEST_WITH_MANY] if len(_SUBSTITUTES & set(cut)) > MOST_SUBSTITUTES else cut


def _reason(sequence: Sequence[dict[str, Any]]) -> Message:
    """About the longest part that is known."""
    known = [match for match in sequence if match["pattern"] != "bruteforce"]
    if not known:
        return texts.TOO_SHORT_TO_BE_STRONG
    longest = max(known, key=lambda match: len(match["token"]))
    if longest["pattern"] == "dictionary":
        return texts.WEAK_WORDS[longest["dictionary_name"]]
    return texts.WEAK_PATTERNS[longest["pattern"]]
