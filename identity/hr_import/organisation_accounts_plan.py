"""What a list of organisation accounts would open."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind
from identity.addresses.local_part import find_refusal
from identity.addresses.models import Address
from identity.hr_import.fields import OrganisationAccountFields
from identity.hr_import.models import Verdict
from identity.hr_import.new_accounts import NewAccounts
from identity.hr_import.organisation_index import NotResolved, OrganisationIndex
from identity.hr_import.parsing import ParsedRow
from identity.hr_import.plan_rows import Change, PlannedRow
from kernel.messages import Message

DEFAULT_PURPOSE = "clerical"


class OrganisationAccountsPlan:
    """An account is recognised by its organisation and purpose, or by its address."""

    def __init__(self, session: Session, day: date) -> None:
        self._organisations = OrganisationIndex(session, day)
        self._accounts = NewAccounts(session, self._organisations)
        statement = (
            select(Address.local_part, Account)
            .join(Account, Account.id == Address.account_id)
            .where(Account.kind == AccountKind.ORGANISATION)
        )
        self._registered = dict(session.execute(statement).all())
        self._in_file: dict[str, int] = {}

    def plan(self, rows: Sequence[tuple[PlannedRow, ParsedRow]]) -> None:
        for planned, parsed in rows:
            fields = parsed.fields
            if planned.is_open and isinstance(fields, OrganisationAccountFields):
                self._plan_row(planned, fields)
        self._accounts.choose_addresses()

    def _plan_row(self, planned: PlannedRow, fields: OrganisationAccountFields) -> None:
        found = self._organisations.resolve(fields.organisation_code, fields.organisation_name)
        if isinstance(found, NotResolved):
            planned.refuse(found.code, found.column, found.message)
            return
        stem = (fields.address_stem or "").partition("@")[0].lower()
        if refusal := find_refusal(stem):
            planned.refuse("address_stem_invalid", "address_stem", refusal.message)
            return
        if stem in self._in_file:
            self._refuse_repeated(planned, stem)
            return
        self._in_file[stem] = planned.row
        name = fields.display_name or found.name
        registered = self._registered.get(stem)
        if registered is not None:
            self._compare(planned, registered, name, same=registered.organisation_id == found.id)
            return
        planned.operation = "create"
        planned.payload = {
            "organisation_id": str(found.id),
            "display_name": name,
            "purpose": (fields.purpose or DEFAULT_PURPOSE)[:40],
        }
        self._accounts.want_for_organisation(planned, found, stem)

    def _refuse_repeated(self, planned: PlannedRow, stem: str) -> None:
        row = self._in_file[stem]
        message = Message(
            f"Địa chỉ {stem} đã có ở dòng {row}.", f"Row {row} has the address {stem} already."
        )
        planned.refuse("address_conflict", "address_stem", message)

    def _compare(self, planned: PlannedRow, registered: Account, name: str, *, same: bool) -> None:
        if not same:
            message = Message(
                "Địa chỉ này đã cấp cho cơ quan khác; địa chỉ đã dùng không cấp lại.",
                "This address belongs to another organisation; used addresses are not given again.",
            )
            planned.refuse("address_taken", "address_stem", message)
            return
        planned.subject_id = registered.id
        if registered.display_name == name:
            planned.verdict = Verdict.UNCHANGED
            return
        planned.verdict, planned.operation = Verdict.CHANGE, "change"
        planned.changes = [Change("display_name", registered.display_name, name)]
        planned.payload = {"account_id": str(registered.id), "display_name": name}
