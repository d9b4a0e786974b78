"""Hashing of passwords: argon2id in PHC form, which slapd's pw-argon2 verifies too."""

import os
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self
from unicodedata import normalize

from passlib.hash import argon2
from pydantic import BaseModel, Field, model_validator

from identity.accounts.errors import PasswordRefused
from identity.passwords.policy import LONGEST, PasswordPolicy
from identity.passwords.rules import USED_BEFORE, broken_rules
from identity.passwords.settings import PolicySettings
from identity.passwords.subject import PasswordSubject
from kernel.slots import EnoughSlots, Slots

MOST_TYPED = 3 * LONGEST
"""Code points: a letter with two marks is typed as three on some keyboards."""


class ResetSettings(BaseModel):
    """Codes that replace a forgotten password. Environment: CONGVU_PASSWORDS__RESET__*."""

    lifetime_minutes: int = Field(default=30, ge=5, le=24 * 60)
    """How long a code sent by mail works."""
    most_an_hour: int = Field(default=3, ge=1)
    """Codes sent by mail for one account within an hour; further requests send nothing."""
    office_lifetime_hours: int = Field(default=24, ge=1, le=14 * 24)
    """How long a code works that an administrator hands over."""


class PasswordSettings(PolicySettings):
    """How passwords are chosen and hashed. Environment: CONGVU_PASSWORDS__*."""

    memory_kibibytes: int = Field(default=19456, ge=8192)
    """argon2id memory of one hash (RFC 9106 section 4; OWASP's smallest profile)."""
    passes: int = Field(default=2, ge=1)
    """argon2id passes over that memory."""
    parallel_hashes: int = Field(default=0, ge=0)
    """At most so many at once; the next ones wait instead of taking more memory. 0 for as many as
    there are processors: two of them make 113 hashes a second in two threads, 105 in four."""
    reset: ResetSettings = ResetSettings()

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

    def __init__(self, settings: PasswordSettings, slots: Slots | None = None) -> None:
        """With slots, other processes that share them hash no more at once all together."""
        self.settings = settings
        self._slots = slots or EnoughSlots()
        self.policy: PasswordPolicy = settings.to_policy()
        self._hasher = argon2.using(
            type="ID",
            memory_cost=settings.memory_kibibytes,
            time_cost=settings.passes,
            parallelism=1,
        )
        # threads of their own: the allocator keeps a hash's memory with each that ever made one
        self._threads = ThreadPoolExecutor(settings.parallel_hashes, "password-hash")
        self._decoy = str(self._hasher.hash(secrets.token_urlsafe()))

    @property
    def parallel_hashes(self) -> int:
        return self.settings.parallel_hashes

    def hash(self, password: str, subject: PasswordSubject, *, former: Sequence[str] = ()) -> str:
        """The hash of a new password. `former`: hashes of those that may not be chosen again.

        They are looked at only when no other rule is broken, since each costs a hash.
        Raises PasswordRefused with all rules that are broken.
        """
        typed = normalize("NFC", password[:MOST_TYPED])  # however the keyboard composes letters
        if reasons := broken_rules(self.policy, typed, subject):
            raise PasswordRefused(reasons)
        if any(self.verify(hashed, typed).matches for hashed in former):
            raise PasswordRefused([USED_BEFORE])
        return self.rehash(typed)

    def verify(self, hashed: str | None, password: str) -> Verification:
        """Whether the password is the one that was hashed; as slow for None as for a hash.

        Nobody has an empty password: refuse one before looking for the account, as a missing field.
        """
        if not password:
            return Verification(matches=False)
        typed = _typed(password)
        if hashed is None or typed is None:
            return self._decline(typed)
        try:
            matches = self._in_turn(self._hasher.verify, typed, hashed)
        except ValueError:  # no argon2 hash at all
            return self._decline(typed)
        return Verification(matches, matches and bool(self._hasher.needs_update(hashed)))

    def rehash(self, password: str) -> str:
        """Today's hash of a password that has just been verified; no rule is asked again."""
        return str(self._in_turn(self._hasher.hash, _typed(password)))

    def _decline(self, typed: str | None) -> Verification:
        """Take as long as for an account that exists."""
        self._in_turn(self._hasher.verify, typed or "", self._decoy)
        return Verification(matches=False)

    def _in_turn(self, work: Callable[..., Any], *arguments: object) -> Any:
        return self._threads.submit(self._with_slot, work, *arguments).result()

    def _with_slot(self, work: Callable[..., Any], *arguments: object) -> Any:
        with self._slots.held():
            return work(*arguments)


def _typed(password: str) -> str | None:
    """In the form in which it was hashed; None for what no password can be."""
    if len(password) > MOST_TYPED:
        return None
    typed = normalize("NFC", password)
    try:
        typed.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    return typed if len(typed) <= LONGEST else None
