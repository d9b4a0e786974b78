"""Keyset paging: a cursor names the last row seen, so pages neither skip nor repeat rows."""

import json

from kernel import base64url
from kernel.errors import Invalid

LARGEST_PAGE = 200


class CursorInvalid(Invalid):
    code = "cursor-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Con trỏ trang không hợp lệ; hãy bắt đầu lại từ trang đầu.",
            "The page cursor is not one of ours; start again from the first page.",
            place="cursor",
        )


def encode_cursor(*values: str) -> str:
    return base64url.encode(json.dumps(values).encode())


def decode_cursor(cursor: str, length: int) -> list[str]:
    """Raises CursorInvalid."""
    try:
        values = json.loads(base64url.decode(cursor))
    except ValueError as error:
        raise CursorInvalid from error
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(isinstance(value, str) and _storable(value) for value in values)
    ):
        raise CursorInvalid
    return values


def _storable(value: str) -> bool:
    """PostgreSQL's text takes neither NUL nor half of a surrogate pair, which JSON can spell."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)
