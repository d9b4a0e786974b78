"""Every sentence of the console is in the catalogues, in every language."""

from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_has_one_translation_in_whichever_file_it_stands(language: str) -> None:
    """Pages read all files as one: a second translation would hide the first everywhere."""
    found: dict[object, set[object]] = defaultdict(set)
    for file, _ in files(LAYER, language):
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                found[_hashable(message.id)].add(_hashable(message.string))
    assert {sentence: said for sentence, said in found.items() if len(said) > 1} == {}


def _hashable(sentence: object) -> object:
    return tuple(sentence) if isinstance(sentence, (list, tuple)) else sentence
