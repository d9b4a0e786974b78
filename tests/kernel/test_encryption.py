import pytest
from pydantic import ValidationError

from kernel.encryption import EncryptionSettings, KeyRing, Unsealable
from tests.support.registry import key


def ring(*ids: str, active: str) -> KeyRing:
    return KeyRing(
        EncryptionSettings(
            keys={name: key(name) for name in ids}, active_key=active, index_key=key("i")
        )
    )


def test_a_sealed_value_opens_to_what_was_sealed() -> None:
    keys = ring("a", active="a")
    assert keys.open(keys.seal(b"006170581395", "person:1"), "person:1") == b"006170581395"


def test_a_sealed_value_does_not_open_in_another_row() -> None:
    keys = ring("a", active="a")
    with pytest.raises(Unsealable):
        keys.open(keys.seal(b"secret", "person:1"), "person:2")


def test_a_tampered_value_does_not_open() -> None:
    keys = ring("a", active="a")
    sealed = bytearray(keys.seal(b"secret", "x"))
    sealed[-1] ^= 1
    with pytest.raises(Unsealable):
        keys.open(bytes(sealed), "x")


def test_values_of_an_old_key_open_after_rotation_until_the_key_leaves_the_ring() -> None:
    sealed = ring("a", active="a").seal(b"secret", "x")
    assert ring("a", "b", active="b").open(sealed, "x") == b"secret"
    with pytest.raises(Unsealable):
        ring("b", active="b").open(sealed, "x")


def test_the_same_value_is_sealed_differently_every_time_and_indexed_alike() -> None:
    keys = ring("a", active="a")
    assert keys.seal(b"secret", "x") != keys.seal(b"secret", "x")
    assert keys.index("secret", "citizen-number") == keys.index("secret", "citizen-number")
    assert keys.index("secret", "citizen-number") != keys.index("secret", "other")


def test_a_short_key_is_refused_without_being_shown() -> None:
    with pytest.raises(ValidationError, match="32 random bytes") as caught:
        EncryptionSettings.model_validate(
            {"keys": {"a": "c2hvcnQ="}, "active_key": "a", "index_key": "c2hvcnQ="}
        )
    assert "c2hvcnQ=" not in str(caught.value)
