"""How figures are said."""

import pytest

from console.words import share


@pytest.mark.parametrize(
    ("value", "vietnamese", "english", "briefly"),
    [
        (None, "–", "–", "–"),
        (0.0, "0,0 %", "0.0 %", "0,0 %"),
        (0.0002, "dưới 0,1 %", "under 0.1 %", "<0,1 %"),
        (0.0006, "0,1 %", "0.1 %", "0,1 %"),
        (0.9994, "99,9 %", "99.9 %", "99,9 %"),
        (0.9996, "trên 99,9 %", "over 99.9 %", ">99,9 %"),
        (1.0, "100,0 %", "100.0 %", "100,0 %"),
        (1.25, "125,0 %", "125.0 %", "125,0 %"),
    ],
)
def test_what_is_not_nothing_is_not_said_to_be_nothing_nor_all_what_is_not_all(
    value: float | None, vietnamese: str, english: str, briefly: str
) -> None:
    said = share(value, "vi"), share(value, "en"), share(value, "vi", brief=True)
    assert said == (vietnamese, english, briefly)
