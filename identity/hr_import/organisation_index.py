"""Finding the organisation that a row names, by code or by an unmistakable name."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.hr_import.findings import quoted
from identity.names.text import search_key
from identity.organisations.codes import parse_code
from identity.organisations.errors import AgencyCodeInvalid
from identity.organisations.models import AgencyCode, Organisation
from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class KnownOrganisation:
    id: UUID
    name: str
    parent_id: UUID | None
    mail_stem: str | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class NotResolved:
    """Why no organisation was found; `code` is the reason of the row."""

    code: str
    column: str
    message: Message


class OrganisationIndex:
    """The tree in memory: a province has hundreds of organisations, not millions."""

    def __init__(self, session: Session, day: date) -> None:
        self._day = day
        self._by_id: dict[UUID, KnownOrganisation] = {}
        self._by_name: dict[str, list[KnownOrganisation]] = defaultdict(list)
        self._by_code: dict[str, KnownOrganisation] = {}
        self._answers: dict[tuple[str | None, ...], KnownOrganisation | NotResolved] = {}
        for organisation in session.scalars(select(Organisation)):
            self._add(organisation)
        codes = select(AgencyCode.canonical, AgencyCode.organisation_id)
        for canonical, organisation_id in session.execute(codes):
            self._by_code[canonical] = self._by_id[organisation_id]

    def _add(self, row: Organisation) -> None:
        known = KnownOrganisation(row.id, row.name, row.parent_id, row.mail_stem, row.valid_to)
        self._by_id[row.id] = known
        if self._in_force(known):
            for name in {row.name, row.short_name or row.name}:
                self._by_name[search_key(name)].append(known)

    def _in_force(self, organisation: KnownOrganisation) -> bool:
        return organisation.valid_to is None or organisation.valid_to > self._day

    def get(self, organisation_id: UUID) -> KnownOrganisation:
        return self._by_id[organisation_id]

    def parent_stem(self, organisation: KnownOrganisation) -> str | None:
        if organisation.parent_id is None:
            return None
        return self._by_id[organisation.parent_id].mail_stem

    def resolve(
        self, code: str | None, name: str | None, department: str | None = None
    ) -> KnownOrganisation | NotResolved:
        """The code decides; names are asked only where there is no code."""
        key = (code, name, department)
        if key not in self._answers:
            self._answers[key] = self._find(code, name, department)
        return self._answers[key]

    def _find(
        self, code: str | None, name: str | None, department: str | None
    ) -> KnownOrganisation | NotResolved:
        if code:
            return self._by_code_or_refusal(code)
        body = self._named(name)
        if not department or isinstance(body, NotResolved):
            return body if name else self._named(department)
        return self._department(body, department)

    def _department(self, body: KnownOrganisation, name: str) -> KnownOrganisation | NotResolved:
        """A part of an organisation, named alone or with the name of the whole after it."""
        for known in self._by_name.get(search_key(f"{name} - {body.name}"), []):
            if known.parent_id == body.id:
                return known
        for known in self._by_name.get(search_key(name), []):
            if known.parent_id == body.id:
                return known
        shown = quoted(name)
        return NotResolved(
            "organisation_unknown",
            "department_name",
            Message(
                f"“{body.name}” không có đơn vị trực thuộc “{shown}”.",
                f"“{body.name}” has no part called “{shown}”.",
            ),
        )

    def _by_code_or_refusal(self, code: str) -> KnownOrganisation | NotResolved:
        shown = quoted(code)
        try:
            found = self._by_code.get(parse_code(code).canonical)
        except AgencyCodeInvalid:
            return NotResolved(
                "organisation_unknown", "organisation_code", AgencyCodeInvalid(shown).message
            )
        if found is None:
            return NotResolved(
                "organisation_unknown",
                "organisation_code",
                Message(
                    f"Không có cơ quan, đơn vị nào mang mã {shown}.",
                    f"No organisation has the code {shown}.",
                ),
            )
        return self._unless_closed(found, "organisation_code")

    def _unless_closed(
        self, found: KnownOrganisation, column: str
    ) -> KnownOrganisation | NotResolved:
        if self._in_force(found):
            return found
        return NotResolved(
            "organisation_closed",
            column,
            Message(f"“{found.name}” đã giải thể.", f"“{found.name}” has been closed."),
        )

    def _named(self, name: str | None) -> KnownOrganisation | NotResolved:
        if not name:
            return NotResolved(
                "organisation_missing",
                "organisation_code",
                Message("Thiếu cơ quan, đơn vị.", "The organisation is missing."),
            )
        found = self._by_name.get(search_key(name), [])
        if len(found) == 1:
            return found[0]
        shown = quoted(name)
        if not found:
            return NotResolved(
                "organisation_unknown",
                "organisation_name",
                Message(
                    f"Không có cơ quan, đơn vị nào tên “{shown}”.",
                    f"No organisation is called “{shown}”.",
                ),
            )
        return NotResolved(
            "organisation_ambiguous",
            "organisation_name",
            Message(
                f"Có {len(found)} cơ quan, đơn vị tên “{shown}”; hãy ghi mã định danh.",
                f"{len(found)} organisations are called “{shown}”; give the agency code.",
            ),
        )
