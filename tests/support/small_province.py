"""A small province, written straight to the tables of the registry, for directory tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian, Mailbox
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.organisations.models import (
    AgencyCode,
    AgencyCodeForm,
    Group,
    GroupScope,
    Organisation,
    OrganisationKind,
)
from identity.people.models import Appointment, Person
from kernel.database import Database

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


@dataclass(frozen=True, slots=True)
class Province:
    """A province with one department, both with their groups and a mail domain."""

    database: Database
    domain_id: UUID
    top_id: UUID
    department_id: UUID

    def hire(self, count: int, *, first: int = 1) -> list[UUID]:
        """People of the department with active accounts `nganthN`; ids of the accounts."""
        with self.database.transaction() as session:
            people = [_person(number) for number in range(first, first + count)]
            session.add_all(people)
            session.flush()
            accounts = [
                _account(f"nganth{n}", AccountKind.PERSONAL, person_id=p.id, password_hash=HASH)
                for n, p in enumerate(people, start=first)
            ]
            session.add_all([self._appointment(person) for person in people])
            session.add_all(accounts)
            session.flush()
            for account in accounts:
                self._add_mailbox(session, account)
            return [account.id for account in accounts]

    def open_office(self, login: str, custodian_id: UUID) -> UUID:
        """An organisation account with the person of that account as its custodian."""
        with self.database.transaction() as session:
            account = _account(login, AccountKind.ORGANISATION, organisation_id=self.department_id)
            session.add(account)
            session.flush()
            self._add_mailbox(session, account)
            person_id = session.get_one(Account, custodian_id).person_id
            assert person_id is not None
            session.add(Custodian(account_id=account.id, person_id=person_id, valid_from=LONG_AGO))
            return account.id

    def change_status(self, ids: list[UUID], status: AccountStatus, at: datetime = NOW) -> None:
        with self.database.transaction() as session:
            for account_id in ids:
                session.get_one(Account, account_id).change_status(status, at)

    def _appointment(self, person: Person) -> Appointment:
        return Appointment(
            person_id=person.id,
            organisation_id=self.department_id,
            position="Chuyên viên",
            valid_from=LONG_AGO,
        )

    def _add_mailbox(self, session: Session, account: Account) -> None:
        session.add(Mailbox(account_id=account.id, quota_bytes=2**31))
        session.add(
            Address(
                domain_id=self.domain_id,
                local_part=account.login,
                account_id=account.id,
                role=AddressRole.PRIMARY,
                given_on=LONG_AGO,
            )
        )


def found_province(database: Database) -> Province:
    with database.transaction() as session:
        domain = MailDomain(name="backan.gov.vn", is_default=True)
        top = _organisation("Ủy ban nhân dân tỉnh", OrganisationKind.PROVINCIAL_COMMITTEE)
        session.add_all([domain, top])
        session.flush()
        department = _organisation("Sở Tài chính", OrganisationKind.DEPARTMENT)
        department.parent_id = top.id
        session.add(department)
        session.flush()
        for organisation, code in ((top, "H03"), (department, "H03.9")):
            session.add(
                AgencyCode(
                    organisation_id=organisation.id,
                    code=code,
                    canonical=code,
                    form=AgencyCodeForm.DECISION_20,
                    valid_from=LONG_AGO,
                )
            )
            session.add_all(
                Group(organisation_id=organisation.id, scope=scope) for scope in GroupScope
            )
        return Province(database, domain.id, top.id, department.id)


def _person(number: int) -> Person:
    return Person(
        full_name="Nguyễn Thị Hồng Nga",
        family_name="Nguyễn",
        given_name="Nga",
        search_key="nguyen thi hong nga",
        sort_key="nga",
        staff_number=f"06.{number:06d}",
        phone="0912345678",
    )


def _organisation(name: str, kind: OrganisationKind) -> Organisation:
    return Organisation(name=name, kind=kind, search_key=name.lower(), valid_from=LONG_AGO)


def _account(login: str, kind: AccountKind, **more: object) -> Account:
    status = AccountStatus.ACTIVE if "password_hash" in more else AccountStatus.PENDING
    return Account(
        login=login,
        kind=kind,
        display_name=login,
        status=status,
        status_changed_at=NOW,
        created_at=NOW,
        **more,
    )
