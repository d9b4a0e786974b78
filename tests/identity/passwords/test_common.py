"""Passwords that many people use are refused however they are decorated."""

import pytest

from identity.passwords.common import is_common, vietnamese


@pytest.mark.parametrize(
    "password",
    [
        "matkhau",
        "MậtKhẩu",
        "M@tkh4u2026!",
        "@nhyeuem2026",
        "!!anhyeuem!!",
        "BacKan@123456",
        "Thái Nguyên 2026",
        "hanoi2026vietnam",
        "Vietnam@12345678",
        "congvu-backan",
        "matkhaumatkhau",
        "1q2w3e4r5t",
        "123456a",
        "P@ssw0rd",
        "iloveyou1",
        "dragon1!",
        "123456789",
    ],
)
def test_common_ones_are_found(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    ["", "chim hót trên cành 7", "8261-3347-9912-horse", "g9#Kq!2$Lp7x", "hanoi mua nay vang"],
)
def test_others_are_not(password: str) -> None:
    assert not is_common(password)


def test_what_is_made_of_own_words_is_as_common() -> None:
    password = "stc.backan.2026"
    assert not is_common(password)
    assert is_common(password, ["stc"])


def test_the_list_holds_plain_words_once_each() -> None:
    words = vietnamese()
    assert len(words) >= 150
    assert len(set(words)) == len(words)
    for word in words:
        assert word.isascii()
        assert word.isalnum()
        assert word == word.lower()
        assert len(word) >= 3
