"""Settings as a page shows them; `entrypoints` knows them and hands them over."""

import enum
from dataclasses import dataclass

from kernel.messages import Message


class Source(enum.StrEnum):
    """Where a value comes from."""

    DEFAULT = "default"
    FILE = "file"
    """The env file of the home."""
    ENVIRONMENT = "environment"
    """Of the process; goes before the file."""
    PROGRAM = "program"
    """Worked out from others while they were read."""


@dataclass(frozen=True, slots=True)
class Setting:
    variable: str
    value: str
    """Empty for a secret, whatever it is."""
    default: str
    is_secret: bool
    is_set: bool
    """Has a value at all."""
    source: Source
    meaning: Message


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    meaning: Message
    settings: tuple[Setting, ...]
