"""What a list of organisations would do to the tree."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.hr_import.columns import Column
from identity.hr_import.fields import OrganisationFields
from identity.hr_import.findings import quoted
from identity.hr_import.models import Verdict
from identity.hr_import.organisation_kinds import kind_of
from identity.hr_import.parsing import ParsedRow
from identity.hr_import.plan_rows import Change, PlannedRow
from identity.organisations.codes import ParsedCode, parse_code
from identity.organisations.errors import AgencyCodeInvalid
from identity.organisations.models import AgencyCode, Organisation
from kernel.messages import Message

MAIL_STEM = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
STATISTICS_CODE = re.compile(r"[0-9]{1,10}")


class OrganisationsPlan:
    """Rows may stand in any order; a parent is a row of the file or stands in the registry."""

    def __init__(self, session: Session, day: date) -> None:
        self._day = day
        statement = select(AgencyCode.canonical, Organisation).join(
            Organisation, Organisation.id == AgencyCode.organisation_id
        )
        self._registered = dict(session.execute(statement).all())
        self._codes = {row.id: code for code, row in self._registered.items()}
        self._names = {row.id: row.name for row in self._registered.values()}
        self._in_file: dict[str, PlannedRow] = {}
        self._unplaced: dict[str, PlannedRow] = {}
        """Rows that cannot be read whole: a later one may take their code."""
        self._parents: dict[str, str | None] = {}

    def plan(self, rows: Sequence[tuple[PlannedRow, ParsedRow]]) -> None:
        read = []
        for planned, parsed in rows:
            fields = parsed.fields
            assert isinstance(fields, OrganisationFields)  # noqa: S101  # so says the sheet
            read.append((planned, fields, self._code(planned, fields, parsed.unread)))
        for order, (planned, fields, code) in enumerate(read):
            self._check(planned, fields)
            parent = self._parent(planned, fields)
            if code is not None:
                if self._in_file.get(code.canonical) is planned:
                    self._parents[code.canonical] = parent
                self._compare(planned, fields, code, parent, order=order)
        self._refuse_circles()

    def _code(
        self, planned: PlannedRow, fields: OrganisationFields, unread: AbstractSet[Column]
    ) -> ParsedCode | None:
        """None where it cannot stand for the row."""
        if Column.ORGANISATION_CODE in unread:
            return None
        try:
            code = parse_code(fields.code or "")
        except AgencyCodeInvalid as error:
            planned.refuse("organisation_code_invalid", "organisation_code", error.message)
            return None
        if earlier := self._in_file.get(code.canonical):
            planned.refuse(
                "organisation_code_conflict",
                "organisation_code",
                Message(f"Mã này đã có ở dòng {earlier.row}.", f"Row {earlier.row} has this code."),
            )
            return None
        if planned.is_refused:
            self._unplaced.setdefault(code.canonical, planned)
            return code
        self._in_file[code.canonical] = planned
        if registered := self._registered.get(code.canonical):
            self._codes[registered.id] = code.canonical
        return code

    def _check(self, planned: PlannedRow, fields: OrganisationFields) -> None:
        if kind_of(fields.kind, fields.name or "") is None:
            kind = quoted(fields.kind or "")
            message = Message(
                f"Không rõ loại cơ quan “{kind}”.", f"“{kind}” is no kind of organisation."
            )
            planned.refuse("organisation_kind_unknown", "organisation_kind", message)
        if fields.mail_stem and not MAIL_STEM.fullmatch(fields.mail_stem):
            message = Message(
                "Phần tên trong địa chỉ chỉ gồm a-z, 0-9, dấu chấm và gạch nối.",
                "A mail stem has only a-z, 0-9, dots and hyphens.",
            )
            planned.refuse("mail_stem_invalid", "mail_stem", message)
        if fields.gso_code and not STATISTICS_CODE.fullmatch(fields.gso_code):
            message = Message(
                "Mã đơn vị hành chính của cơ quan thống kê chỉ gồm chữ số.",
                "A code of the statistics office has only digits.",
            )
            planned.refuse("gso_code_invalid", "gso_code", message)

    def _parent(self, planned: PlannedRow, fields: OrganisationFields) -> str | None:
        if not fields.parent_code:
            return None
        try:
            parent = parse_code(fields.parent_code).canonical
        except AgencyCodeInvalid:
            parent = ""
        if parent in self._in_file or parent in self._registered:
            return parent
        if above := self._unplaced.get(parent):
            _refuse_orphan(planned, above)
            return None
        parent_code = quoted(fields.parent_code)
        message = Message(
            f"Không có cơ quan cấp trên mang mã {parent_code}.",
            f"No organisation above has the code {parent_code}.",
        )
        planned.refuse("parent_unknown", "parent_code", message)
        return None

    def _compare(
        self,
        planned: PlannedRow,
        fields: OrganisationFields,
        code: ParsedCode,
        parent: str | None,
        *,
        order: int,
    ) -> None:
        kind = kind_of(fields.kind, fields.name or "")
        wanted = {
            "kind": kind and kind.value,
            "name": fields.name,
            "short_name": fields.short_name,
            "mail_stem": fields.mail_stem,
            "statistics_code": fields.gso_code,
        }
        payload = {
            **wanted,
            "code": code.code,
            "canonical": code.canonical,
            "form": code.form.value,
            "parent": parent,
            "display_order": order,
            "valid_from": (fields.valid_from or self._day).isoformat(),
        }
        registered = self._registered.get(code.canonical)
        if registered is None:
            if planned.is_open:
                planned.operation, planned.payload = "create", payload
            return
        planned.subject_id = registered.id
        changes = [
            Change(field, getattr(registered, field), value)
            for field, value in wanted.items()
            if value is not None and value != getattr(registered, field)
        ]
        if self._moves(registered, parent):
            before = self._names.get(registered.parent_id) if registered.parent_id else None
            changes.append(Change("parent", before, fields.parent_code))
        if not changes:
            if planned.is_open:
                planned.verdict = Verdict.UNCHANGED
            return
        if registered.valid_to is not None and registered.valid_to <= self._day:
            name = registered.name
            message = Message(f"“{name}” đã giải thể.", f"“{name}” has been closed.")
            planned.refuse("organisation_closed", "organisation_code", message)
        if planned.is_refused:
            return
        planned.verdict, planned.operation = Verdict.CHANGE, "change"
        planned.changes = changes
        planned.payload = {**payload, "organisation_id": str(registered.id)}

    def _moves(self, registered: Organisation, parent: str | None) -> bool:
        """A row without a parent says nothing about it."""
        if parent is None:
            return False
        present: UUID | None = self._registered[parent].id if parent in self._registered else None
        return present is None or present != registered.parent_id

    def _refuse_circles(self) -> None:
        for code, planned in self._in_file.items():
            seen, place = {code}, self._above(code)
            while place is not None and place not in seen:
                seen.add(place)
                place = self._above(place)
            if place is not None:
                message = Message(
                    "Cơ quan trực thuộc vòng tròn: không thể là cấp trên của chính mình.",
                    "The organisations stand in a circle: none can be above itself.",
                )
                planned.refuse("parent_circle", "parent_code", message)
        self._refuse_orphans()

    def _above(self, code: str) -> str | None:
        """The parent that the file gives; where it is silent, the one that stays."""
        if parent := self._parents.get(code):
            known = self._registered.get(parent)
            return self._codes[known.id] if known else parent  # it may go by an older code
        registered = self._registered.get(code)
        if registered is None or registered.parent_id is None:
            return None
        return self._codes.get(registered.parent_id)

    def _refuse_orphans(self) -> None:
        """A row below a refused one cannot be placed either, down to the leaves."""
        refused_more = True
        while refused_more:
            refused_more = False
            for code, planned in self._in_file.items():
                parent = self._parents.get(code)
                above = self._in_file.get(parent) if parent else None
                if (
                    above is not None
                    and above.is_refused
                    and not planned.is_refused_at("parent_code")
                    and parent not in self._registered
                ):
                    _refuse_orphan(planned, above)
                    refused_more = True


def _refuse_orphan(planned: PlannedRow, above: PlannedRow) -> None:
    message = Message(
        f"Cơ quan cấp trên ở dòng {above.row} bị từ chối.",
        f"The organisation above, row {above.row}, is refused.",
    )
    planned.refuse("parent_refused", "parent_code", message)
