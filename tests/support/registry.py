"""A database with a small province in it, written through the services, and files to import."""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.accounts.provisioning import open_personal_account
from identity.accounts.settings import MailboxSettings
from identity.addresses.presets import PRESETS
from identity.addresses.service import add_domain, set_policy
from identity.hr_import import queries, service
from identity.hr_import.models import ImportPlan, ImportRow
from identity.hr_import.service import Importer, ImportOptions
from identity.hr_import.settings import ImportSettings
from identity.names.full_name import FullName
from identity.organisations.models import Organisation, OrganisationKind
from identity.organisations.service import OrganisationForm, create_organisation
from identity.people.citizen_numbers import CitizenNumbers
from identity.people.models import Person
from identity.people.service import AppointmentForm, PersonForm, appoint, create_person
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import Database, DatabaseSettings, build_engine
from kernel.encryption import EncryptionSettings, KeyRing

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BASIS = Basis("test", "12/QĐ-SNV", TODAY)
DOMAIN = "backan.gov.vn"


def key(letter: str) -> SecretStr:
    return SecretStr(base64.b64encode(letter.encode() * 32).decode())


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = build_engine(DatabaseSettings(url=SecretStr(database_url)))
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Database:
    """Real PostgreSQL migrated to head, a fresh copy for each test."""
    return Database(engine)


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    settings = EncryptionSettings(keys={"k1": key("a")}, active_key="k1", index_key=key("i"))
    return KeyRing(settings)


@pytest.fixture
def numbers(keys: KeyRing) -> CitizenNumbers:
    return CitizenNumbers(keys)


@pytest.fixture
def importer(keys: KeyRing, numbers: CitizenNumbers) -> Importer:
    return Importer(keys, numbers, ImportSettings(), MailboxSettings())


@pytest.fixture
def officer() -> Actor:
    return Actor.operator("officer")


@dataclass
class Province:
    """Factories that write through the services, with dull defaults."""

    db: Database
    officer: Actor
    numbers: CitizenNumbers
    _counter: Iterator[int]

    def domain(self, name: str = DOMAIN, preset: str = "congvu", *, default: bool = True) -> UUID:
        with self.db.transaction() as session:
            row = add_domain(session, self.officer, name, is_default=default, basis=BASIS)
            for code in (preset, "organisations"):
                self._policy(session, row.id, code)
            return row.id

    def _policy(self, session: Session, domain_id: UUID, preset: str) -> None:
        set_policy(
            session,
            self.officer,
            domain_id,
            PRESETS[preset].policy,
            organisation_id=None,
            preset=preset,
            now=NOW,
            basis=BASIS,
        )

    def organisation(self, name: str = "Sở Tài chính", **form: Any) -> Organisation:
        number = next(self._counter)
        defaults: dict[str, Any] = {
            "kind": OrganisationKind.DEPARTMENT,
            "mail_stem": f"so{number}",
            "code": f"H03.{number}",
        }
        with self.db.transaction() as session:
            return create_organisation(
                session,
                self.officer,
                OrganisationForm(name=name, **(defaults | form)),
                valid_from=date(2020, 2, 1),
                basis=BASIS,
            )

    def person(
        self, organisation: Organisation, name: str = "Nguyễn Thị Hồng Nga", **form: Any
    ) -> Person:
        number = next(self._counter)
        defaults: dict[str, Any] = {
            "staff_number": f"BK{number:06}",
            "citizen_number": f"006{number:09}",
            "birth_date": date(1980, 5, 6),
        }
        position = form.pop("position", "Chuyên viên")
        with self.db.transaction() as session:
            person = create_person(
                session,
                self.officer,
                self.numbers,
                PersonForm(name=FullName.parse(name), **(defaults | form)),
                today=TODAY,
                basis=BASIS,
            )
            appoint(
                session,
                self.officer,
                person.id,
                AppointmentForm(organisation.id, position),
                valid_from=date(2024, 1, 1),
                basis=BASIS,
            )
            return person

    def account(self, person: Person) -> Account:
        with self.db.transaction() as session:
            return open_personal_account(
                session,
                self.officer,
                person.id,
                local_part=None,
                quota_bytes=None,
                now=NOW,
                basis=BASIS,
            )


@pytest.fixture
def province(db: Database, officer: Actor, numbers: CitizenNumbers) -> Province:
    """Nothing in it yet but a mail domain."""
    province = Province(db, officer, numbers, count(1))
    province.domain()
    return province


HEADER = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số hiệu CBCCVC",
    "Số CCCD",
    "Chức vụ",
    "Mã định danh đơn vị",
    "Đơn vị công tác",
    "Số điện thoại",
)


def workbook(*rows: Sequence[Any], header: Sequence[str] = HEADER) -> bytes:
    """An .xlsx file with one sheet; the first data row is row 2."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (header, *rows):
        sheet.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def people_row(number: int = 1, **changed: Any) -> tuple[Any, ...]:
    """A good row of HEADER; `changed` by the index names below."""
    row = {
        "stt": number,
        "name": "Hoàng Thị Mai",
        "birth": "12/03/1985",
        "sex": "Nữ",
        "staff": f"CB{number:05}",
        "citizen": f"006185{number:06}",
        "position": "Chuyên viên",
        "code": "H03.1",
        "unit": "Sở Tài chính",
        "phone": "0912345678",
    }
    return tuple((row | changed).values())


@dataclass
class Importing:
    """Plans and applies files as `congvu import` does."""

    db: Database
    importer: Importer
    officer: Actor

    def plan(
        self,
        content: bytes,
        name: str = "list.xlsx",
        confirmed: Mapping[int, UUID | None] | Mapping[str, UUID | None] | None = None,
    ) -> tuple[ImportPlan, list[ImportRow]]:
        options = ImportOptions(as_of=TODAY, confirmed=confirmed or {})
        with self.db.transaction() as session:
            received = service.receive_file(
                session, self.importer, self.officer, content, name, options=options, now=NOW
            )
        plan = service.make_plan(self.db, self.importer, self.officer, received.id, now=NOW)
        with self.db.transaction() as session:
            return plan, queries.list_rows(session, plan.id)

    def apply(self, plan: ImportPlan, *, mass_change_confirmed: bool = False) -> None:
        service.apply_plan(
            self.db,
            self.importer,
            self.officer,
            plan.id,
            now=NOW,
            mass_change_confirmed=mass_change_confirmed,
        )

    def run(self, content: bytes, name: str = "list.xlsx") -> list[ImportRow]:
        plan, rows = self.plan(content, name)
        self.apply(plan)
        return rows


@pytest.fixture
def importing(db: Database, importer: Importer, officer: Actor) -> Importing:
    return Importing(db, importer, officer)
