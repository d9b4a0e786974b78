"""What settings mean, in both languages: English beside the code, Vietnamese in a catalogue.

`script/reference` brings the catalogue up to date: a sentence that is new, or said in another way,
comes with an empty translation, and a test says so.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from pydantic import BaseModel

from entrypoints.reference.source_text import first_line, meanings_of
from entrypoints.settings import DELIMITER, PREFIX, Settings
from kernel.messages import Message

CATALOGUE = Path(__file__).parent / "settings.vi.po"
LANGUAGE = "vi"
WIDTH = 100


def model_of(annotation: Any) -> type[BaseModel] | None:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def title_of(model: type[BaseModel]) -> str:
    """Of a section, without the names of its variables, which stand below it."""
    return first_line(model).partition(" Environment: ")[0]


def sentences() -> Iterator[tuple[str, str]]:
    """Variable or section, and what it means in English, in the order of the settings."""
    for name, field in Settings.model_fields.items():
        if (model := model_of(field.annotation)) is not None:
            yield f"{PREFIX}{name.upper()}", title_of(model)
            yield from _of(model, f"{PREFIX}{name.upper()}{DELIMITER}")


def _of(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    meanings = meanings_of(model)
    for name, field in model.model_fields.items():
        inner = model_of(field.annotation)
        if inner is not None:
            yield from _of(inner, f"{prefix}{name.upper()}{DELIMITER}")
        else:
            yield f"{prefix}{name.upper()}", meanings.get(name, "")


@cache
def translations() -> dict[str, str]:
    """English sentence → Vietnamese one; empty while nobody has translated it."""
    if not CATALOGUE.exists():
        return {}
    with CATALOGUE.open("rb") as source:
        return {str(one.id): str(one.string or "") for one in read_po(source) if one.id}


def in_both(sentence: str) -> Message:
    return Message(translations().get(sentence) or sentence, sentence)


def catalogue() -> str:
    """As the file should be, in the order of the settings, with the variables it is said of."""
    said: dict[str, list[str]] = {}
    for variable, sentence in sentences():
        if sentence:
            said.setdefault(sentence, []).append(variable)
    whole = Catalog(locale=LANGUAGE, fuzzy=False, header_comment="")
    for sentence, variables in said.items():
        whole.add(sentence, translations().get(sentence, ""), auto_comments=variables)
    written = BytesIO()
    write_po(written, whole, width=WIDTH, omit_header=True)
    return written.getvalue().decode()
