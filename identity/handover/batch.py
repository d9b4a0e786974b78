"""What is handed over: one batch for an organisation, one letter for an account."""

import enum
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from identity.accounts.models import AccountKind
from identity.people.models import Sex
from kernel.audit import Basis


class Purpose(enum.StrEnum):
    ACTIVATION = "activation"
    RESET = "reset"
    """A new password for an account in use."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who opens a letter."""

    name: str
    sex: Sex | None
    position: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    kind: AccountKind
    account_id: UUID
    name: str
    """The person's, or the display name of an organisation account."""
    readers: tuple[Reader, ...]
    """The person; for an organisation account its custodians, possibly none."""
    address: str | None
    login: str
    code: str = field(repr=False)  # a batch in a log must not give codes away


@dataclass(frozen=True, slots=True)
class Batch:
    """The letters of one organisation in the order of its list."""

    organisation_id: UUID
    organisation_name: str
    organisation_code: str | None
    issued_on: date
    expires_on: date
    """The last day on which the codes work."""
    basis: Basis
    letters: tuple[Letter, ...]
    purpose: Purpose = Purpose.ACTIVATION
