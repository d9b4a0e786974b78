"""What can go wrong, in words that the person who asked understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Reason:
    """One of several things that are wrong at once; its code is as stable as that of an error."""

    code: str
    message: Message


class DomainError(Exception):
    """A refusal that is part of the product.

    `code` is stable and documented; clients may rely on it, sentences may be improved.
    """

    code: ClassVar[str] = "error"
    reasons: Sequence[Reason] = ()
    """Where several things are wrong: each of them."""

    def __init__(self, vi: str, en: str, *, place: str | None = None) -> None:
        super().__init__(en)
        self.message = Message(vi, en)
        self.place = place
        """Field, row or file that the error is about."""

    def as_json(self) -> dict[str, Any]:
        """As a plan keeps what it failed for, in both languages."""
        message = self.message
        return {"code": self.code, "vi": message.vi, "en": message.en, "place": self.place}


class Invalid(DomainError):
    """The input itself is wrong; sending it again changes nothing."""


class NotFound(DomainError):
    """What was asked for does not exist, or not for this caller."""


class Conflict(DomainError):
    """The request is well formed but the current state forbids it."""


class Forbidden(DomainError):
    """The caller may not do this."""


class TooMany(DomainError):
    """The caller has to wait before anything is looked at (RFC 6585 section 4)."""

    def __init__(self, vi: str, en: str, *, seconds: int) -> None:
        super().__init__(vi, en)
        self.seconds = seconds
        """Until the next attempt."""


class Unauthenticated(DomainError):
    """The caller has not proved who they are."""


class Unavailable(DomainError):
    """Something we depend on does not answer; trying again later may help."""


ERROR_KINDS: dict[type[DomainError], int] = {
    Invalid: 422,
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    TooMany: 429,
    Unauthenticated: 401,
    Unavailable: 503,
}
"""HTTP status of each kind (RFC 9110 section 15)."""
