"""The list of accounts: whom it finds, page by page, and for whom it is."""

import re
from uuid import UUID

import pytest

from identity.accounts.models import AccountStatus
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.service import suspend_account
from identity.organisations.models import Organisation
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser

PATH = "/quan-tri/tai-khoan"


@pytest.fixture
def desk(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.HR))


def shown(browser: Browser, query: str = "", **headers: str) -> list[str]:
    page = browser.get(f"{PATH}?{query}", headers=headers)
    assert page.status_code == 200
    return re.findall(r'main-cell"><a href="/quan-tri/tai-khoan/[0-9a-f-]{36}">([^<]*)<', page.text)


def test_it_finds_by_name_without_tone_marks_login_and_address(
    console: ConsoleWorld, desk: Browser
) -> None:
    member = console.sign_on.member("Nguyễn Thị Hồng Nga")
    for typed in ("hong nga", member.login[:5], f"{member.login}@backan"):
        assert shown(desk, f"q={typed}") == ["Nguyễn Thị Hồng Nga"]
    assert shown(desk, "q=nobody-has-this") == []


def mailbox_of(console: ConsoleWorld, organisation: Organisation, name: str) -> None:
    with console.sign_on.services.database.transaction() as session:
        open_organisation_account(
            session,
            console.sign_on.officer,
            organisation.id,
            stem="vanthu.snv",
            purpose="clerical",
            display_name=name,
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )


def test_it_finds_accounts_of_organisations_by_their_own_name(
    console: ConsoleWorld, desk: Browser
) -> None:
    organisation = console.sign_on.province.organisation("Sở Nội vụ")
    mailbox_of(console, organisation, "Hộp thư chung")
    for query in ("q=hộp thư", "q=so noi vu", "kind=organisation", f"under={organisation.id}"):
        assert shown(desk, query) == ["Hộp thư chung"], query


def test_it_narrows_by_status_and_by_how_long_it_waits(
    console: ConsoleWorld, desk: Browser
) -> None:
    member = console.sign_on.member("Hoàng Thị Mai")
    with console.sign_on.services.database.transaction() as session:
        suspend_account(session, console.sign_on.officer, member.id, now=NOW, basis=BASIS)
    assert shown(desk, f"status={AccountStatus.SUSPENDED}") == ["Hoàng Thị Mai"]
    province = console.sign_on.province
    province.account(province.person(province.organisation(), "Lê Văn Chờ"))
    assert shown(desk, "status=pending") == ["Lê Văn Chờ"]
    assert shown(desk, "older=30") == []


@pytest.mark.parametrize(
    "query",
    ["kind=rac", "status=rac", "under=rac", f"under={UUID(int=1)}", "older=rac", "older=-1"],
)
def test_a_value_that_means_nothing_means_nobody_and_is_named(desk: Browser, query: str) -> None:
    page = desk.get(f"{PATH}?q=tran&{query}").text
    assert "Trần Văn Bình</a>" not in page
    assert f"Không hiểu “{query.partition('=')[2]}”" in page
    assert f'href="{PATH}?q=tran"' in page  # the way out
    assert "hang-loat/moi" not in page
    every = desk.get(f"/quan-tri/hang-loat/moi?tat-ca=1&{query}")
    assert every.status_code == 422
    assert "Không hiểu" in every.text


def test_pages_follow_each_other_without_gap_or_repetition(
    console: ConsoleWorld, desk: Browser
) -> None:
    province = console.sign_on.province
    organisation = province.organisation()
    for _ in range(60):
        province.account(province.person(organisation, "Lò Văn Thử"))
    first = desk.get(f"{PATH}?q=van+thu").text
    more = re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', first)
    assert more is not None
    second = desk.get(more[1].replace("&amp;", "&")).text
    found = re.findall(r'href="/quan-tri/tai-khoan/([0-9a-f-]{36})"', first + second)
    assert len(found) == len(set(found)) == 60
    assert "60 tài khoản" in first


def test_only_the_results_travel_to_who_types(desk: Browser) -> None:
    headers = {"HX-Request": "true", "HX-Target": "results"}
    part = desk.get(PATH, headers=headers).text
    assert part.lstrip().startswith('<div id="results">')
    assert "Trần Văn Bình" in part


def test_a_name_is_shown_and_not_run(console: ConsoleWorld, desk: Browser) -> None:
    organisation = console.sign_on.province.organisation("Sở <script>alert(2)</script>")
    mailbox_of(console, organisation, "<script>alert(1)</script>")
    page = desk.get(PATH).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert") == 2
