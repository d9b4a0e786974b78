"""Mail of ours that fails later, on our Postfix: it comes back and is noted."""

import smtplib
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from entrypoints.embedded.ports import LOOPBACK
from identity.accounts.models import Account, PasswordReset
from identity.accounts.passwords import ResetSettings
from identity.accounts.resets import ResetAuditTag, issue_reset
from identity.people.models import Person
from kernel.audit import AuditRecord
from kernel.clock import office_day, utc_now
from kernel.return_path import MailKind, MailReference
from mail_admin.reminders import claims
from mail_admin.reminders.claims import Claim
from mail_admin.reminders.models import Notice, NoticeKind, NoticeState
from mail_admin.reminders.planning import Mail
from mail_admin.reminders.sending import Sender, Sent
from tests.support.installation import eventually
from tests.support.mail import SENDER, MailStack
from tests.support.provider import Member
from tests.support.registry import DOMAIN
from tests.support.reports import group, report

HOME = "nga@example.org"


def remind(mail: MailStack, member: Member, address: str, text: str = "Kính gửi.") -> UUID:
    """A reminder on its way; the id of its notice."""
    claim = Claim(NoticeKind.DORMANT, member.account_id, address, office_day(utc_now()), 7)
    counts = Sent()
    sender = Sender(mail.provider.province.db, mail.mailer(), utc_now)
    sender.send(Mail(claim, "Nhắc", text), counts)
    assert counts.sent == 1
    return claim.id


def notice(mail: MailStack, notice_id: UUID) -> Notice:
    with mail.provider.province.db.transaction() as session:
        return session.get_one(Notice, notice_id)


def wait_for_state(mail: MailStack, notice_id: UUID, state: NoticeState) -> Notice:
    eventually(lambda: notice(mail, notice_id).state is state, mail.logs)
    return notice(mail, notice_id)


def hand_in(mail: MailStack, recipient: str, content: bytes) -> None:
    """As a server of the world brings a report: from nobody."""
    with smtplib.SMTP(LOOPBACK, mail.postfix.inbound) as smtp:
        smtp.sendmail("", [recipient], content)


def test_an_address_that_the_other_server_refuses_is_known_for_dead(mail: MailStack) -> None:
    member = mail.hire()
    mail.outside.to_recipient = "550 5.1.1 no such user"
    try:
        sent = remind(mail, member, HOME)
        assert wait_for_state(mail, sent, NoticeState.REFUSED).failure == "5.1.1"
    finally:
        mail.outside.to_recipient = None
    with mail.provider.province.db.transaction() as session:
        dead = claims.dead_addresses(session, office_day(utc_now()))
    assert dead.has(member.account_id, HOME.upper())
    assert not dead.has(member.account_id, member.address)


def test_a_report_that_comes_days_later_from_outside_is_read(mail: MailStack) -> None:
    member = mail.hire()
    sent = remind(mail, member, HOME)
    eventually(lambda: any("+n" in sender for sender in mail.outside.senders), mail.logs)
    (came_from,) = [sender for sender in mail.outside.senders if "+n" in sender]
    assert mail.return_path.read(came_from) == MailReference(MailKind.NOTICE, sent)
    assert mail.outside.mails[-1]["From"].addresses[0].addr_spec == SENDER.address
    hand_in(mail, came_from, report(group("4.4.1", "delayed")))
    hand_in(mail, came_from, b"Subject: I am away\r\n\r\nuntil Monday\r\n")
    hand_in(mail, came_from, report(group("4.4.7")))
    assert wait_for_state(mail, sent, NoticeState.UNDELIVERED).failure == "4.4.7"
    hand_in(mail, came_from.upper(), report(group("5.1.1")))
    assert wait_for_state(mail, sent, NoticeState.REFUSED).failure == "5.1.1"


def test_who_was_not_written_to_cannot_say_that_a_mail_failed(mail: MailStack) -> None:
    member, other = mail.hire(), mail.hire()
    sent, last = remind(mail, member, member.address), remind(mail, other, other.address)
    true = mail.return_path.address_of(MailReference(MailKind.NOTICE, sent))
    mac = true.partition("@")[0][-16:]
    other_address = mail.return_path.address_of(MailReference(MailKind.NOTICE, last))
    for recipient in (
        true.replace(mac, "a" * 16),
        true.replace(mac, other_address.partition("@")[0][-16:]),
        f"congvu-bounce+{sent}@{DOMAIN}",
        SENDER.return_address,
    ):
        hand_in(mail, recipient, report(group("5.1.1")))
    with (
        mail.submission(member) as smtp,
        pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"),
    ):
        smtp.sendmail(true, [HOME], "Subject: in the name of the product\r\n\r\n")
    hand_in(mail, other_address, report(group("5.1.1")))
    wait_for_state(mail, last, NoticeState.REFUSED)  # so the earlier ones were read, too
    assert notice(mail, sent).state is NoticeState.SENT


def test_a_full_mailbox_of_ours_is_tried_again(mail: MailStack) -> None:
    member = mail.hire(quota_bytes=100_000)
    sent = remind(mail, member, member.address, ("x" * 70 + "\n") * 3000)
    assert wait_for_state(mail, sent, NoticeState.UNDELIVERED).failure == "5.2.2"


def test_the_link_of_a_password_mail_that_came_back_is_gone(mail: MailStack) -> None:
    member = mail.hire()
    province = mail.provider.province
    with province.db.transaction() as session:
        account = session.get_one(Account, member.account_id)
        session.get_one(Person, account.person_id).recovery_email = HOME
        reset = issue_reset(session, account.id, ResetSettings(), now=utc_now())
    assert reset is not None
    path = mail.return_path.address_of(MailReference(MailKind.PASSWORD_RESET, reset.id))

    def is_revoked() -> bool:
        with province.db.transaction() as session:
            return session.get_one(PasswordReset, reset.id).revoked_at is not None

    hand_in(mail, path, report(group("5.1.1", "delivered")))
    assert not is_revoked()
    hand_in(mail, path, report(group("5.1.1")))
    eventually(is_revoked, mail.logs)
    with province.db.transaction() as session:
        record = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == ResetAuditTag.RETURNED.value)
        ).one()
    assert (record.subject_id, record.reason) == (member.account_id, "5.1.1")
    unknown = mail.return_path.address_of(MailReference(MailKind.PASSWORD_RESET, uuid4()))
    hand_in(mail, unknown, report(group("5.1.1")))
