"""Verifying tells whether a password is right, and by nothing else whether an account exists."""

import time
from statistics import median
from unicodedata import normalize

import pytest

from identity.accounts.passwords import Passwords, PasswordSettings, Verification

CHEAP = PasswordSettings(memory_kibibytes=8192, passes=1)
RIGHT = Verification(matches=True)
WRONG = Verification(matches=False)
PASSWORD = "chim hót trên cành ễ"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(CHEAP)


@pytest.fixture(scope="module")
def hashed(passwords: Passwords) -> str:
    return passwords.rehash(PASSWORD)


def test_the_right_password_matches_however_it_is_composed(
    passwords: Passwords, hashed: str
) -> None:
    assert passwords.verify(hashed, PASSWORD) == RIGHT
    assert passwords.verify(hashed, normalize("NFD", PASSWORD)) == RIGHT
    assert passwords.verify(hashed, PASSWORD + " ") == WRONG


@pytest.mark.parametrize(
    "typed", ["", "wrong", "\ud800", "a\0b", "x" * 10_000_000, "ễ" * 200, "e\u0302\u0303" * 128]
)
def test_whatever_is_typed_is_wrong_rather_than_an_error(
    passwords: Passwords, hashed: str, typed: str
) -> None:
    for stored in (hashed, None):
        assert passwords.verify(stored, typed) == WRONG


@pytest.mark.parametrize("stored", ["", "!", "$argon2id$hash", "{SSHA}x", "$argon2id$v=19$m=1"])
def test_what_is_no_hash_matches_nothing(passwords: Passwords, stored: str) -> None:
    assert passwords.verify(stored, PASSWORD) == WRONG


def test_a_hash_with_other_parameters_asks_to_be_made_anew(hashed: str) -> None:
    dearer = Passwords(PasswordSettings(memory_kibibytes=8192, passes=2))
    assert dearer.verify(hashed, PASSWORD) == Verification(matches=True, needs_rehash=True)
    assert dearer.verify(hashed, "wrong") == WRONG
    assert dearer.verify(dearer.rehash(PASSWORD), PASSWORD) == RIGHT


def seconds(passwords: Passwords, stored: str | None, typed: str) -> float:
    """The processor's, so that other programs do not count."""
    started = time.thread_time()
    passwords.verify(stored, typed)
    return time.thread_time() - started


@pytest.mark.parametrize("typed", ["wrong", "x" * 100_000, "\ud800"])
def test_an_unknown_account_takes_as_long_as_a_known_one(
    passwords: Passwords, hashed: str, typed: str
) -> None:
    ratios = [
        seconds(passwords, None, typed) / seconds(passwords, hashed, typed) for _ in range(25)
    ]
    assert 0.6 < median(ratios) < 1.6


def test_an_empty_password_is_refused_without_the_work(passwords: Passwords, hashed: str) -> None:
    assert seconds(passwords, hashed, "") < 0.001
