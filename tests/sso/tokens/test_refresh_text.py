"""The text of refresh tokens: ours alone can be read, and only as they were written."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.encryption import EncryptionSettings, KeyRing
from sso.tokens.refresh import PREFIX, TEXT_LENGTH, RefreshToken, RefreshTokens
from tests.support.registry import key

RING = KeyRing(EncryptionSettings(keys={"k1": key("a")}, active_key="k1", index_key=key("i")))
OTHERS = KeyRing(EncryptionSettings(keys={"k1": key("a")}, active_key="k1", index_key=key("j")))
TOKENS = RefreshTokens(RING)
Made = st.builds(RefreshToken, st.uuids(), st.integers(0, 2**32 - 1))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
TEXT = TOKENS.encode(RefreshToken(UUID(int=7), 3))


@given(Made)
def test_what_was_written_is_read(token: RefreshToken) -> None:
    text = TOKENS.encode(token)
    assert TOKENS.decode(text) == token
    assert len(text) == TEXT_LENGTH
    assert RefreshTokens(OTHERS).decode(text) is None


@given(
    st.text(max_size=90)
    | st.text(alphabet="cvr_AZaz09-_=+/ ", min_size=TEXT_LENGTH, max_size=TEXT_LENGTH)
    | st.binary(min_size=52, max_size=52).map(lambda raw: PREFIX + raw.hex()[: TEXT_LENGTH - 4])
)
def test_what_we_did_not_write_is_not_read(text: str) -> None:
    assert TOKENS.decode(text) is None


@given(st.integers(0, TEXT_LENGTH - 1), st.sampled_from(LETTERS) | st.characters(codec="utf-8"))
def test_a_token_with_one_letter_changed_is_another_text(place: int, letter: str) -> None:
    """Base64 has letters whose last bits count for nothing: no second text for one token."""
    for changed in (TEXT[:place] + letter + TEXT[place + 1 :], TEXT[:-1] + letter):
        assert TOKENS.decode(changed) is None or changed == TEXT


@pytest.mark.parametrize("text", ["", PREFIX, TEXT[:-1], TEXT + "A", TEXT + "=", " " + TEXT])
def test_no_part_and_no_more_of_it_is_read(text: str) -> None:
    assert TOKENS.decode(text) is None


def test_neither_grant_nor_generation_can_be_exchanged() -> None:
    grant = uuid4()
    first, second = (TOKENS.encode(RefreshToken(grant, number)) for number in (1, 2))
    assert TOKENS.decode(first[:32] + second[32:]) is None
    assert TOKENS.decode(second[:32] + first[32:]) is None
