"""Hashing of passwords: argon2id in PHC form, which slapd's pw-argon2 verifies too."""

import threading
from unicodedata import normalize

from passlib.hash import argon2
from pydantic import BaseModel, Field

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
    parallel_hashes: int = Field(default=4, ge=1)
    """At most so many at once; the next ones wait instead of taking more memory."""


class Passwords:
    """Checks and hashes new passwords. Slow on purpose: never call it inside a transaction."""

    def __init__(self, settings: PasswordSettings) -> None:
        self._settings = settings
        self._hasher = argon2.using(
            type="ID",
            memory_cost=settings.memory_kibibytes,
            time_cost=settings.passes,
            parallelism=1,
        )
        self._slots = threading.BoundedSemaphore(settings.parallel_hashes)

    @property
    def shortest(self) -> int:
        return self._settings.shortest

    def hash(self, password: str, *, login: str, name: str) -> str:
        """Raises PasswordRefused when the password is too short, too long or too close to home."""
        password = normalize("NFC", password)  # however the keyboard composes its letters
        self._check(password, login, name)
        with self._slots:
            return str(self._hasher.hash(password))

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
