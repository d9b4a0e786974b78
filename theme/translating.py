"""Bring catalogues up to date with the sentences in use: `python -m theme.translating console`.

One file for each feature, `console/locale/en/people.po` for what stands in `console/people` and
`console/templates/people`; the rest is in `shared.po`. New sentences get an empty translation, or
the one that another feature has for them; those that nobody uses any more go.
"""

import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
KEYWORDS = {"_": None, "ngettext": (1, 2)}
SHARED = "shared"
LANGUAGES = ("en",)
WIDTH = 100

Key = str | tuple[str, ...]
"""Plural sentences are pairs."""
Sentence = Key | list[str]
"""A list is what the library reads plural sentences as."""


def sentences(layer: Path) -> dict[str, set[Key]]:
    """Feature to its sentences; plural ones are pairs."""
    found: dict[str, set[Key]] = {}
    options = {METHODS[0][0]: JINJA}
    for file, _, sentence, _, _ in extract_from_dir(
        layer, METHODS, options, keywords=KEYWORDS, comment_tags=()
    ):
        parts = Path(file).parts
        inside = parts[1:] if parts[0] == "templates" else parts
        feature = inside[0] if len(inside) > 1 else SHARED
        found.setdefault(feature, set()).add(_key(sentence))
    return found


def files(layer: Path, language: str) -> Iterator[tuple[Path, bytes]]:
    """Each catalogue as it should be."""
    folder = layer / "locale" / language
    known: dict[Key, Sentence] = {}
    for file in sorted(folder.glob("*.po")):
        known |= {sentence: said for sentence, said in _present(file, language).items() if said}
    for feature, wanted in sorted(sentences(layer).items()):
        file = folder / f"{feature}.po"
        present = {sentence: said for sentence, said in _present(file, language).items() if said}
        yield file, _written(wanted, known | present, language)


def _present(file: Path, language: str) -> Mapping[Key, Sentence]:
    if not file.exists():
        return {}
    with file.open("rb") as source:
        read = read_po(source, locale=language)
        return {_key(message.id): message.string or "" for message in read}


def _key(sentence: Sentence) -> Key:
    return sentence if isinstance(sentence, str) else tuple(sentence)


def _written(wanted: set[Key], present: Mapping[Key, Sentence], language: str) -> bytes:
    catalogue = Catalog(locale=language, fuzzy=False, header_comment="")
    for sentence in sorted(wanted, key=str):
        catalogue.add(sentence, present.get(sentence, ""))
    written = BytesIO()
    write_po(written, catalogue, width=WIDTH, omit_header=True)
    return written.getvalue()


def main() -> int:
    """Exit code: 1 while translations are missing."""
    missing = 0
    for name in sys.argv[1:]:
        for language in LANGUAGES:
            for file, content in files(Path(name), language):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
                for sentence in untranslated(content, language):
                    print(f"{file}: no translation of {sentence!r}")  # noqa: T201  # a command
                    missing += 1
    return 1 if missing else 0


def untranslated(content: bytes, language: str) -> list[Sentence]:
    read = read_po(BytesIO(content), locale=language)
    return [message.id for message in read if message.id and not _is_full(message.string or "")]


def _is_full(translation: Sentence) -> bool:
    return all(translation) if not isinstance(translation, str) else bool(translation)


if __name__ == "__main__":
    sys.exit(main())
