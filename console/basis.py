"""Why something is done, as it was typed into a form."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Form

from kernel.audit import Basis
from kernel.messages import Message
from theme.faults import Fault

SHORTEST_REASON, LONGEST_REASON, LONGEST_NUMBER = 3, 500, 100


@dataclass(frozen=True, slots=True)
class TypedBasis:
    """`parts.basis` shows it."""

    reason: str = ""
    document_number: str = ""
    document_date: str = ""

    @property
    def faults(self) -> list[Fault]:
        found = []
        if not SHORTEST_REASON <= len(self.reason) <= LONGEST_REASON:
            sentence = Message(
                "Hãy ghi lý do, từ 3 đến 500 ký tự.", "Give a reason of 3 to 500 characters."
            )
            found.append(Fault(sentence, "reason"))
        if len(self.document_number) > LONGEST_NUMBER:
            sentence = Message(
                "Số văn bản dài quá 100 ký tự.",
                "The document number is longer than 100 characters.",
            )
            found.append(Fault(sentence, "document_number"))
        if self.document_date and self._day is None:
            sentence = Message("Ngày văn bản không có thật.", "There is no such day.")
            found.append(Fault(sentence, "document_date"))
        return found

    @property
    def _day(self) -> date | None:
        try:
            return date.fromisoformat(self.document_date)
        except ValueError:
            return None

    def given(self) -> Basis:
        """Of what has no faults."""
        return Basis(self.reason, self.document_number or None, self._day)


NOTHING = TypedBasis()


def typed_basis(
    reason: Annotated[str, Form()] = "",
    document_number: Annotated[str, Form()] = "",
    document_date: Annotated[str, Form()] = "",
) -> TypedBasis:
    return TypedBasis(reason.strip(), document_number.strip(), document_date.strip())


BasisOfForm = Annotated[TypedBasis, Depends(typed_basis)]
