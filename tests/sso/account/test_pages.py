"""The pages of the own account, all of them: who reaches them, and what is stored is text."""

from datetime import date

import pytest
from sqlalchemy import update

from identity.accounts.models import Account
from identity.accounts.queries import addresses_of
from identity.addresses.models import Address, AddressRole
from tests.support.sign_on import Browser, Member, SignOnWorld

PAGES = (
    "/tai-khoan",
    "/tai-khoan/toi",
    "/tai-khoan/hop-thu",
    "/tai-khoan/bao-mat",
    "/tai-khoan/phien",
    "/tai-khoan/he-thong",
    "/doi-mat-khau",
)
HOSTILE = '<script>alert(1)</script>"'


def signed_in(world: SignOnWorld, member: Member) -> Browser:
    browser = world.browser()
    browser.sign_in(member)
    return browser


def test_staff_without_a_role_reach_every_page_by_the_menu(world: SignOnWorld) -> None:
    browser = signed_in(world, world.member())
    for path in PAGES:
        page = browser.get(path)
        assert page.status_code == 200, path
        assert 'href="/quan-tri"' not in page.text, path
        for other in PAGES[:-1]:
            assert f'<a href="{other}"' in page.text, (path, other)
        assert page.text.count('aria-current="page"') == 1, path


def test_what_is_stored_is_text_and_never_markup(world: SignOnWorld) -> None:
    office = world.province.organisation(f"Sở {HOSTILE}")
    member = world.member("Lê Thị Ân", organisation=office, position=HOSTILE)
    app = world.application(
        client_name=HOSTILE, summary=HOSTILE, client_uri="https://vanban.example/"
    )
    with world.province.db.transaction() as session:
        session.execute(update(Account).values(display_name=HOSTILE))
    browser = signed_in(world, member)
    world.tokens(app, member, browser)
    for path in PAGES:
        page = browser.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_many_systems_are_searched_without_tone_marks(world: SignOnWorld) -> None:
    for number in range(9):
        name = f"Hệ thống {number}"
        world.application(f"app-{number}", client_name=name, client_uri="https://app.example/")
    member = world.member()
    assert 'role="search"' not in signed_in(world, member).get("/tai-khoan").text
    about = {"client_name": "Một cửa", "summary": "Hồ sơ đất đai"}
    world.application("one-stop", client_uri="https://motcua.example/", **about)
    browser = signed_in(world, member)
    page = browser.get("/tai-khoan?q=dat+dai").text
    assert 'role="search"' in page
    assert "Một cửa" in page
    assert "Hệ thống 1" not in page
    nothing = browser.get("/tai-khoan", params={"q": "<b>khong"}).text
    assert "Không có hệ thống nào khớp với “&lt;b&gt;khong”" in nothing


def test_without_any_system_the_page_says_so(world: SignOnWorld) -> None:
    page = signed_in(world, world.member()).get("/tai-khoan").text
    assert "Chưa có hệ thống nào mở cho bạn" in page


def test_contact_data_are_shown_in_part_only(world: SignOnWorld) -> None:
    page = signed_in(world, world.member(phone="0912345678")).get("/tai-khoan/toi").text
    assert "091•••••78" in page
    assert "0912345678" not in page
    assert "006" not in page.partition("Số CCCD")[2].partition("</div>")[0]


@pytest.mark.parametrize(
    ("until", "shown"),
    [
        (None, "Địa chỉ phụ, vẫn nhận thư"),
        (date(2030, 1, 5), "nhận thư đến trước ngày 05/01/2030"),
        (date(2020, 1, 5), None),
    ],
)
def test_an_alias_says_until_when_mail_arrives(
    world: SignOnWorld, until: date | None, shown: str | None
) -> None:
    member = world.member()
    with world.province.db.transaction() as session:
        ((primary, _),) = addresses_of(session, [member.id])[member.id]
        session.add(
            Address(
                domain_id=primary.domain_id,
                local_part="ten.cu",
                account_id=member.id,
                role=AddressRole.ALIAS,
                given_on=date(2020, 1, 1),
                alias_until=until,
            )
        )
    page = signed_in(world, member).get("/tai-khoan/toi").text
    assert "Chính" in page
    assert ("ten.cu@" in page) == (shown is not None)
    if shown:
        assert shown in page


def test_second_factors_are_said_not_to_be_there_without_anything_to_press(
    world: SignOnWorld,
) -> None:
    page = signed_in(world, world.member()).get("/tai-khoan/bao-mat").text
    room = page.partition('aria-labelledby="factors"')[2].partition("</section>")[0]
    assert "Hệ thống chưa nhận loại nào" in room
    assert not any(tag in room for tag in ("<button", "<a ", "<input"))


def test_attempts_that_were_refused_are_shown(world: SignOnWorld) -> None:
    member = world.member()
    world.browser().post("/dang-nhap", {"identifier": member.login, "password": "sai rồi"})
    page = signed_in(world, member).get("/tai-khoan/phien").text
    attempts = page.partition('aria-labelledby="attempts"')[2].partition("</section>")[0]
    assert attempts.count("Bị từ chối<") == 1
    assert attempts.count("Thành công<") == 1
