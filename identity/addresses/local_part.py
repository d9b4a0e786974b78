"""What may stand before the @ of an address that we give out."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kernel.errors import Invalid
from kernel.messages import Message

LONGEST_LOCAL_PART = 64
"""Octets, RFC 5321 section 4.5.3.1.1."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a local part cannot be given; `code` is stable."""

    code: str
    message: Message


EMPTY = Refusal("address-empty", Message("Địa chỉ trống.", "The address is empty."))
TOO_LONG = Refusal(
    "address-too-long",
    Message(
        f"Phần trước @ dài quá {LONGEST_LOCAL_PART} ký tự.",
        f"The part before the @ is longer than {LONGEST_LOCAL_PART} characters.",
    ),
)
MALFORMED = Refusal(
    "address-malformed",
    Message(
        "Phần trước @ chỉ gồm a-z, 0-9, dấu chấm, gạch nối; dấu không ở đầu, cuối hay liền nhau.",
        "Before the @ there are only a-z, 0-9, dots and hyphens; none first, last or side by side.",
    ),
)
RESERVED = Refusal(
    "address-reserved",
    Message("Tên này dành riêng cho hệ thống.", "This name is reserved for the system."),
)
EMBARRASSING = Refusal(
    "address-embarrassing",
    Message("Tên này dễ gây phản cảm.", "This name reads as something embarrassing."),
)


class LocalPartRefused(Invalid):
    def __init__(self, local_part: str, refusal: Refusal) -> None:
        message = refusal.message
        super().__init__(
            f"{local_part}: {message.vi}", f"{local_part}: {message.en}", place="address"
        )
        self.code = refusal.code  # type: ignore[misc]  # one class, the codes of all refusals


_WELL_FORMED = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_BETWEEN_WORDS = re.compile(r"[.-]")


def find_refusal(local_part: str) -> Refusal | None:
    """The first rule that the local part breaks; None when it may be given."""
    if not local_part:
        return EMPTY
    if len(local_part) > LONGEST_LOCAL_PART:
        return TOO_LONG
    if not _WELL_FORMED.fullmatch(local_part):
        return MALFORMED
    if local_part.rstrip("0123456789") in _words_of("reserved.txt"):
        return RESERVED
    words = {word.rstrip("0123456789") for word in _BETWEEN_WORDS.split(local_part)}
    return None if words.isdisjoint(_words_of("embarrassing.txt")) else EMBARRASSING


def check_form(local_part: str) -> None:
    """Raises LocalPartRefused; for addresses that nobody gets, so that any word will do."""
    refusal = find_refusal(local_part)
    if refusal in {EMPTY, TOO_LONG, MALFORMED}:
        raise LocalPartRefused(local_part, refusal)


def check(local_part: str) -> None:
    """Raises LocalPartRefused; for addresses that people type."""
    refusal = find_refusal(local_part)
    if refusal:
        raise LocalPartRefused(local_part, refusal)


@cache
def _words_of(file: str) -> frozenset[str]:
    lines = (files("identity.addresses") / file).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
