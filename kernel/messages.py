"""Sentences for people, in both languages of the product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence in Vietnamese and in English; `str()` gives the English one for logs."""

    vi: str
    en: str

    def __str__(self) -> str:
        return self.en
