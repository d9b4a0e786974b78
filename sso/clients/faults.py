"""What does not fit in a description of a client, member by member, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kernel.messages import Message


class Unfit(ValueError):  # a member, not a failure of the program
    """Members contradict each other; raised by the description's own checks."""

    def __init__(self, place: str, vi: str, en: str) -> None:
        super().__init__(f"{place}: {en}")
        self.place = place
        self.message = Message(vi, en)


@dataclass(frozen=True, slots=True)
class DescriptionFault:
    path: str
    """`redirect_uris`, or `redirect_uris.0` for the first address; empty for the whole."""
    message: Message

    @property
    def member(self) -> str | None:
        return self.path.partition(".")[0] or None


SENTENCES: Mapping[str, str] = {
    "missing": "cần có",
    "string_too_short": "không được để trống",
    "string_pattern_mismatch": "có ký tự không dùng được",
    "enum": "không có giá trị này để chọn",
    "literal_error": "không có giá trị này để chọn",
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "dict_type": "phải là một đối tượng JSON",
    "list_type": "phải là một danh sách",
    "uuid_parsing": "không phải mã định danh",
    "extra_forbidden": "không có mục này",
}


def faults_in(error: ValidationError) -> list[DescriptionFault]:
    return [_fault(found) for found in error.errors(include_input=False, include_url=False)]


def _fault(found: ErrorDetails) -> DescriptionFault:
    context: Mapping[str, Any] = found.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Unfit):
        return DescriptionFault(cause.place, cause.message)
    path = ".".join(str(part) for part in found["loc"])
    plain = found["msg"].removeprefix("Value error, ")
    return DescriptionFault(path, Message(_in_vietnamese(found["type"], context), plain))


def _in_vietnamese(kind: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "string_too_long":
            return f"không quá {context['max_length']} ký tự"
        case "too_long":
            return f"không quá {context['max_length']} mục"
        case "greater_than_equal":
            return f"không nhỏ hơn {context['ge']}"
        case "less_than_equal":
            return f"không lớn hơn {context['le']}"
    return SENTENCES.get(kind, "giá trị không dùng được")
