"""Every setting with its value and where that comes from; of secrets only whether they are set."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from dotenv import dotenv_values
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from console.settings.entries import Section, Setting, Source
from entrypoints.home import Home
from entrypoints.reference.setting_words import in_both, title_of
from entrypoints.reference.source_text import meanings_of
from entrypoints.settings import DELIMITER, PREFIX, Settings

CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
"""Of an address; nobody should write them there, and nobody shall read them here."""


def settings_in_force(settings: Settings, environment: Mapping[str, str]) -> list[Section]:
    """As this process has read them."""
    names = Names(environment)
    return [
        Section(
            name,
            in_both(title_of(type(model))),
            tuple(_of(model, f"{PREFIX}{name.upper()}", names)),
        )
        for name in Settings.model_fields
        if isinstance(model := getattr(settings, name), BaseModel)
    ]


class Names:
    """Which variables are given where."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name.upper() for name in environment}
        file = Home.from_environment(environment).env_file
        self._file = {name.upper() for name in dotenv_values(file)} if file.exists() else set()

    def source_of(self, variable: str, *, is_given: bool) -> Source:
        """A whole section may be given as JSON, by the variable above."""
        parts = variable.split(DELIMITER)
        above = {DELIMITER.join(parts[:length]) for length in range(1, len(parts) + 1)}
        if self._has(self._environment, above):
            return Source.ENVIRONMENT
        if self._has(self._file, above):
            return Source.FILE
        return Source.PROGRAM if is_given else Source.DEFAULT

    @staticmethod
    def _has(given: set[str], above: set[str]) -> bool:
        return not above.isdisjoint(given)


def _of(model: BaseModel, prefix: str, names: Names) -> Iterator[Setting]:
    meanings = meanings_of(type(model))
    for name, field in type(model).model_fields.items():
        variable, value = f"{prefix}{DELIMITER}{name.upper()}", getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _of(value, variable, names)
            continue
        source = names.source_of(variable, is_given=name in model.model_fields_set)
        is_secret = holds_secret(field.annotation)
        yield Setting(
            variable,
            "" if is_secret else _shown(value),
            "" if is_secret else _default(field),
            is_secret,
            _is_set(value),
            source,
            in_both(meanings.get(name, "")),
        )


def holds_secret(annotation: Any) -> bool:
    """Itself, or one of those in a list or an object."""
    return annotation is SecretStr or any(holds_secret(inner) for inner in get_args(annotation))


def _is_set(value: Any) -> bool:
    if isinstance(value, SecretStr):
        return bool(value.get_secret_value())
    return value is not None and value not in ("", [], {})


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=True, validated_data={})
    return "" if default is PydanticUndefined else _shown(default)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | dict):
        return CREDENTIALS.sub("…@", json.dumps(value, ensure_ascii=False, default=str))
    return CREDENTIALS.sub("…@", str(value))
