"""What a list of organisation accounts would open."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.addresses.local_part import find_refusal
from identity.addresses.models import Address
from identity.hr_import.columns import PLACE, Column
from identity.hr_import.fields import Fields, OrganisationAccountFields
from identity.hr_import.models import Verdict
from identity.hr_import.new_accounts import NewAccounts
from identity.hr_import.organisation_index import (
    KnownOrganisation,
    NotResolved,
    OrganisationIndex,
)
from identity.hr_import.parsing import ParsedRow
from identity.hr_import.plan_rows import Change, PlannedRow
from kernel.messages import Message

DEFAULT_PURPOSE = "clerical"
Place = tuple[UUID | None, str | None, str]
"""Organisation, purpose and display name."""


class OrganisationAccountsPlan:
    """An account is recognised by its organisation and purpose, or by its address."""

    def __init__(self, session: Session, day: date) -> None:
        self._organisations = OrganisationIndex(session, day)
        self._accounts = NewAccounts(session, self._organisations)
        statement = (
            select(Address.local_part, Account)
            .join(Account, Account.id == Address.account_id)
            .where(Account.kind == AccountKind.ORGANISATION, Account.status != AccountStatus.CLOSED)
            .order_by(Address.local_part)
        )
        self._by_address = dict(session.execute(statement).all())
        self._by_place: dict[Place, list[Account]] = defaultdict(list)
        for account in self._by_address.values():
            place = (account.organisation_id, account.purpose, account.display_name)
            self._by_place[place].append(account)
        self._asked_for: set[str] = set()
        """Stems of the whole file."""
        self._in_file: dict[str, int] = {}

    def plan(self, rows: Sequence[tuple[PlannedRow, ParsedRow]]) -> None:
        self._asked_for = {_stem(parsed.fields) for _, parsed in rows}
        for planned, parsed in rows:
            self._plan_row(planned, parsed)
        self._accounts.choose_addresses()

    def _plan_row(self, planned: PlannedRow, parsed: ParsedRow) -> None:
        fields, stem = parsed.fields, _stem(parsed.fields)
        assert isinstance(fields, OrganisationAccountFields)  # noqa: S101  # so says the sheet
        found = self._organisation(planned, fields, parsed.unread)
        if Column.ADDRESS_STEM not in parsed.unread:
            self._check_stem(planned, stem)
        if planned.is_refused or found is None:
            return
        self._in_file[stem] = planned.row
        name = fields.display_name or found.name
        purpose = (fields.purpose or DEFAULT_PURPOSE)[:40]
        registered = self._registered(stem, (found.id, purpose, name))
        if registered is not None:
            self._compare(planned, registered, name, same=registered.organisation_id == found.id)
            return
        planned.operation = "create"
        planned.payload = {
            "organisation_id": str(found.id),
            "display_name": name,
            "purpose": purpose,
        }
        self._accounts.want_for_organisation(planned, found, stem)

    def _organisation(
        self, planned: PlannedRow, fields: OrganisationAccountFields, unread: AbstractSet[Column]
    ) -> KnownOrganisation | None:
        """None where there is none, which refuses the row, or where it cannot be known."""
        if fields.organisation_code is None and unread & PLACE:
            return None
        found = self._organisations.resolve(fields.organisation_code, fields.organisation_name)
        if isinstance(found, NotResolved):
            planned.refuse(found.code, found.column, found.message)
            return None
        return found

    def _check_stem(self, planned: PlannedRow, stem: str) -> None:
        if refusal := find_refusal(stem):
            planned.refuse("address_stem_invalid", "address_stem", refusal.message)
        elif stem in self._in_file:
            self._refuse_repeated(planned, stem)

    def _registered(self, stem: str, place: Place) -> Account | None:
        """By address, else the account of the place that got another address than asked for.

        One whose address stands in another row of the file is that row's.
        """
        by_address = self._by_address.get(stem)
        if by_address is not None and by_address.organisation_id == place[0]:
            return by_address
        free = (item for item in self._by_place[place] if item.login not in self._asked_for)
        return next(free, by_address)

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


def _stem(fields: Fields) -> str:
    stem = fields.address_stem if isinstance(fields, OrganisationAccountFields) else None
    return (stem or "").partition("@")[0].lower()
