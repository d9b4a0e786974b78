"""Every sentence of the console is in the catalogues, in every language."""

from pathlib import Path

import pytest

from theme.translating import LANGUAGES, files, untranslated

LAYER = Path("console")


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_have_what_pages_say_and_nothing_else(language: str) -> None:
    for file, content in files(LAYER, language):
        assert file.read_bytes() == content, f"run: python -m theme.translating {LAYER}"
        assert untranslated(content, language) == [], file


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_is_left_over(language: str) -> None:
    present = set((LAYER / "locale" / language).glob("*.po"))
    assert present == {file for file, _ in files(LAYER, language)}
