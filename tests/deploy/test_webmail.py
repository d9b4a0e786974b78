"""People read and send their mail in the webmail, signed in by our provider alone."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.mail import MailStack
from tests.support.provider import Member
from tests.support.scratch import scratch_folder
from tests.support.webmail import Webmail, running_webmail


@pytest.fixture(scope="module")
def webmail(mail: MailStack) -> Iterator[Webmail]:
    with scratch_folder() as folder, running_webmail(mail, folder) as webmail:
        yield webmail


def open_webmail(page: Page, webmail: Webmail, member: Member) -> None:
    page.goto(webmail.address)
    page.fill("[name=identifier]", member.login)
    page.fill("[name=password]", member.password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.locator("#mailboxlist")).to_be_visible()
    page.wait_for_load_state("networkidle")  # its buttons work from then on


def mechanisms(mail: MailStack, server: str, member: Member) -> set[str]:
    """How somebody has signed in to a mail server so far."""
    signed_in = rf"{server}-login: Info: Login: user=<{member.login}>, method=(\w+)"
    return set(re.findall(signed_in, mail.logs()))


def expect_our_page(page: Page, mail: MailStack) -> None:
    expect(page.locator("[name=identifier]")).to_be_visible()
    assert page.url.startswith(mail.provider.issuer)


def test_one_entry_at_our_page_opens_the_mailbox_and_the_password_stays_with_us(
    page: Page, webmail: Webmail, mail: MailStack
) -> None:
    member = mail.hire()
    mail.deliver(member.address, "Giấy mời họp")
    mail.wait_for(member, "Giấy mời họp")
    open_webmail(page, webmail, member)
    expect(page.get_by_text("Giấy mời họp")).to_be_visible()
    assert mechanisms(mail, "imap", member) >= {"XOAUTH2"}
    assert member.password not in webmail.log.read_text()


def test_what_is_written_there_is_sent_as_its_writer(
    page: Page, webmail: Webmail, mail: MailStack
) -> None:
    member, colleague = mail.hire(), mail.hire()
    open_webmail(page, webmail, member)
    page.goto(f"{webmail.address}/?_task=mail&_action=compose&_to={colleague.address}")
    page.wait_for_load_state("networkidle")
    page.fill("#compose-subject", "Báo cáo tuần")
    page.fill("#composebody", "Kính gửi anh.")
    page.locator("button.send").click()
    sent = mail.wait_for(colleague, "Báo cáo tuần")
    assert member.address in sent["From"]


def test_filters_are_opened_without_another_sign_in(
    page: Page, webmail: Webmail, mail: MailStack
) -> None:
    member = mail.hire()
    open_webmail(page, webmail, member)
    page.goto(f"{webmail.address}/?_task=settings&_action=plugin.managesieve")
    expect(page.locator("#filterslist")).to_be_attached()
    assert mechanisms(mail, "managesieve", member) == {"XOAUTH2"}


def test_a_token_past_its_time_is_renewed_without_asking_anybody(
    page: Page, webmail: Webmail, mail: MailStack
) -> None:
    open_webmail(page, webmail, mail.hire())
    webmail.let_tokens_expire()
    assert webmail.expired_tokens()
    before = webmail.expired_tokens()
    page.reload()
    expect(page.locator("#mailboxlist")).to_be_visible()
    assert webmail.expired_tokens() == before - 1


def test_whoever_was_suspended_is_out_at_the_next_click(
    page: Page, webmail: Webmail, mail: MailStack
) -> None:
    member = mail.hire()
    open_webmail(page, webmail, member)
    mail.provider.suspend(member)
    page.reload()
    expect_our_page(page, mail)


def test_who_leaves_the_webmail_leaves_everything(
    page: Page, webmail: Webmail, mail: MailStack
) -> None:
    open_webmail(page, webmail, mail.hire())
    page.get_by_role("button", name="Thoát").click()
    expect_our_page(page, mail)
    page.goto(f"{mail.provider.issuer}/")
    assert page.locator("[name=identifier]").count() == 1


def test_a_password_typed_into_the_webmail_opens_nothing(webmail: Webmail, mail: MailStack) -> None:
    member = mail.hire()
    with httpx.Client(base_url=webmail.address) as browser:
        form = browser.get("/index.php/login/oauth?error=access_denied").text
        token = re.search(r'"request_token":"(\w+)"', form)
        assert token is not None
        typed = {"_user": member.login, "_pass": member.password, "_token": token[1]}
        answer = browser.post("/?_task=login", data={"_task": "login", "_action": "login", **typed})
    assert answer.status_code == 401
    assert not mechanisms(mail, "imap", member)


@pytest.mark.parametrize("query", ["code=stolen&state=of-another", "code=stolen"])
def test_an_answer_that_nobody_here_asked_for_signs_nobody_in(
    webmail: Webmail, mail: MailStack, query: str
) -> None:
    issuer = mail.provider.issuer
    with httpx.Client(base_url=webmail.address) as browser:
        answer = browser.get(f"/index.php/login/oauth?{query}&iss={issuer}")
        assert "no such sign-in has begun here" in webmail.log.read_text()
        assert not answer.is_redirect
        assert browser.get("/").headers["Location"].startswith(issuer)


@pytest.mark.parametrize(
    "path",
    ["plugins/managesieve/managesieve.php", "config/config.inc.php", "skins/elastic/meta.json"],
)
def test_nothing_but_the_one_program_is_given_out(webmail: Webmail, path: str) -> None:
    assert httpx.get(f"{webmail.address}/{path}").status_code in {403, 404}
