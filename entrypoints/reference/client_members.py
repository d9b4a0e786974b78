"""The members of a client's description."""

import enum
from typing import Any, get_args

from pydantic_core import PydanticUndefined

from entrypoints.reference.markdown import code, table
from entrypoints.reference.source_text import sentences_of
from sso.clients.description import ClientDescription


def client_members() -> str:
    sentences = sentences_of(ClientDescription)
    rows = [
        (code(name), _values(field.annotation), _default(field.default), sentences.get(name, ""))
        for name, field in ClientDescription.model_fields.items()
    ]
    return table(("member", "values", "default", "meaning"), rows)


def _values(annotation: Any) -> str:
    """The words that there are to choose from; nothing for free text."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return ", ".join(code(str(member.value)) for member in annotation)
    found = [_values(part) for part in get_args(annotation) if not isinstance(part, str)]
    words = [code(part) for part in get_args(annotation) if isinstance(part, str)]
    return ", ".join(filter(None, [*found, *words]))


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "**required**"
    if isinstance(value, enum.Enum):
        return code(str(value.value))
    if isinstance(value, list):
        return " ".join(code(str(getattr(item, "value", item))) for item in value)
    return "" if value is None else code(str(value).lower())
