"""Hashing of passwords: argon2id in PHC form, which slapd's pw-argon2 verifies too."""

import os
import secrets
import threading
from dataclasses import dataclass
from typing import Self
from unicodedata import normalize

from passlib.hash import argon2
from pydantic import BaseModel, Field, model_validator

from identity.accounts.errors import PasswordRefused
from identity.names.text import fold

LONGEST = 128
SHORTEST_PART = 4
"""A name such as Y would forbid half of the alphabet."""


class PasswordSettings(BaseModel):
    """How passwords are chosen and hashed. Environment: CONGVU_PASSWORDS__*."""

    shortest: int = Field(default=12, ge=9)
    """Characters. Circular 03/2017 asks for more than 8; Ninh Bình 162/2025 for 9."""
    memory_kibibytes: int = Field(default=19456, ge=8192)
    """argon2id memory of one hash (RFC 9106 section 4; OWASP's smallest profile)."""
    passes: int = Field(default=2, ge=1)
    parallel_hashes: int = Field(default=0, ge=0)
    """At most so many at once; the next ones wait instead of taking more memory.

    0 for as many as there are processors: two of them hash 113 passwords a second with two
    threads, 105 with four.
    """

    @model_validator(mode="after")
    def _knows_the_processors(self) -> Self:
        self.parallel_hashes = self.parallel_hashes or len(os.sched_getaffinity(0))
        return self


@dataclass(frozen=True, slots=True)
class Verification:
    matches: bool
    needs_rehash: bool = False
    """Right, but hashed with other parameters than those of today."""


class Passwords:
    """Checks, hashes and verifies passwords. Slow on purpose: never call it inside a transaction.

    An asynchronous caller keeps its threads for others by a limiter of `parallel_hashes` tokens.
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self._settings = settings
        self._hasher = argon2.using(
            type="ID",
            memory_cost=settings.memory_kibibytes,
            time_cost=settings.passes,
            parallelism=1,
        )
        self._slots = threading.BoundedSemaphore(settings.parallel_hashes)
        self._decoy = str(self._hasher.hash(secrets.token_urlsafe()))

    @property
    def parallel_hashes(self) -> int:
        return self._settings.parallel_hashes

    @property
    def shortest(self) -> int:
        return self._settings.shortest

    def hash(self, password: str, *, login: str, name: str) -> str:
        """Raises PasswordRefused when the password is too short, too long or too close to home."""
        password = normalize("NFC", password)  # however the keyboard composes its letters
        self._check(password, login, name)
        with self._slots:
            return str(self._hasher.hash(password))

    def verify(self, hashed: str | None, password: str) -> Verification:
        """Whether the password is the one that was hashed; as slow for None as for a hash.

        Nobody has an empty password: refuse one before looking for the account, as a missing field.
        """
        if not password:
            return Verification(matches=False)
        typed = _typed(password)
        with self._slots:
            if hashed is None or typed is None:
                return self._decline(typed)
            try:
                matches = self._hasher.verify(typed, hashed)
            except ValueError:  # no argon2 hash at all
                return self._decline(typed)
        return Verification(matches, matches and bool(self._hasher.needs_update(hashed)))

    def rehash(self, password: str) -> str:
        """Today's hash of a password that has just been verified; no rule is asked again."""
        with self._slots:
            return str(self._hasher.hash(_typed(password)))

    def _decline(self, typed: str | None) -> Verification:
        """Take as long as for an account that exists."""
        self._hasher.verify(typed or "", self._decoy)
        return Verification(matches=False)

    def _check(self, password: str, login: str, name: str) -> None:
        shortest = self._settings.shortest
        if not shortest <= len(password) <= LONGEST:
            raise PasswordRefused(
                f"Mật khẩu phải dài từ {shortest} đến {LONGEST} ký tự.",
                f"A password has {shortest} to {LONGEST} characters.",
            )
        folded = fold(password).replace(" ", "")
        known = (fold(part).replace(" ", "") for part in (login, name))
        if any(part in folded for part in known if len(part) >= SHORTEST_PART):
            raise PasswordRefused(
                "Mật khẩu không được chứa tên đăng nhập hoặc họ tên.",
                "A password must not contain the login or the name.",
            )
        if len(set(password)) < 5:  # noqa: PLR2004  # aaaaaaaaaaaa, 121212121212
            raise PasswordRefused(
                "Mật khẩu có quá ít ký tự khác nhau.", "The password repeats too few characters."
            )


def _typed(password: str) -> str | None:
    """However the keyboard composes its letters; None for what no password can be.

    One of our letters takes three code points at most when decomposed.
    """
    if len(password) > 3 * LONGEST:
        return None
    typed = normalize("NFC", password)
    try:
        typed.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    return typed if len(typed) <= LONGEST else None
