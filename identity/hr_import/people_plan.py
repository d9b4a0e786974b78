"""What a list of people would do to the registry, row by row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from identity.hr_import.columns import BIRTH, NAME, PLACE, Column
from identity.hr_import.contract_types import contract_type_of
from identity.hr_import.fields import PersonFields
from identity.hr_import.file_claims import Claim, Clash, FileClaims, claim_name
from identity.hr_import.models import Verdict
from identity.hr_import.new_accounts import NewAccounts
from identity.hr_import.organisation_index import (
    KnownOrganisation,
    NotResolved,
    OrganisationIndex,
)
from identity.hr_import.parsing import ParsedRow
from identity.hr_import.people_matching import Match, Matcher, Mismatch
from identity.hr_import.person_changes import changed_fields, changes_appointment
from identity.hr_import.plan_rows import Change, Note, PlannedRow
from identity.hr_import.registered import Registered, RegisteredPeople
from identity.hr_import.values import Request
from identity.people.citizen_numbers import CitizenNumbers
from identity.people.service import CONTACT
from kernel.messages import Message


@dataclass(slots=True)
class Candidate:
    """A row on its way through the plan.

    What was refused goes along: whatever else is wrong with it is told at once.
    """

    planned: PlannedRow
    fields: PersonFields
    found: KnownOrganisation | None
    unread: frozenset[Column]
    repeats: "Candidate | None" = None
    """The accepted row of the same person that this one adds an appointment to."""

    @property
    def organisation(self) -> KnownOrganisation:
        assert self.found is not None  # noqa: S101  # rows without one were refused
        return self.found


class PeoplePlan:
    """Plans rows in the order of the file.

    `confirmed` answers, by position, questions of an earlier plan: the person that the row is
    about, or None for "nobody registered, a new person". `barred` are holders of roles over whom
    the sender may not decide: their contact stays.
    """

    def __init__(
        self,
        session: Session,
        numbers: CitizenNumbers,
        day: date,
        confirmed: Mapping[int, UUID | None],
        barred: Collection[UUID],
    ) -> None:
        self._numbers = numbers
        self._barred = barred
        self._organisations = OrganisationIndex(session, day)
        self._people = RegisteredPeople(session, day)
        self._matcher = Matcher(self._people, numbers, confirmed)
        self._accounts = NewAccounts(session, self._organisations)
        self._claims = FileClaims()
        self._first: dict[int, Candidate] = {}
        """Position of an accepted row → its candidate, for concurrent appointments."""
        self._appointed: dict[tuple[int, str], int] = {}
        """(position of the first row of a person, organisation) → row of a further appointment."""
        self._opening: set[UUID] = set()
        """Registered people for whom an earlier row opens an account."""

    def plan(self, rows: Sequence[tuple[PlannedRow, ParsedRow]]) -> None:
        """Decide the verdict of each row; the parser's refusals have been entered before."""
        candidates = [
            candidate
            for planned, parsed in rows
            if (candidate := self._candidate(planned, parsed)) is not None
        ]
        self._load(candidates)
        for candidate in candidates:
            self._compare(candidate)
        self._accounts.choose_addresses()
        for candidate in candidates:
            self._follow_refusal(candidate)

    def _follow_refusal(self, candidate: Candidate) -> None:
        """A second appointment cannot stand when the row that brings the person does not."""
        first = candidate.repeats
        if first is not None and first.planned.is_refused:
            candidate.planned.refuse(
                "depends_on_refused_row",
                "full_name",
                Message(
                    f"Dòng {first.planned.row} của cùng người này bị từ chối.",
                    f"Row {first.planned.row} about the same person is refused.",
                ),
            )

    def _candidate(self, planned: PlannedRow, parsed: ParsedRow) -> Candidate | None:
        fields, unread = parsed.fields, parsed.unread
        assert isinstance(fields, PersonFields)  # noqa: S101  # the kind of the sheet says so
        if unread & NAME:
            fields = replace(fields, name=None)  # a part of it may have been read
        candidate = Candidate(planned, fields, self._organisation(planned, parsed), unread)
        claim = Claim(
            row=planned.row,
            position=planned.position,
            name=claim_name(fields.name),
            birth_date=fields.birth_date,
            staff_number=fields.staff_number,
            citizen_number=fields.citizen_number,
            organisation=str(candidate.found.id) if candidate.found else "",
            accepted=planned.is_open,
        )
        clash = self._claims.find_clash(claim)
        if clash is not None:
            self._settle(candidate, claim, clash)
        repeats = clash is not None and clash.same_person and clash.earlier.accepted
        if not (claim.accepted and repeats):
            self._claims.add(claim if planned.is_open else claim.refused())
        if planned.verdict is Verdict.DUPLICATE:
            return None
        if planned.is_open:
            self._first[planned.position] = candidate
        return candidate

    def _organisation(self, planned: PlannedRow, parsed: ParsedRow) -> KnownOrganisation | None:
        """None where there is none, which refuses the row, or where it cannot be known."""
        fields, unread = parsed.fields, parsed.unread
        assert isinstance(fields, PersonFields)  # noqa: S101  # the kind of the sheet says so
        code = fields.organisation_code
        has_address = fields.wanted_address is not None or Column.WANTED_ADDRESS in unread
        if (Column.REQUEST in unread and has_address) or (code is None and unread & PLACE):
            return None  # an account that is found by its address needs no organisation
        name = fields.organisation_name or (None if code else parsed.group)
        found = self._organisations.resolve(code, name, fields.department_name)
        if isinstance(found, NotResolved):
            planned.refuse(found.code, found.column, found.message)
            return None
        return found

    def _settle(self, candidate: Candidate, claim: Claim, clash: Clash) -> None:
        """A number that an earlier row used: conflict, duplicate, or a concurrent appointment."""
        planned, earlier = candidate.planned, clash.earlier
        if not clash.same_person:
            planned.refuse(clash.reason, clash.column, clash.message)
            candidate.unread |= {Column(clash.column)}
        elif planned.is_refused:
            if earlier.accepted and earlier.organisation != claim.organisation:
                candidate.repeats = self._first.get(earlier.position)
        elif earlier.accepted and earlier.organisation == claim.organisation:
            planned.repeat(earlier.row)
        elif earlier.accepted:
            place = (earlier.position, claim.organisation)
            if place in self._appointed:
                planned.repeat(self._appointed[place])
                return
            self._appointed[place] = planned.row
            candidate.repeats = self._first.get(earlier.position)

    def _load(self, candidates: Sequence[Candidate]) -> None:
        fields = [candidate.fields for candidate in candidates]
        self._people.load(
            {self._numbers.index(row.citizen_number) for row in fields if row.citizen_number},
            {row.staff_number for row in fields if row.staff_number},
            (
                (claim_name(row.name), row.birth_date)
                for row, candidate in zip(fields, candidates, strict=True)
                if not candidate.unread & (NAME | BIRTH)
            ),
        )
        self._people.load_people(self._matcher.confirmed_people)

    def _compare(self, candidate: Candidate) -> None:
        planned, fields, unread = candidate.planned, candidate.fields, candidate.unread
        if Column.REQUEST in unread:
            return
        place = candidate.found.id if candidate.found else None
        found = self._matcher.match(planned.position, fields, place, unread)
        if isinstance(found, Mismatch):
            planned.refuse(found.reason, found.column, found.message)
            planned.proposed = [str(person_id) for person_id in found.proposed]
        elif isinstance(found, Match):
            self._plan_change(candidate, found.registered)
        elif found is None and candidate.repeats is None:
            self._plan_creation(candidate)
        elif planned.is_open and candidate.repeats is not None:
            planned.operation = "appoint"
            planned.payload = {
                "person_of": candidate.repeats.planned.position,
                "appointment": appointment_payload(candidate, is_primary=False),
            }

    def _plan_creation(self, candidate: Candidate) -> None:
        planned, fields = candidate.planned, candidate.fields
        if fields.request is Request.CHANGE:
            planned.refuse("person_unknown", "full_name", UNKNOWN_PERSON)
        elif planned.is_refused:
            self._accounts.look_at(planned, fields)
        else:
            planned.operation = "create"
            planned.payload = {
                "person": person_payload(fields),
                "appointment": appointment_payload(candidate, is_primary=True),
            }
            self._accounts.want(planned, candidate.organisation, fields)

    def _plan_change(self, candidate: Candidate, registered: Registered) -> None:
        planned, fields = candidate.planned, candidate.fields
        person = registered.person
        planned.subject_id = person.id
        if registered.has_closed_account:
            _report_closed_account(planned, fields.request)
        changed = changed_fields(registered, fields, self._numbers)
        contact = [change.field for change, _ in changed if change.field in CONTACT]
        if contact and person.id in self._barred:
            refuse_role_holder(planned, contact[0])
        appointed = self._appointed_anew(candidate, registered)
        opens_account = registered.account is None and person.id not in self._opening
        if planned.is_refused:
            if opens_account:
                self._accounts.look_at(planned, fields)
            return
        planned.changes = [change for change, _ in changed]
        payload: dict[str, Any] = {
            "person_id": str(person.id),
            "version": person.version,
            "columns": dict(value for _, value in changed),
        }
        if appointed:
            payload |= appointed
            planned.changes.append(self._appointment_change(registered, candidate))
        if opens_account:
            self._opening.add(person.id)
            self._accounts.want(planned, candidate.organisation, fields)
        if planned.changes or opens_account:
            is_move = bool(appointed) and appointed["ends"] is None and candidate.repeats is None
            planned.verdict = Verdict.CHANGE
            planned.operation = "move" if is_move else "change"
            planned.payload = payload
        else:
            planned.verdict = Verdict.UNCHANGED

    def _appointed_anew(self, candidate: Candidate, registered: Registered) -> dict[str, Any]:
        """What to write where the row puts the person somewhere else, or as something else."""
        if candidate.found is None:
            return {}
        held = registered.appointment_in(candidate.found.id)
        if held is not None and not changes_appointment(held, candidate.fields):
            return {}
        is_primary = held.is_primary if held else candidate.repeats is None
        if is_primary and registered.next_primary is not None:
            _refuse_early(candidate.planned, registered.next_primary)
            return {}
        return {
            "appointment": appointment_payload(candidate, is_primary=is_primary),
            "ends": str(held.id) if held else None,
        }

    def _appointment_change(self, registered: Registered, candidate: Candidate) -> Change:
        held = registered.appointment_in(candidate.organisation.id) or registered.primary
        before = None
        if held is not None:
            name = self._organisations.get(held.organisation_id).name
            before = ", ".join(filter(None, (held.position, name)))
        wanted = (candidate.fields.position, candidate.organisation.name)
        return Change("appointment", before, ", ".join(filter(None, wanted)))


def _refuse_early(planned: PlannedRow, begins: date) -> None:
    message = Message(
        f"Từ ngày {begins:%d/%m/%Y} người này đã có vị trí công tác chính; "
        "ngày hiệu lực của danh sách không được trước ngày đó.",
        f"This person's main appointment begins on {begins:%d/%m/%Y}; "
        "the list cannot take effect before that day.",
    )
    planned.refuse("effective_date_invalid", "full_name", message)


def refuse_role_holder(planned: PlannedRow, column: str) -> None:
    """The row would let its sender become somebody with a role, or lock them out."""
    message = Message(
        "Người này đang có vai trò; chỉ người có quyền giao vai trò được khóa, đóng tài khoản "
        "hay đổi số điện thoại, thư khôi phục.",
        "This person holds a role; only somebody who may manage roles may suspend or close the "
        "account, or change telephone number and recovery address.",
    )
    planned.refuse("role_holder", column, message)


def _report_closed_account(planned: PlannedRow, request: Request | None) -> None:
    message = Message(
        "Tài khoản đã đóng; hãy mở tài khoản mới bằng tay.",
        "The account was closed; open a new one by hand.",
    )
    if request is Request.CREATE:
        planned.refuse("account_closed", "full_name", message)
    else:
        planned.notes.append(Note("account_closed", message))


def person_payload(fields: PersonFields) -> dict[str, Any]:
    assert fields.name is not None  # noqa: S101  # rows without a name were refused
    name = fields.name
    return {
        "name": [name.full, name.family, name.middle, name.given],
        "birth_date": fields.birth_date and fields.birth_date.isoformat(),
        "sex": fields.sex and fields.sex.value,
        "staff_number": fields.staff_number,
        "citizen_number": fields.citizen_number,
        "phone": fields.phone,
        "recovery_email": fields.recovery_email,
    }


def appointment_payload(candidate: Candidate, *, is_primary: bool) -> dict[str, Any]:
    fields = candidate.fields
    contract_type = contract_type_of(fields)
    return {
        "organisation_id": str(candidate.organisation.id),
        "position": fields.position,
        "rank": fields.rank,
        "contract_type": contract_type and contract_type.value,
        "is_primary": is_primary,
        "document_number": fields.document_number,
        "document_date": fields.document_date and fields.document_date.isoformat(),
    }


UNKNOWN_PERSON = Message("Không tìm thấy người này.", "This person is not registered.")
