"""What is wrong with a form, as pages show it: on top of the form and beside the field."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.errors import DomainError
from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Fault:
    message: Message
    place: str | None = None
    """Name of the field; None for what concerns the form as a whole."""


def faults_of(error: DomainError) -> Sequence[Fault]:
    """One for each reason that an error has, or for the error itself."""
    if error.reasons:
        return [Fault(reason.message, error.place) for reason in error.reasons]
    return [Fault(error.message, error.place)]
