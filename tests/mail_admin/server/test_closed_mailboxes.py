"""Mail of closed accounts is kept, then removed by an explicit command that says why."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from identity.accounts.models import Account
from kernel.audit import AuditRecord
from kernel.clock import office_day, utc_now
from mail_admin.server.errors import MailStillKept, NotClosedYet
from tests.support.mail import MailStack
from tests.support.provider import Member


def stored(mail: MailStack, member: Member) -> list[Path]:
    name = str(member.account_id)
    folder = Path(mail.system.settings.store, name[:2], name)
    return [path for path in folder.rglob("*") if path.is_file()]


def command(days_ago: int, *arguments: str) -> list[str]:
    before = office_day(utc_now()) - timedelta(days=days_ago)
    given = ["--closed-before", before.isoformat(), "--reason", "hết thời hạn lưu"]
    return ["mailbox", "purge", *arguments, *given]


def purge(mail: MailStack, days_ago: int, *arguments: str) -> Any:
    return mail.provider.congvu(*command(days_ago, *arguments))


def refusal(mail: MailStack, days_ago: int, *arguments: str) -> BaseException | None:
    return mail.provider.run_command(*command(days_ago, *arguments)).exception


def test_mail_of_a_closed_account_goes_after_the_time_of_keeping_and_not_before(
    mail: MailStack,
) -> None:
    member, staying = mail.hire(), mail.hire()
    for person in (member, staying):
        mail.send(person, person.address, subject="kept")
        mail.wait_for(person, "kept")
    mail.change("close", member)
    mail.settle_servers()
    assert stored(mail, member)
    assert isinstance(refusal(mail, 30, member.login), MailStillKept)
    assert isinstance(refusal(mail, 91, member.login), NotClosedYet)
    long_ago = utc_now() - timedelta(days=200)
    with mail.provider.province.db.transaction() as session:
        session.execute(
            update(Account)
            .where(Account.id == member.account_id)
            .values(status_changed_at=long_ago)
        )
    assert [row["login"] for row in purge(mail, 91)["mailboxes"]] == [member.login]
    assert stored(mail, member)
    assert purge(mail, 91, "--yes")["removed"]
    assert not stored(mail, member)
    assert stored(mail, staying)
    assert purge(mail, 91)["mailboxes"] == []
    with mail.provider.province.db.transaction() as session:
        records = session.scalars(
            select(AuditRecord).where(
                AuditRecord.subject_id == member.account_id, AuditRecord.tag == "mailbox:purged"
            )
        ).all()
    assert [record.reason for record in records] == ["hết thời hạn lưu"]


def test_the_mail_of_an_account_in_use_is_never_removed(mail: MailStack) -> None:
    member = mail.hire()
    assert isinstance(refusal(mail, 91, member.login, "--yes"), NotClosedYet)


def test_a_mailbox_is_shown_with_its_size_and_a_new_quota_holds_at_once(mail: MailStack) -> None:
    member = mail.hire()
    mail.send(member, member.address, subject="weight", content=("x" * 70 + "\n") * 300)
    mail.wait_for(member, "weight")
    given = ("mailbox", "quota", member.login, "1M", "--reason", "thử")
    assert mail.provider.run_command(*given).exit_code == 0
    mail.settle()
    found = mail.provider.congvu("mailbox", "show", member.login)
    assert found["quota_bytes"] == 1024**2
    assert 20_000 < found["used_bytes"] < 40_000
    with mail.mailbox(member) as imap:
        assert b" 1024)" in imap.getquotaroot("INBOX")[1][1][0]
