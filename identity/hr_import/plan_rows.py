"""One row of a plan: what was decided about it and what would be written."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from identity.hr_import.models import Verdict
from kernel.messages import Message


@dataclass(slots=True)
class Change:
    """One field that becomes different. Values are shown to people: numbers are masked."""

    field: str
    before: str | None
    after: str | None

    def as_json(self) -> dict[str, str | None]:
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was decided for the person who sent the file, and should be known."""

    code: str
    message: Message

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "vi": self.message.vi, "en": self.message.en}


@dataclass(frozen=True, slots=True)
class PlannedRefusal:
    reason: str
    column: str | None
    message: Message

    def as_json(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "column": self.column,
            "message": {"vi": self.message.vi, "en": self.message.en},
        }


@dataclass(slots=True)
class PlannedRow:
    position: int
    row: int
    sheet: str
    verdict: Verdict
    reason: str | None = None
    column: str | None = None
    message: Message | None = None
    further: tuple[PlannedRefusal, ...] = ()
    """What else the row is refused for."""
    operation: str | None = None
    """`create`, `change`, `move`, `suspend`, `close`: what an accepted row does."""
    notes: list[Note] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    subject_id: UUID | None = None
    payload: dict[str, Any] | None = None
    """What applying writes. Kept sealed, since it holds citizen numbers."""
    cells: dict[str, str] | None = None
    """What stands in the row; kept sealed for the same reason."""
    proposed: list[str] = field(default_factory=list)
    """Ids of the people of whom somebody has to say whether the row is about one of them."""

    def refuse(self, reason: str, column: str | None, message: Message) -> None:
        """The first refusal is the reason of the row; others stand beside it."""
        if self.verdict is not Verdict.REFUSE:
            self.verdict, self.reason = Verdict.REFUSE, reason
            self.column, self.message = column, message
            self.operation = self.payload = None
            self.changes = []
        elif (reason, column) not in self._told():
            self.further += (PlannedRefusal(reason, column, message),)

    def _told(self) -> set[tuple[str | None, str | None]]:
        further = {(refusal.reason, refusal.column) for refusal in self.further}
        return {(self.reason, self.column)} | further

    def is_refused_at(self, column: str) -> bool:
        return self.is_refused and column in {place for _, place in self._told()}

    def repeat(self, earlier: int) -> None:
        """The row says what an earlier one said already."""
        self.verdict, self.reason = Verdict.DUPLICATE, "duplicate_row"
        self.message = Message(f"Trùng với dòng {earlier}.", f"The same as row {earlier}.")

    @property
    def is_refused(self) -> bool:
        return self.verdict is Verdict.REFUSE

    @property
    def is_open(self) -> bool:
        """Whether nothing has spoken against the row yet."""
        return self.verdict is Verdict.ACCEPT


def totals_of(rows: list[PlannedRow]) -> dict[str, int]:
    """Rows by verdict, and under `to_…` what the rows to be written do."""
    totals = {"rows": len(rows)} | dict.fromkeys((verdict.value for verdict in Verdict), 0)
    for row in rows:
        totals[row.verdict.value] += 1
        if row.operation is not None:
            name = f"to_{row.operation}"
            totals[name] = totals.get(name, 0) + 1
    return totals
