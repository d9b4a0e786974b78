"""The Python application of docs/integrate, on Authlib's client."""

from playwright.sync_api import Page

from tests.support.person import is_asked_to_sign_in, shown_json, sign_in, wait_for_address
from tests.support.provider import Member
from tests.support.relying_parties import Application


def test_a_person_signs_in_and_out(
    page: Page, python_application: Application, member: Member
) -> None:
    home = f"{python_application.address}/"
    page.goto(home)
    sign_in(page, member)
    wait_for_address(page, home)
    person = shown_json(page)
    assert person["sub"] == str(member.account_id)
    assert person["name"] == "Nguyễn Thị Hồng Nga"
    page.goto(f"{home}logout")
    wait_for_address(page, f"{home}goodbye")
    page.goto(home)
    assert is_asked_to_sign_in(page)
