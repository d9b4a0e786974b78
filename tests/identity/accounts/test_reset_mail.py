"""Somebody forgot the password: the request tells nothing, the worker mails a link."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import text, update

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.wiring import Services
from identity.accounts.errors import ResetCodeRejected
from identity.accounts.models import Account
from identity.accounts.passwords import Passwords
from identity.accounts.reset_mail import RESET_PATH
from identity.accounts.resets import redeem_reset
from identity.people.models import Person
from kernel.mailer import MailSettings
from tests.support.jobs import run_jobs
from tests.support.passwords import SECOND, opens
from tests.support.registry import DOMAIN, NOW, Province
from tests.support.services import built, nowhere, settings_for
from tests.support.smtp import Inbox, smtp_server

PUBLIC_URL = "http://127.0.0.1:8000"
LINK = re.compile(re.escape(PUBLIC_URL + RESET_PATH) + r"#([0-9A-Z-]{64})\n")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def services(database_url: str, inbox: Inbox) -> Iterator[Services]:
    with smtp_server(inbox) as port:
        mail = MailSettings(
            host=LOOPBACK, port=port, tls="none", sender_address=f"khong-tra-loi@{DOMAIN}"
        )
        settings = settings_for(database_url, nowhere()).model_copy(update={"mail": mail})
        with built(settings) as services:
            yield services


def request(services: Services, typed: str) -> None:
    with services.database.transaction() as session:
        services.password_jobs.request_reset(session, typed)


def jobs(services: Services) -> list[dict[str, Any]]:
    with services.database.transaction() as session:
        rows = session.execute(text("SELECT status, args, attempts FROM procrastinate_jobs"))
        return [dict(row._mapping) for row in rows]


def code_in(inbox: Inbox) -> str:
    mail = inbox.mails[-1]
    found = LINK.findall(mail.get_content().replace("\r\n", "\n"))
    assert len(found) == 2  # in both languages
    assert found[0] == found[1]
    return str(found[0])


def test_the_link_in_the_mail_leads_to_a_new_password(
    services: Services, inbox: Inbox, province: Province, passwords: Passwords, account: Account
) -> None:
    request(services, f" {account.login.upper()}@{DOMAIN}")
    run_jobs(services)
    (mail,) = inbox.mails
    assert mail["To"] == "nga@example.org"
    assert mail["Subject"] == "Đặt lại mật khẩu công vụ / Reset your official-duty password"
    said = mail.get_content()
    assert account.login in said
    assert "09:30 23/11/2026" in said  # in Vietnam
    redeem_reset(province.db, passwords, code_in(inbox), SECOND, NOW)
    assert opens(province, passwords, account.id, SECOND)


def test_a_request_leaves_the_same_trace_for_everybody_and_neither_name_nor_code_in_it(
    services: Services, inbox: Inbox, account: Account
) -> None:
    for typed in (account.login, "nobody", f"nobody@{DOMAIN}", "\0", "x" * 10_000):
        request(services, typed)
    asked = jobs(services)
    assert [job["args"] for job in asked] == [
        {"account_id": str(account.id)},
        *([{"account_id": None}] * 4),
    ]
    run_jobs(services)
    assert len(inbox.mails) == 1


def test_a_busy_mail_server_is_tried_again_with_a_fresh_code(
    services: Services, inbox: Inbox, province: Province, passwords: Passwords, account: Account
) -> None:
    inbox.to_recipient = "450 Busy"
    request(services, account.login)
    with structlog.testing.capture_logs() as lines:
        run_jobs(services)
    assert inbox.mails == []
    (job,) = jobs(services)
    assert (job["status"], job["attempts"]) == ("todo", 1)
    assert "nga@example.org" not in str(lines)
    inbox.to_recipient = None
    with services.database.transaction() as session:
        session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
    run_jobs(services)
    redeem_reset(province.db, passwords, code_in(inbox), SECOND, NOW)


def test_a_refused_recipient_is_not_tried_again_and_leaves_no_code(
    services: Services, inbox: Inbox, account: Account
) -> None:
    inbox.to_recipient = "550 No such user"
    request(services, account.login)
    run_jobs(services)
    assert jobs(services) == []
    with services.database.transaction() as session:
        count = text("SELECT count(*) FROM identity_password_reset")
        assert session.scalar(count) == 0


@pytest.mark.parametrize("recovery_email", [None, "", "not an address", "a@b.vn\nBcc: c@d.vn"])
def test_an_account_that_cannot_get_a_mail_gets_none(
    services: Services, inbox: Inbox, account: Account, recovery_email: str | None
) -> None:
    with services.database.transaction() as session:
        session.execute(
            update(Person)
            .where(Person.id == account.person_id)
            .values(recovery_email=recovery_email)
        )
    request(services, account.login)
    run_jobs(services)
    assert inbox.mails == []
    assert jobs(services) == []


def test_each_request_makes_the_codes_before_it_useless(
    services: Services, inbox: Inbox, province: Province, passwords: Passwords, account: Account
) -> None:
    request(services, account.login)
    run_jobs(services)
    first = code_in(inbox)
    request(services, account.login)
    run_jobs(services)
    with pytest.raises(ResetCodeRejected):
        redeem_reset(province.db, passwords, first, SECOND, NOW)
    redeem_reset(province.db, passwords, code_in(inbox), SECOND, NOW)


def test_without_a_mail_server_the_request_is_forgotten(
    database_url: str, account: Account
) -> None:
    with built(settings_for(database_url, nowhere())) as services:
        assert not services.password_jobs.can_send
        request(services, account.login)
        run_jobs(services)
        assert jobs(services) == []
