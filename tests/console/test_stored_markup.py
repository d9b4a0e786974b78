"""Markup in every column of every kind of list, imported for real: pages show it as text."""

from dataclasses import replace

from sqlalchemy import select

from identity.accounts.models import Account
from identity.hr_import.kinds import SheetKind
from identity.hr_import.templates import TITLES
from identity.organisations.models import Organisation
from identity.people.models import Appointment
from tests.console.imports.conftest import PATH as IMPORT_PATH
from tests.console.sights import Sights, build, run_aside
from tests.console.test_pages_in_a_browser import templates
from tests.support.console import ConsoleWorld
from tests.support.registry import people_row, workbook
from tests.support.sign_on import Browser
from tests.support.small_usage import Small, small

__all__ = ["small"]

RAW = "<img data-stored src=x>"
MARK = f"\"'>{RAW}"
CODE = "H03.78"
GOOD = {
    SheetKind.ORGANISATIONS: (CODE, MARK, MARK, "department", "H03", "xss", "", "2020-02-01"),
    SheetKind.ORGANISATION_ACCOUNTS: (CODE, "clerical", "vanthu.xss", MARK),
    SheetKind.PEOPLE: (
        *people_row(50, name="Bàn Văn Phúc", code=CODE, position=MARK, unit=MARK),
        MARK,
    ),
    SheetKind.REQUESTS: (),
}
"""Rows that are accepted, in the order in which they build on each other."""
VIEWS = ("", "?verdict=all", "?verdict=refuse", "?opened=0", "?opened=1", "/xac-nhan")


def send(console: ConsoleWorld, desk: Browser, kind: SheetKind) -> str:
    """A list with markup in every cell of a row, and a good row if there is one; its address."""
    titles = TITLES[kind]
    rows = [[MARK] * len(titles), *([GOOD[kind]] if GOOD[kind] else [])]
    form = {"as_of": "2026-11-23", "reason": MARK, "document_number": MARK}
    files = {"file": (f"{RAW}.xlsx", workbook(*rows, header=titles))}
    answer = desk.post(f"{IMPORT_PATH}/moi", form, files=files)
    assert answer.status_code == 303, answer.text
    run_aside(console.sign_on.services)
    address: str = answer.headers["Location"]
    return address


def hostile(console: ConsoleWorld, sights: Sights) -> Sights:
    """The same tour, by way of what was imported."""
    with console.sign_on.services.database.transaction() as session:
        organisation = session.scalars(select(Organisation).where(Organisation.name == MARK)).one()
        post = session.scalars(select(Appointment).where(Appointment.position == MARK)).one()
        personal = session.scalars(select(Account).where(Account.person_id == post.person_id)).one()
        shared = session.scalars(
            select(Account).where(Account.organisation_id == organisation.id)
        ).one()
    return replace(
        sights,
        organisation=organisation.id,
        person=post.person_id,
        appointment=post.id,
        pending=personal.id,
        shared=shared.id,
    )


def test_markup_in_any_column_of_any_list_is_text_on_every_page(
    console: ConsoleWorld, small: Small
) -> None:
    sights = build(console, small.top)
    desk = console.browser(sights.visitor)
    shown = 0
    for kind, good in GOOD.items():
        address = send(console, desk, kind)
        for view in VIEWS:
            page = desk.get(address + view).text
            assert RAW not in page, (kind, view)
            shown += "data-stored" in page
        if good:
            desk.post(f"{address}/xac-nhan", {"revision": "1"})
            run_aside(console.sign_on.services)
            assert "Đã ghi vào hệ thống" in desk.get(address).text, kind
    assert shown > len(GOOD)
    tour = hostile(console, sights)
    seen = {template for template in templates() if is_shown(desk, tour.address(template))}
    assert len(seen) > 12, seen


def is_shown(desk: Browser, address: str) -> bool:
    """Whether what was imported stands on the page, which must be as text."""
    answer = desk.get(address)
    assert answer.status_code in {200, 404, 409}, address
    assert RAW not in answer.text, address
    return "data-stored" in answer.text
