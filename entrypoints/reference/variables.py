"""Every setting, from the classes that read them and the sentences under their fields."""

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from entrypoints.reference.markdown import code, table
from entrypoints.reference.setting_words import model_of
from entrypoints.reference.source_text import first_line, meanings_of
from entrypoints.settings import DELIMITER, PREFIX, Settings

KINDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    SecretStr: "secret",
    Path: "path",
}
UNIONS = {types.UnionType, Union}


def settings() -> str:
    sections = []
    for name, field in Settings.model_fields.items():
        model = model_of(field.annotation)
        if model is None:
            continue
        rows = list(_rows(model, f"{PREFIX}{name.upper()}{DELIMITER}"))
        title = f"## {name}\n\n{first_line(model)}\n"
        sections.append(f"{title}\n{table(('variable', 'kind', 'default', 'meaning'), rows)}")
    return "\n".join(sections)


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, ...]]:
    sentences = meanings_of(model)
    for name, field in model.model_fields.items():
        inner = model_of(field.annotation)
        if inner is not None:
            yield from _rows(inner, f"{prefix}{name.upper()}{DELIMITER}")
        else:
            variable = f"{prefix}{name.upper()}"
            meaning = " ".join(filter(None, (sentences.get(name), _limits(field))))
            yield code(variable), _kind(field.annotation), _default(field), meaning


def _kind(annotation: Any) -> str:
    if get_origin(annotation) in UNIONS:
        annotation = next(kind for kind in get_args(annotation) if kind is not types.NoneType)
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is dict:
        return "JSON object"
    if get_origin(annotation) is list:
        return "JSON list"
    choices = [str(choice) for choice in get_args(annotation)]
    return KINDS.get(annotation) or " or ".join(map(code, choices)) or "text"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined or default is None or default == "":
        return "none"
    if isinstance(default, list):
        return code(json.dumps(default, ensure_ascii=False, default=str))  # as one has to type it
    return code(f"{default:,}" if isinstance(default, int) and default > 9999 else str(default))  # noqa: PLR2004  # from there on groups of digits help


def _limits(field: FieldInfo) -> str:
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    found = [
        f"{words[name]} {getattr(limit, name)}"
        for limit in field.metadata
        for name in words
        if getattr(limit, name, None) is not None
    ]
    return f"({', '.join(found)})" if found else ""
