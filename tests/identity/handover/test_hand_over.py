import base64
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from identity.accounts.errors import ActivationCodeRejected
from identity.accounts.models import Account, AccountKind, AccountStatus, ActivationCode
from identity.accounts.service import (
    AccountForm,
    activate_account,
    add_custodian,
    create_account,
    suspend_account,
)
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.handover.batch import Batch, Letter
from identity.handover.files import write_batches
from identity.handover.service import hand_over
from identity.handover.settings import HandoverSettings
from identity.names.full_name import FullName
from identity.organisations.errors import OrganisationNotFound
from identity.organisations.models import OrganisationKind
from identity.organisations.service import OrganisationForm, create_organisation
from identity.people.citizen_numbers import CitizenNumbers
from identity.people.models import Sex
from identity.people.service import AppointmentForm, PersonForm, appoint, create_person
from kernel.access import Actor
from kernel.audit import AuditRecord, Basis
from kernel.database import Database
from kernel.encryption import EncryptionSettings, KeyRing

NOW = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
TODAY = date(2026, 1, 6)
ACTOR = Actor.operator("test")
BASIS = Basis("new accounts", "143/2025/QĐ-UBND", date(2025, 12, 2))
KEY = SecretStr(base64.b64encode(bytes(32)).decode())
NUMBERS = CitizenNumbers(
    KeyRing(EncryptionSettings(keys={"a": KEY}, active_key="a", index_key=KEY))
)


@dataclass
class Province:
    """Writes what a test needs in one transaction and reads the hand-over in another."""

    db: Database

    def new_organisation(self, name: str, *, code: str, parent_id: UUID | None = None) -> UUID:
        form = OrganisationForm(OrganisationKind.DEPARTMENT, name, parent_id=parent_id, code=code)
        with self.db.transaction() as session:
            created = create_organisation(
                session, ACTOR, form, valid_from=date(2020, 1, 1), basis=BASIS
            )
            return created.id

    def new_person(
        self, name: str, login: str, organisation_id: UUID | None, *, since: date = TODAY
    ) -> UUID:
        """A person with a pending account and, unless it is None, an organisation."""
        with self.db.transaction() as session:
            form = PersonForm(FullName.parse(name), sex=Sex.FEMALE)
            person = create_person(session, ACTOR, NUMBERS, form, today=TODAY, basis=BASIS)
            if organisation_id is not None:
                post = AppointmentForm(organisation_id, "Chuyên viên")
                appoint(session, ACTOR, person.id, post, valid_from=since, basis=BASIS)
            form_of_account = AccountForm(AccountKind.PERSONAL, login, name, person_id=person.id)
            self._new_account(session, form_of_account)
            return person.id

    def new_mailbox(self, name: str, login: str, organisation_id: UUID) -> UUID:
        """A pending organisation account."""
        form = AccountForm(AccountKind.ORGANISATION, login, name, organisation_id=organisation_id)
        with self.db.transaction() as session:
            return self._new_account(session, form).id

    def _new_account(self, session: Session, form: AccountForm) -> Account:
        account = create_account(session, ACTOR, form, now=NOW, basis=BASIS)
        domain = session.scalar(select(MailDomain)) or MailDomain(id=uuid4(), name="example.vn")
        session.add(domain)
        session.flush()
        session.add(
            Address(
                domain_id=domain.id,
                local_part=form.login,
                account_id=account.id,
                role=AddressRole.PRIMARY,
                given_on=TODAY,
            )
        )
        return account

    def hand_over(
        self, organisation_id: UUID | None = None, *, include_subtree: bool = False
    ) -> list[Batch]:
        with self.db.transaction() as session:
            return hand_over(
                session,
                ACTOR,
                organisation_id,
                include_subtree=include_subtree,
                now=NOW,
                lifetime=timedelta(days=30),
                basis=BASIS,
            )

    def activate(self, code: str, *, now: datetime = NOW) -> Account:
        with self.db.transaction() as session:
            return activate_account(session, code, "$argon2id$hash", now=now)


@pytest.fixture
def province(database_url: str) -> Iterator[Province]:
    engine = create_engine(database_url)
    yield Province(Database(engine))
    engine.dispose()


@pytest.fixture
def finance(province: Province) -> UUID:
    return province.new_organisation("Sở Tài chính", code="H03.5")


def logins(batches: list[Batch]) -> list[list[str]]:
    return [[letter.login for letter in batch.letters] for batch in batches]


def only_letter(batches: list[Batch]) -> Letter:
    ((letter,),) = (batch.letters for batch in batches)
    return letter


def test_a_letter_carries_what_the_registry_knows(province: Province, finance: UUID) -> None:
    province.new_person("Nguyễn Thị Hồng Nga", "nganth", finance)
    (batch,) = province.hand_over()
    (letter,) = batch.letters
    assert (batch.organisation_name, batch.organisation_code) == ("Sở Tài chính", "H03.5")
    assert (letter.name, letter.login, letter.address) == (
        "Nguyễn Thị Hồng Nga",
        "nganth",
        "nganth@example.vn",
    )
    (reader,) = letter.readers
    assert (reader.sex, reader.position) == (Sex.FEMALE, "Chuyên viên")


def test_only_pending_accounts_get_letters(province: Province, finance: UUID) -> None:
    for login in ("an", "binh", "chi"):
        province.new_person(f"Nguyễn Văn {login.title()}", login, finance)
    first = {letter.login: letter for batch in province.hand_over() for letter in batch.letters}
    province.activate(first["an"].code)
    with province.db.transaction() as session:
        suspend_account(session, ACTOR, first["binh"].account_id, now=NOW, basis=BASIS)
    assert logins(province.hand_over()) == [["chi"]]


def test_service_accounts_get_no_letter(province: Province, finance: UUID) -> None:
    form = AccountForm(AccountKind.SERVICE, "relay", "Mail relay", organisation_id=finance)
    with province.db.transaction() as session:
        create_account(session, ACTOR, form, now=NOW, basis=BASIS)
    assert province.hand_over() == []


def test_people_stand_in_vietnamese_order_after_the_mailboxes(
    province: Province, finance: UUID
) -> None:
    province.new_person("Nguyễn Văn Đức", "ducnv", finance)
    province.new_person("Trần Thị Dung", "dungtt", finance)
    province.new_person("Lê Văn Đức", "duclv", finance)
    province.new_mailbox("Văn thư - Sở Tài chính", "vanthu", finance)
    assert logins(province.hand_over()) == [["vanthu", "dungtt", "duclv", "ducnv"]]


def test_an_organisations_letter_names_its_custodian(province: Province, finance: UUID) -> None:
    person_id = province.new_person("Lường Thị Nga", "ngalt", finance)
    account_id = province.new_mailbox("Văn thư - Sở Tài chính", "vanthu", finance)
    with province.db.transaction() as session:
        add_custodian(
            session, ACTOR, account_id, person_id, valid_from=TODAY, valid_to=None, basis=BASIS
        )
    (batch,) = province.hand_over()
    assert [reader.name for reader in batch.letters[0].readers] == ["Lường Thị Nga"]


def test_one_organisation_may_be_taken_alone_or_with_what_is_below_it(
    province: Province, finance: UUID
) -> None:
    budget = province.new_organisation("Phòng Ngân sách", code="H03.5.1", parent_id=finance)
    other = province.new_organisation("Sở Nội vụ", code="H03.6")
    for login, organisation_id in (("an", finance), ("binh", budget), ("chi", other)):
        province.new_person(f"Nguyễn Văn {login.title()}", login, organisation_id)
    assert logins(province.hand_over(finance)) == [["an"]]
    assert sorted(logins(province.hand_over(finance, include_subtree=True))) == [["an"], ["binh"]]
    assert sorted(logins(province.hand_over())) == [["an"], ["binh"], ["chi"]]


def test_who_starts_next_month_gets_the_letter_now(province: Province, finance: UUID) -> None:
    province.new_person("Nguyễn Văn An", "an", finance, since=date(2026, 2, 1))
    assert logins(province.hand_over()) == [["an"]]


def test_who_has_no_organisation_gets_no_letter(province: Province) -> None:
    province.new_person("Nguyễn Văn An", "an", None)
    assert province.hand_over() == []


def test_an_unknown_organisation_is_refused(province: Province) -> None:
    with pytest.raises(OrganisationNotFound):
        province.hand_over(uuid4())


def test_a_code_works_until_the_end_of_the_printed_day(province: Province, finance: UUID) -> None:
    province.new_person("Nguyễn Văn An", "an", finance)
    (batch,) = province.hand_over()
    assert batch.expires_on == date(2026, 2, 5)
    (letter,) = batch.letters
    with pytest.raises(ActivationCodeRejected):
        province.activate(letter.code, now=datetime(2026, 2, 5, 17, 0, 0, tzinfo=UTC))
    account = province.activate(letter.code, now=datetime(2026, 2, 5, 16, 59, 59, tzinfo=UTC))
    assert account.status is AccountStatus.ACTIVE


def test_issuing_again_voids_the_earlier_codes(province: Province, finance: UUID) -> None:
    province.new_person("Nguyễn Văn An", "an", finance)
    earlier, later = only_letter(province.hand_over()), only_letter(province.hand_over())
    with pytest.raises(ActivationCodeRejected):
        province.activate(earlier.code)
    assert province.activate(later.code).login == "an"


def test_two_handovers_at_once_leave_one_valid_code(province: Province, finance: UUID) -> None:
    province.new_person("Nguyễn Văn An", "an", finance)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: province.hand_over(), range(8)))
    with province.db.transaction() as session:
        issued = session.scalars(select(ActivationCode)).all()
    assert len(issued) == 8
    assert len([code for code in issued if code.revoked_at is None]) == 1


def test_codes_are_in_the_files_and_nowhere_else(
    province: Province,
    finance: UUID,
    settings: HandoverSettings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    province.new_person("Nguyễn Văn An", "an", finance)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "sqlalchemy.engine"):
        batches = province.hand_over()
        *_, table = write_batches(batches, tmp_path, settings)
    code = only_letter(batches).code
    assert code in table.read_text()
    with province.db.transaction() as session:
        trail = [
            f"{record.reason} {record.details}" for record in session.scalars(select(AuditRecord))
        ]
        assert session.scalars(select(AuditRecord.tag)).all()[-1] == (
            "account:activation-code-issued"
        )
    for secret in (code, code.replace("-", "")):
        assert secret not in caplog.text
        assert not any(secret in line for line in trail)
        assert secret not in repr(batches)
