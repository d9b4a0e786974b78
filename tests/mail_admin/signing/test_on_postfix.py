"""What leaves in the province's name is signed, so that a receiver can tell: on our Postfix."""

import smtplib

import pytest

from entrypoints.embedded.ports import LOOPBACK
from kernel.encryption import KeyRing
from tests.support.dkim import content_of, ensure_key, verifies
from tests.support.installation import eventually
from tests.support.mail import MailStack
from tests.support.mail_messages import compose
from tests.support.managesieve import put_filter

HEADER = b"dkim-signature:"


def test_what_people_hand_in_verifies_with_the_record_that_is_published(
    mail: MailStack, keys: KeyRing
) -> None:
    record, sender, reader = ensure_key(mail, keys), mail.hire(), mail.hire()
    text = "Kính gửi \t anh chị,  \n\n.\n" + "dòng dài " * 400 + "\n\n\n"
    name = f"Nguyễn Văn Đằng – Phòng Hành chính – Tổng hợp của Ủy ban nhân dân <{sender.address}>"
    with mail.submission(sender) as smtp:
        message = compose(name, [reader.address, "congdan@example.com"], "signed", text)
        smtp.send_message(message, sender.address, [reader.address, "congdan@example.com"])
    content = content_of(mail, reader, "signed")
    assert verifies(content, record)
    assert not verifies(content.replace(b"Subject: signed", b"Subject: forged"), record)
    assert not verifies(b"From: minister@gov.example\r\n" + content, record)
    assert not verifies(content + b"P.S. Pay at once.\r\n", record)
    eventually(lambda: "signed" in [m["Subject"] for m in mail.outside.mails], mail.logs)
    (outside,) = (c for c in mail.outside.contents if b"Subject: signed" in c)
    assert verifies(outside, record)


def test_a_notice_of_absence_is_signed_and_what_others_wrote_is_not(
    mail: MailStack, keys: KeyRing
) -> None:
    record, member, deputy = ensure_key(mail, keys), mail.hire(), mail.hire()
    subject = f"away {member.login}"
    put_filter(
        mail,
        member,
        f'require ["vacation", "copy"]; redirect :copy "{deputy.address}";'
        f' vacation :subject "{subject}" "Tôi nghỉ phép.";',
    )
    forged = compose(member.address, [member.address], f"in {member.login}'s name")
    with smtplib.SMTP(LOOPBACK, mail.postfix.inbound) as smtp:
        smtp.send_message(forged, "congdan@example.com", [member.address])
    mail.deliver(member.address, f"to {member.login}", sender="congdan@example.com")
    for reader in (member, deputy):
        for subject_inside in (f"in {member.login}'s name", f"to {member.login}"):
            assert HEADER not in content_of(mail, reader, subject_inside).lower()
    eventually(lambda: subject in [m["Subject"] for m in mail.outside.mails], mail.logs)
    assert verifies(
        next(c for c in mail.outside.contents if f"Subject: {subject}".encode() in c), record
    )


def test_while_nobody_signs_mail_stays_with_the_sender_and_comes_in(
    mail: MailStack, keys: KeyRing
) -> None:
    record, member = ensure_key(mail, keys), mail.hire()
    with mail.signing.away():
        with (
            pytest.raises(smtplib.SMTPResponseException, match=r"4\.3\.0 Try again later"),
            mail.submission(member),
        ):
            pass
        mail.deliver(member.address, "nobody signs")
        mail.wait_for(member, "nobody signs")
    mail.send(member, member.address, subject="signed again")
    assert verifies(content_of(mail, member, "signed again"), record)
