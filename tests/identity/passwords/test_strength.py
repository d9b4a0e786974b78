"""What zxcvbn makes of a password, in our own words and in bounded time."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from zxcvbn import matching, zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from identity.passwords import texts
from identity.passwords.strength import judge

HOSTILE = "a4@8({[<6903!1|7+5$2%"
"""All signs for which zxcvbn tries letters."""


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("qwertyuiop[]asdf", texts.WEAK_PATTERNS["spatial"]),
        ("abcabcabcabcabc", texts.WEAK_PATTERNS["repeat"]),
        ("abcdefghijklmn", texts.WEAK_PATTERNS["sequence"]),
        ("password", texts.WEAK_WORDS["passwords"]),
        ("06/05/1980", texts.WEAK_PATTERNS["date"]),
        ("hoangsa", texts.WEAK_WORDS["vietnamese"]),
        ("rzkqv", texts.WEAK_WORDS["own"]),
        ("xq", texts.TOO_SHORT_TO_BE_STRONG),
    ],
)
def test_what_makes_it_easy_is_said(password: str, reason: object) -> None:
    strength = judge(password, ["rzkqv"])
    assert strength.score < 3
    assert strength.reason == reason


def test_every_list_and_pattern_of_the_library_has_a_sentence() -> None:
    assert texts.WEAK_WORDS.keys() == FREQUENCY_LISTS.keys() | {"vietnamese", "own"}
    assert texts.WEAK_PATTERNS.keys() == {"spatial", "repeat", "sequence", "regex", "date"}


@pytest.mark.parametrize(
    "password", ["một câu dài không ai đoán", "kx7#mq2$vl", "troiXanh", "zxcvbn"]
)
def test_the_score_is_that_of_the_library(password: str) -> None:
    plain = password if password.isascii() else "mot cau dai khong ai doan"
    assert judge(password, []).score == zxcvbn(plain)["score"]


def test_words_of_one_person_do_not_weaken_the_passwords_of_another() -> None:
    password = "rzkqvwopt"
    alone = judge(password, []).score

    def score(number: int) -> int:
        return judge(password, [password] if number % 2 else []).score

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(score, range(40))) == [alone, 0] * 20
    assert "own" not in matching.RANKED_DICTIONARIES


@pytest.mark.parametrize(
    "password", [HOSTILE * 10, HOSTILE * 10_000, "ấ" * 128, "a" * 128, "ab" * 64, "\u0301" * 20]
)
def test_no_password_takes_long(password: str) -> None:
    started = time.thread_time()
    assert 0 <= judge(password, ["nganth"] * 20).score <= 4
    assert time.thread_time() - started < 2
