"""Values of a filter that mean nothing: then nobody is meant, and never everybody."""

from collections.abc import Iterable, Sequence
from typing import Protocol, Self
from uuid import UUID

from sqlalchemy.orm import Session

from identity.organisations.queries import list_subtree
from kernel.errors import Invalid
from kernel.messages import Message
from theme.faults import Fault


def misread(label: Message, value: str, place: str) -> Fault:
    """`label` stands at the field whose value it is."""
    return Fault(
        Message(
            f"Không hiểu “{value}” ở điều kiện “{label.vi}”, nên danh sách để trống. "
            "Hãy chọn lại, hoặc bỏ điều kiện này.",
            f"“{value}” is not understood for “{label.en}”, so the list is empty. "
            "Choose again, or leave it out.",
        ),
        place,
    )


class FilterUnclear(Invalid):
    """Asked to act on all that a filter finds, which is not known."""

    code = "filter-unclear"

    def __init__(self, faults: Iterable[Fault]) -> None:
        told = [fault.message for fault in faults]
        super().__init__(
            " ".join([*(one.vi for one in told), "Chưa có gì được làm; hãy quay lại danh sách."]),
            " ".join([*(one.en for one in told), "Nothing has been done; go back to the list."]),
            place="filter",
        )


class OfOrganisation(Protocol):
    """A filter that may name an organisation."""

    @property
    def under(self) -> UUID | None: ...
    @property
    def unclear(self) -> Sequence[Fault]: ...
    def without_organisation(self) -> Self: ...


def organisations_below(session: Session, wanted: OfOrganisation) -> list[UUID]:
    """Those that are meant; none where all are.

    Raises FilterUnclear where there is no such organisation.
    """
    if wanted.under is None:
        return []
    below = list_subtree(session, wanted.under)
    if not below:
        raise FilterUnclear(wanted.without_organisation().unclear)
    return below
