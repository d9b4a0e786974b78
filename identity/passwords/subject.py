"""Whose password it is: what an attacker who knows the person would try first."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from identity.names.text import fold, search_key

SHORTEST_PART = 4
"""A name such as Y would forbid half of the alphabet."""
SHORTEST_PAIR = 6
"""Two short words in a row, such as Lê An, stand inside other words."""
_NOT_OF_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class PasswordSubject:
    login: str = ""
    name: str = ""
    addresses: tuple[str, ...] = ()
    """With their domains."""
    birth_date: date | None = None
    organisation_words: tuple[str, ...] = ()
    """Short names and mail stems of the own organisations; they only weaken a password."""
    is_administrator: bool = False

    def forms_of_login(self) -> set[str]:
        return _long({plain(self.login)})

    def forms_of_name(self) -> set[str]:
        """The full name, and any two words of it that stand side by side."""
        words = self.name_words()
        pairs = {pair for pair in map("".join, pairwise(words)) if len(pair) >= SHORTEST_PAIR}
        return _long({"".join(words)}) | pairs

    def forms_of_addresses(self) -> set[str]:
        return _long(
            form
            for address in self.addresses
            for form in (plain(address), plain(address.partition("@")[0]))
        )

    def forms_of_birth_date(self) -> set[str]:
        """As people write it, without what stands between the numbers; at least six digits."""
        return set(_written(self.birth_date)) if self.birth_date else set()

    def name_words(self) -> list[str]:
        return search_key(self.name).split()

    def words(self) -> list[str]:
        """All of it, for judging how much of a password is made of it."""
        found = [*self.name_words(), *self.forms_of_name(), plain(self.login)]
        for address in self.addresses:
            found += [plain(address.partition("@")[0]), *_NOT_OF_WORDS.split(fold(address))]
        found += [plain(word) for word in self.organisation_words]
        if self.birth_date:
            found += [str(self.birth_date.year), *self.forms_of_birth_date()]
        return list(dict.fromkeys(word for word in found if word))


def plain(text: str) -> str:
    """a-z and 0-9 alone: "Hồng Nga" becomes "hongnga"."""
    return _NOT_OF_WORDS.sub("", fold(text))


def _long(forms: Iterable[str]) -> set[str]:
    return {form for form in forms if len(form) >= SHORTEST_PART}


def _written(day: date) -> Iterator[str]:
    year, short_year = f"{day:%Y}", f"{day:%y}"
    yield from (f"{year}{day:%m%d}", f"{year}{day:%d%m}", f"{short_year}{day:%m%d}")
    yield from (f"{day:%d%m}{year}", f"{day:%m%d}{year}")
    yield from (f"{day:%d%m}{short_year}", f"{day:%m%d}{short_year}")
    bare = f"{day.day}{day.month}{year}"
    if len(bare) >= len("111980"):
        yield bare
