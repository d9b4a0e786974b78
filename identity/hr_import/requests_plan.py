"""What an official request form would do: open, change, suspend, restore or close accounts."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import Text, select
from sqlalchemy.orm import Session

from identity.accounts.models import ALLOWED, Account, AccountStatus
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.hr_import.columns import BIRTH, NAME, NUMBERS, PLACE, Column
from identity.hr_import.fields import PersonFields
from identity.hr_import.file_claims import claim_name
from identity.hr_import.models import Verdict
from identity.hr_import.organisation_index import NotResolved, OrganisationIndex
from identity.hr_import.parsing import ParsedRow
from identity.hr_import.people_matching import Matcher, Mismatch, Unsure
from identity.hr_import.people_plan import UNKNOWN_PERSON, PeoplePlan, refuse_role_holder
from identity.hr_import.plan_rows import Change, PlannedRow
from identity.hr_import.registered import RegisteredPeople, among
from identity.hr_import.values import Request
from identity.names.text import search_key
from identity.people.citizen_numbers import CitizenNumbers
from identity.protection.errors import LastAdministrator, OwnAccountRefused
from identity.protection.service import barred_people, is_own, last_administrators
from kernel.access import Actor
from kernel.messages import Message

STATUS_OF = {
    Request.SUSPEND: AccountStatus.SUSPENDED,
    Request.RESTORE: AccountStatus.ACTIVE,
    Request.REVOKE: AccountStatus.CLOSED,
    Request.DELETE: AccountStatus.CLOSED,
}
OPERATION_OF = {
    AccountStatus.SUSPENDED: "suspend",
    AccountStatus.ACTIVE: "reinstate",
    AccountStatus.CLOSED: "close",
}
ENDED = {AccountStatus.SUSPENDED, AccountStatus.CLOSED}


class RequestsPlan:
    """Rows that open or change are planned as a list of people, the others by account.

    Accounts that `actor` may not suspend or close are refused here: the list is applied as a
    whole or not at all.
    """

    def __init__(
        self,
        session: Session,
        numbers: CitizenNumbers,
        day: date,
        confirmed: Mapping[int, UUID | None],
        actor: Actor,
    ) -> None:
        self._session = session
        self._numbers = numbers
        self._actor = actor
        self._barred = barred_people(session, actor)
        self._people_plan = PeoplePlan(session, numbers, day, confirmed, self._barred)
        self._organisations = OrganisationIndex(session, day)
        self._people = RegisteredPeople(session, day)
        self._matcher = Matcher(self._people, numbers, confirmed)
        self._settled: dict[UUID, tuple[int, AccountStatus]] = {}
        """Account → the first row about it and what that asks for."""
        self._ending: dict[UUID, PlannedRow] = {}
        """Account → the row that suspends or closes it."""

    def plan(self, rows: Sequence[tuple[PlannedRow, ParsedRow]]) -> None:
        people, accounts = [], []
        for planned, parsed in rows:
            fields = parsed.fields
            assert isinstance(fields, PersonFields)  # noqa: S101  # the kind of the sheet says so
            if parsed.unread & NAME:
                fields = replace(fields, name=None)  # a part of it may have been read
            if fields.request in STATUS_OF:
                accounts.append((planned, fields, parsed))
            elif fields.request is Request.RESET_PASSWORD:
                message = Message(
                    "Cấp lại mật khẩu không làm bằng danh sách; hãy đặt lại từng tài khoản.",
                    "Passwords are not reset by list; reset each account by itself.",
                )
                planned.refuse("request_unsupported", "request", message)
            else:
                people.append((planned, parsed))
        self._people_plan.plan(people)
        self._plan_accounts(accounts)

    def _plan_accounts(self, rows: Sequence[tuple[PlannedRow, PersonFields, ParsedRow]]) -> None:
        fields = [row for _, row, _ in rows]
        self._people.load(
            {self._numbers.index(row.citizen_number) for row in fields if row.citizen_number},
            {row.staff_number for row in fields if row.staff_number},
            (
                (claim_name(row.name), row.birth_date)
                for _, row, parsed in rows
                if not parsed.unread & (NAME | BIRTH)
            ),
        )
        by_address = self._accounts_by_address(fields)
        self._people.load_people(
            [*self._matcher.confirmed_people]
            + [account.person_id for account in by_address.values() if account.person_id]
        )
        for planned, row, parsed in rows:
            self._plan_account(planned, row, parsed, by_address)
        for account_id in last_administrators(self._session, self._actor, self._ending):
            message = LastAdministrator().message
            self._ending[account_id].refuse("last_administrator", "request", message)

    def _accounts_by_address(self, fields: Sequence[PersonFields]) -> dict[str, Account]:
        """By the address as a row may give it: whole, or without the default domain."""
        typed = {_address(row) for row in fields if row.wanted_address}
        local_parts = {address.partition("@")[0] for address in typed}
        statement = (
            select(Address.local_part, MailDomain, Account)
            .join(Account, Account.id == Address.account_id)
            .join(MailDomain, MailDomain.id == Address.domain_id)
            .where(
                among(Address.local_part, local_parts, Text), Address.role != AddressRole.RETIRED
            )
        )
        found: dict[str, Account] = {}
        for local_part, domain, account in self._session.execute(statement):
            found[f"{local_part}@{domain.name}"] = account
            if domain.is_default:
                found[local_part] = account
        return found

    def _plan_account(
        self,
        planned: PlannedRow,
        fields: PersonFields,
        parsed: ParsedRow,
        by_address: Mapping[str, Account],
    ) -> None:
        account = by_address.get(_address(fields)) if fields.wanted_address else None
        if account is not None and not self._is_holder(account, fields, parsed.unread):
            message = Message(
                "Địa chỉ này thuộc về người khác với người ghi ở dòng này.",
                "The address belongs to somebody else than the row names.",
            )
            planned.refuse("address_conflict", "wanted_address", message)
            return
        if account is None and Column.WANTED_ADDRESS not in parsed.unread:
            account = self._account_of_person(planned, fields, parsed)
        if account is None or fields.request is None:
            return
        self._change_status(planned, account, STATUS_OF[fields.request], fields)

    def _is_holder(
        self, account: Account, fields: PersonFields, unread: AbstractSet[Column]
    ) -> bool:
        """Whether all else that the row says of the holder agrees: the numbers, or the name."""
        found = self._people.find(account.person_id) if account.person_id else None
        name = claim_name(fields.name)
        if unread & NAME or (found is not None and unread & NUMBERS):
            name = ""
        if found is None:
            return not name or name == search_key(account.display_name)
        person, number = found.person, fields.citizen_number
        pairs = (
            (number and self._numbers.index(number), person.citizen_number_index),
            (fields.staff_number, person.staff_number),
        )
        agreements = [stated == known for stated, known in pairs if stated and known]
        return all(agreements) if agreements else not name or name == person.search_key

    def _account_of_person(
        self, planned: PlannedRow, fields: PersonFields, parsed: ParsedRow
    ) -> Account | None:
        if fields.organisation_code is None and parsed.unread & PLACE:
            return None
        organisation = self._organisations.resolve(
            fields.organisation_code,
            fields.organisation_name or parsed.group,
            fields.department_name,
        )
        if isinstance(organisation, NotResolved):
            planned.refuse(organisation.code, organisation.column, organisation.message)
            return None
        found = self._matcher.match(planned.position, fields, organisation.id, parsed.unread)
        if isinstance(found, Unsure):
            return None
        if isinstance(found, Mismatch):
            planned.refuse(found.reason, found.column, found.message)
            planned.proposed = [str(person_id) for person_id in found.proposed]
            return None
        if found is None:
            planned.refuse("person_unknown", "full_name", UNKNOWN_PERSON)
            return None
        if found.registered.account is None:
            message = Message("Người này chưa có tài khoản.", "This person has no account.")
            planned.refuse("account_missing", "full_name", message)
        return found.registered.account

    def _change_status(
        self,
        planned: PlannedRow,
        account: Account,
        wanted: AccountStatus,
        fields: PersonFields,
    ) -> None:
        planned.subject_id = account.id
        if wanted is AccountStatus.ACTIVE and not account.password_hash:
            wanted = AccountStatus.PENDING
        if account.id in self._settled:
            self._repeat(planned, *self._settled[account.id], wanted)
            return
        if planned.is_open and (account.status is wanted or wanted in ALLOWED[account.status]):
            self._settled[account.id] = planned.row, wanted
        if account.status is wanted:
            if planned.is_open:
                planned.verdict = Verdict.UNCHANGED
            return
        if wanted not in ALLOWED[account.status]:
            message = Message(
                f"Tài khoản {account.login} đang ở trạng thái {account.status.value}.",
                f"The account {account.login} is {account.status.value}.",
            )
            planned.refuse("account_state_forbids", "request", message)
            return
        self._protect(planned, account, ends=wanted in ENDED)
        if planned.is_refused:
            return
        if wanted in ENDED:
            self._ending[account.id] = planned
        operation = OPERATION_OF.get(wanted, "reinstate")
        planned.verdict, planned.operation = Verdict.CHANGE, operation
        planned.changes = [Change("status", account.status.value, wanted.value)]
        planned.payload = {
            "account_id": str(account.id),
            "operation": operation,
            "before": account.status.value,
            "document_number": fields.document_number,
            "document_date": fields.document_date and fields.document_date.isoformat(),
        }

    def _protect(self, planned: PlannedRow, account: Account, *, ends: bool) -> None:
        if ends and is_own(self._actor, [account.id]):
            planned.refuse("own_account_refused", "request", OwnAccountRefused().message)
        elif account.person_id in self._barred:
            refuse_role_holder(planned, "request")

    def _repeat(
        self, planned: PlannedRow, earlier: int, settled: AccountStatus, wanted: AccountStatus
    ) -> None:
        if settled is wanted:
            if planned.is_open:
                planned.repeat(earlier)
            return
        message = Message(
            f"Dòng {earlier} đề nghị việc khác cho cùng tài khoản này.",
            f"Row {earlier} asks for something else for the same account.",
        )
        planned.refuse("request_conflict", "request", message)


def _address(fields: PersonFields) -> str:
    local_part, at, domain = (fields.wanted_address or "").lower().partition("@")
    return local_part.strip() + at + domain.strip()
