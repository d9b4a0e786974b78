"""Which pages of the console are asked for: a name to addresses that are taken in turn."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.bulk.models import BulkPlan
from identity.people.models import Person
from kernel.audit import AuditRecord
from kernel.paging import encode_cursor

CONSOLE = "/quan-tri"
PEOPLE, ACCOUNTS = f"{CONSOLE}/can-bo", f"{CONSOLE}/tai-khoan"
ORGANISATIONS, USAGE = f"{CONSOLE}/co-quan", f"{CONSOLE}/su-dung"
AUDIT, BULK = f"{CONSOLE}/nhat-ky", f"{CONSOLE}/hang-loat"
PROVINCE, DEPARTMENT, UNIT = "H03.1", "H03.7", "H03.428"
Addresses = Callable[[Session], Sequence[str]]


def _fixed(*addresses: str) -> Addresses:
    return lambda _: addresses


def _people(session: Session) -> Sequence[str]:
    """Different ones, so that none is warm."""
    ids = session.scalars(select(Person.id).order_by(Person.staff_number).limit(500))
    return [f"{PEOPLE}/{person_id}" for person_id in ids]


def _account(session: Session) -> Sequence[str]:
    ids = session.scalars(select(Account.id).order_by(Account.login).limit(500))
    return [f"{ACCOUNTS}/{account_id}" for account_id in ids]


def _of_units(path: str) -> Addresses:
    """A list of a unit, another one each time."""

    def addresses(session: Session) -> Sequence[str]:
        ids = session.scalars(text("SELECT id FROM identity_organisation ORDER BY id OFFSET 100"))
        return [f"{path}{organisation_id}" for organisation_id in ids]

    return addresses


def _of_code(path: str, code: str) -> Addresses:
    def addresses(session: Session) -> Sequence[str]:
        statement = text("SELECT organisation_id FROM identity_agency_code WHERE code = :code")
        return [f"{path}{session.scalar(statement, {'code': code})}"]

    return addresses


def _deep_in_people(session: Session) -> Sequence[str]:
    middle = select(Person).order_by(Person.sort_key, Person.id).limit(1)
    count = session.scalar(text("SELECT count(*) FROM identity_person")) or 0
    person = session.scalars(middle.offset(count // 2)).one()
    return [f"{PEOPLE}?cursor={quote(encode_cursor(person.sort_key, str(person.id)))}"]


def _plans(session: Session) -> Sequence[str]:
    return [f"{BULK}/{plan_id}" for plan_id in session.scalars(select(BulkPlan.id))]


def _records(session: Session) -> Sequence[str]:
    ids = session.scalars(select(AuditRecord.subject_id).order_by(AuditRecord.id).limit(500))
    return [f"{AUDIT}?subject={subject_id}" for subject_id in ids]


def _logins(path: str) -> Addresses:
    def addresses(session: Session) -> Sequence[str]:
        logins = session.scalars(select(Account.login).order_by(Account.id).limit(300))
        return [f"{path}{login}" for login in logins]

    return addresses


def _q(path: str, *typed: str) -> Addresses:
    return _fixed(*(f"{path}?q={quote(one)}" for one in typed))


PAGES: dict[str, Addresses] = {
    "home": _fixed(CONSOLE),
    "people: first page": _fixed(PEOPLE),
    "people: one letter": _q(PEOPLE, "a", "ng", "x", "đ"),
    "people: one word": _q(PEOPLE, "hồng", "nga", "oanh"),
    "people: two words": _q(PEOPLE, "hồng nga", "bích oanh"),
    "people: three words": _q(PEOPLE, "Nông Hồng Nga", "đặng bích thảo", "hà thị an"),
    "people: nobody": _q(PEOPLE, "không ai cả", "zzz", "q"),
    "people: by login": _logins(f"{PEOPLE}?q="),
    "people: by staff number": _q(PEOPLE, "BK5012", "BK99", "BK1"),
    "people: pending": _fixed(f"{PEOPLE}?status=pending"),
    "people: active": _fixed(f"{PEOPLE}?status=active"),
    "people: closed": _fixed(f"{PEOPLE}?status=closed"),
    "people: without account": _fixed(f"{PEOPLE}?status=none"),
    "people: appointed nowhere": _fixed(f"{PEOPLE}?post=nowhere"),
    "people: concurrent": _fixed(f"{PEOPLE}?post=concurrent"),
    "people: of a contract": _fixed(f"{PEOPLE}?post=civil_servant"),
    "people: of a unit": _of_units(f"{PEOPLE}?under="),
    "people: of a department": _of_code(f"{PEOPLE}?under=", DEPARTMENT),
    "people: of the province": _of_code(f"{PEOPLE}?under=", PROVINCE),
    "people: a word in a department": _of_code(f"{PEOPLE}?q=nga&under=", DEPARTMENT),
    "people: a word, pending": _fixed(f"{PEOPLE}?q=nga&status=pending"),
    "people: deep": _deep_in_people,
    "person": _people,
    "accounts: first page": _fixed(ACCOUNTS),
    "accounts: one letter": _q(ACCOUNTS, "a", "ng", "x"),
    "accounts: two words": _q(ACCOUNTS, "hồng nga"),
    "accounts: nobody": _q(ACCOUNTS, "không ai cả", "zzz", "q"),
    "accounts: by login": _logins(f"{ACCOUNTS}?q="),
    "accounts: by address": _q(ACCOUNTS, "ngant5@tinh"),
    "accounts: pending": _fixed(f"{ACCOUNTS}?status=pending"),
    "accounts: active": _fixed(f"{ACCOUNTS}?status=active"),
    "accounts: overdue": _fixed(f"{ACCOUNTS}?kind=personal&older=30"),
    "accounts: of organisations": _fixed(f"{ACCOUNTS}?kind=organisation"),
    "accounts: of a unit": _of_units(f"{ACCOUNTS}?under="),
    "accounts: of a department": _of_code(f"{ACCOUNTS}?under=", DEPARTMENT),
    "accounts: of the province": _of_code(f"{ACCOUNTS}?under=", PROVINCE),
    "account": _account,
    "organisations": _fixed(ORGANISATIONS),
    "organisations: search": _q(ORGANISATIONS, "co quan 4", "zzz", "H03.12"),
    "organisation: the province": _of_code(f"{ORGANISATIONS}/", PROVINCE),
    "organisation: a department": _of_code(f"{ORGANISATIONS}/", DEPARTMENT),
    "organisation: a unit": _of_units(f"{ORGANISATIONS}/"),
    "usage: province": _fixed(USAGE),
    "usage: 24 months": _fixed(f"{USAGE}?span=24&order=worst"),
    "usage: a year": _fixed(f"{USAGE}?period=year"),
    "usage: department": _fixed(f"{USAGE}?under={DEPARTMENT}"),
    "usage: unit": _fixed(f"{USAGE}?under={UNIT}"),
    "usage: mailboxes of a unit": _fixed(f"{USAGE}/hop-thu?under={UNIT}&state=unused"),
    "usage: mailboxes of a department": _fixed(f"{USAGE}/hop-thu?under={DEPARTMENT}&state=unused"),
    "usage: mailboxes of the province": _fixed(f"{USAGE}/hop-thu?state=unused"),
    "usage: why a unit moved": _fixed(f"{USAGE}/bien-dong?under={UNIT}"),
    "usage: why a department moved": _fixed(f"{USAGE}/bien-dong?under={DEPARTMENT}"),
    "audit: first page": _fixed(AUDIT),
    "audit: by actor": _fixed(f"{AUDIT}?actor=admin7"),
    "audit: by an actor's name": _fixed(f"{AUDIT}?actor={quote('hồng nga')}"),
    "audit: by subject": _records,
    "audit: by a subject's name": _fixed(f"{AUDIT}?subject={quote('bích oanh')}"),
    "audit: by tag": _fixed(f"{AUDIT}?tag=person:moved", f"{AUDIT}?tag=client:created"),
    "audit: by document": _fixed(f"{AUDIT}?document={quote('50/QĐ-SNV')}"),
    "audit: by day": _fixed(f"{AUDIT}?since=2026-06-01&until=2026-06-03"),
    "bulk: plans": _fixed(BULK),
    "bulk: a plan": _plans,
}
