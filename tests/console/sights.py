"""A small province in which everything has happened once, so that every page has something."""

import threading
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import func, select

from entrypoints.wiring import Services
from identity.accounts.models import Account
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.service import add_custodian, suspend_account
from identity.directory.models import BrakeStop
from identity.organisations.models import Organisation
from identity.people.leaves import LeaveForm, register_leave
from identity.people.models import LeaveKind
from identity.people.queries import list_appointments
from identity.roles.models import Role
from kernel.audit import AuditRecord
from kernel.clock import office_day
from sso.clients.service import map_username
from sso.keys.service import list_keys
from tests.console.directory.test_comparison import keep
from tests.console.imports.conftest import PATH as IMPORT_PATH
from tests.console.jobs.test_jobs import add
from tests.support.console import ConsoleWorld
from tests.support.jobs import run_jobs
from tests.support.registry import BASIS, DOMAIN, NOW, people_row, workbook
from tests.support.sign_on import Browser, Member

LONG_NAME = "Công Tằng Tôn Nữ Hoàng Nguyễn Thị Thanh Huyền Trang"
LONG_OFFICE = (
    "Ban Quản lý dự án đầu tư xây dựng các công trình nông nghiệp và phát triển nông thôn, "
    "trực thuộc Sở Nông nghiệp và Môi trường"
)
HELD = {"to_lock": 250, "to_remove": 10, "accounts": 6433, "most_accounts": 200}
WHY = {"reason": "theo kế hoạch sắp xếp bộ máy", "document_number": "1234/QĐ-UBND"}
TODAY = office_day(NOW)


@dataclass(frozen=True, slots=True)
class Sights:
    """What addresses name."""

    visitor: Member
    """An administrator with a long name in an office with a longer one."""
    organisation: UUID
    person: UUID
    appointment: UUID
    leave: UUID
    account: UUID
    pending: UUID
    suspended: UUID
    shared: UUID
    """A mailbox of an organisation."""
    custodian: UUID
    refused: str
    """Lists: one with refused rows, one that was written."""
    written: str
    bulk: str
    client: str
    record: int
    stop: UUID
    comparison: str
    job: int
    """Failed."""
    key: str
    """Signs."""
    domain: str = DOMAIN

    def address(self, template: str) -> str:
        return template.format(**{name: getattr(self, name) for name in self.__slots__})


def build(console: ConsoleWorld, top: UUID) -> Sights:
    world = console.sign_on
    province, officer = world.province, world.officer
    office = province.organisation(LONG_OFFICE, code="H03.77", parent_id=top)
    visitor = world.member(LONG_NAME, organisation=office, position="Phó Trưởng phòng " * 5)
    console.give(visitor, Role.ADMINISTRATOR)
    desk = console.browser(visitor)
    member = world.member("Hoàng Thị Mai", organisation=office, phone="0912345678")
    person = member.account.person_id
    assert person is not None
    pending, suspended = (
        province.account(province.person(office, name)) for name in ("Lê Văn Chờ", "Bế Văn Sơn")
    )
    shared = _open_shared(console, office)
    stop = uuid4()
    with world.services.database.transaction() as session:
        suspend_account(session, officer, suspended.id, now=NOW, basis=BASIS)
        add_custodian(
            session, officer, shared.id, person, valid_from=TODAY, valid_to=None, basis=BASIS
        )
        (appointment, *_) = list_appointments(session, person)
        leave = register_leave(
            session,
            officer,
            person,
            LeaveForm(LeaveKind.STUDY, date(2027, 1, 4), None),
            basis=BASIS,
        )
        session.add(BrakeStop(id=stop, stopped_at=NOW, held=HELD))
    world.application(
        "qlvb",
        client_name=f"Quản lý văn bản và điều hành của {LONG_OFFICE}",
        username_template="{unit}_{name}",
    )
    with world.services.database.transaction() as session:
        map_username(session, officer, "qlvb", visitor.id, "hc_visitor", basis=BASIS)
    refused, written = _send_lists(desk, world.services)
    bulk = desk.post(
        f"/quan-tri/hang-loat/moi?account={pending.id}&account={suspended.id}&account={visitor.id}",
        {**WHY, "action": "suspend"},
    ).headers["Location"]
    with world.services.database.transaction() as session:
        record = session.execute(select(func.max(AuditRecord.id))).scalar_one()
        kid = list_keys(session)[0].kid
    return Sights(
        visitor,
        office.id,
        person,
        appointment.id,
        leave.id,
        member.id,
        pending.id,
        suspended.id,
        shared.id,
        person,
        refused,
        written,
        bulk,
        "qlvb",
        record,
        stop,
        keep(console, 3, member.id),
        add(world.services.database, "usage.measure-sizes"),
        kid,
    )


def _open_shared(console: ConsoleWorld, office: Organisation) -> Account:
    world = console.sign_on
    with world.services.database.transaction() as session:
        return open_organisation_account(
            session,
            world.officer,
            office.id,
            stem="vanthu.bqlda",
            purpose="clerical",
            display_name=f"Văn thư - {LONG_OFFICE}",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )


def _send_lists(desk: Browser, services: Services) -> tuple[str, str]:
    """The addresses of both."""
    good = [people_row(number, code="H03.77", name=LONG_NAME) for number in range(1, 4)]
    bad = [
        people_row(4, code="H03.77", citizen="60940004"),
        people_row(5, code="H03.77", birth="30/02/1990", name="Bàn Văn Phúc"),
        people_row(6, code="999.99.99.H03", position="Phó Trưởng phòng " * 4),
    ]
    sent = []
    for rows in ([*good, *bad], good):
        form = {"as_of": TODAY.isoformat(), **WHY}
        files = {"file": (f"{LONG_OFFICE}.xlsx", workbook(*rows))}
        sent.append(desk.post(f"{IMPORT_PATH}/moi", form, files=files).headers["Location"])
    run_aside(services)
    desk.post(f"{sent[1]}/xac-nhan", {"revision": "1"})
    run_aside(services)
    return sent[0], sent[1]


def run_aside(services: Services) -> None:
    """Jobs that are due, in a thread of its own: the loop of a browser may be in this one."""
    thread = threading.Thread(target=run_jobs, args=(services,))
    thread.start()
    thread.join()
