"""Sending and receiving: whose name stands on a message, and whom it reaches."""

import re
import smtplib

import pytest

from entrypoints.embedded.ports import LOOPBACK
from tests.support.installation import eventually
from tests.support.mail import MailStack
from tests.support.mail_messages import compose


def test_what_a_person_sends_another_reads_at_whatever_address(mail: MailStack) -> None:
    alias = f"ten.cu.{mail.provider.fresh_name('nga')}"
    sender, reader = mail.hire(), mail.hire(aliases=[alias])
    domain = reader.address.partition("@")[2]
    for recipient in (reader.address, f"{alias}@{domain}", f"{reader.login}+viec@{domain}"):
        mail.send(sender, recipient, subject=f"to {recipient}", content="Kính gửi đồng chí.")
        message = mail.wait_for(reader, f"to {recipient}")
        assert message["From"] == sender.address
        assert "Kính gửi đồng chí." in message.get_content()


def test_somebody_addressed_twice_gets_one_copy(mail: MailStack) -> None:
    alias = mail.provider.fresh_name("hai.lan")
    sender, reader = mail.hire(), mail.hire(aliases=[alias])
    mail.send(sender, reader.address, f"{alias}@{reader.address.partition('@')[2]}", subject="once")
    mail.send(sender, reader.address, subject="after it")
    mail.wait_for(reader, "after it")
    assert [m["Subject"] for m in mail.messages(reader)] == ["once", "after it"]


def test_nobody_sends_in_the_name_of_somebody_else(mail: MailStack) -> None:
    sender, other = mail.hire(), mail.hire()
    with mail.submission(sender) as smtp:
        for address in (other.address, "somebody@example.com", f"{other.login}+x@backan.gov.vn"):
            with pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"):
                smtp.sendmail(address, [other.address], "Subject: forged\r\n\r\n")
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="your own address"):
            smtp.sendmail("", [other.address], "Subject: from nobody\r\n\r\n")
    assert not mail.messages(other)


def test_custodians_send_as_their_organisation_and_the_real_sender_stays_known(
    mail: MailStack,
) -> None:
    clerk, stranger, reader = mail.hire(), mail.hire(), mail.hire()
    office = mail.office(clerk)
    with mail.submission(clerk) as smtp:
        smtp.send_message(compose(office.address, [reader.address], "from the office"))
    with (
        mail.submission(stranger) as smtp,
        pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"),
    ):
        smtp.send_message(compose(office.address, [reader.address], "forged"))
    message = mail.wait_for(reader, "from the office")
    trace = " ".join(message.get_all("Received") or [])
    assert f"(Authenticated sender: {clerk.login})" in trace
    log = mail.postfix.log.read_text()
    (queue_id,) = re.findall(rf"(\w+): from=<{re.escape(office.address)}>", log)
    assert f"{queue_id}: client=localhost[127.0.0.1], sasl_method=PLAIN" in log
    assert re.search(rf"{queue_id}: client=.*sasl_username={re.escape(clerk.login)}\n", log)


def test_who_is_no_custodian_any_more_sends_as_the_organisation_no_longer(mail: MailStack) -> None:
    clerk = mail.hire()
    office = mail.office(clerk)
    mail.relieve(office, clerk)
    mail.settle()
    with mail.submission(clerk) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.send_message(compose(office.address, [clerk.address], "as before"))


def test_an_unknown_address_is_refused_while_the_sender_waits(mail: MailStack) -> None:
    sender = mail.hire()
    unknown = "khong.co.ai@backan.gov.vn"
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="User unknown"):
        mail.send(sender, unknown, subject="to nobody")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="User unknown"):
        mail.deliver(unknown, "to nobody")


def test_mail_for_the_world_leaves_from_signed_in_people_alone(mail: MailStack) -> None:
    sender = mail.hire()
    mail.send(sender, "ban@example.com", subject=f"to the world from {sender.login}")
    eventually(lambda: f"to the world from {sender.login}" in _subjects(mail), mail.logs)
    for port in (mail.postfix.submission, mail.postfix.inbound, mail.postfix.reinjection):
        with smtplib.SMTP(LOOPBACK, port) as smtp:
            if port == mail.postfix.submission:
                smtp.starttls(context=mail.trust())
            smtp.ehlo()
            smtp.mail("spam@example.org")
            assert smtp.rcpt("victim@example.com")[0] == 554


def test_from_outside_mail_reaches_mailboxes_but_not_in_the_name_of_one(mail: MailStack) -> None:
    reader, other = mail.hire(), mail.hire()
    mail.deliver(reader.address, "from a citizen")
    mail.wait_for(reader, "from a citizen")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="Sign in to send"):
        mail.deliver(reader.address, "from a colleague?", sender=other.address)


def test_a_message_with_the_largest_attachment_passes_and_a_larger_one_is_refused(
    mail: MailStack,
) -> None:
    sender = mail.hire()
    settings = mail.system.settings
    message = compose(sender.address, [sender.address], "thirty megabytes")
    message.add_attachment(
        b"\xff" * settings.attachment_bytes, "application", "octet-stream", filename="scan.bin"
    )
    with mail.submission(sender) as smtp:
        smtp.send_message(message)
        assert smtp.esmtp_features["size"] == str(settings.message_bytes)
        too_large = f"SIZE={settings.message_bytes + 1}"
        assert smtp.mail(sender.address, [too_large])[0] == 552
    mail.wait_for(sender, "thirty megabytes")


def test_a_full_mailbox_refuses_and_the_sender_is_told(mail: MailStack) -> None:
    sender, reader = mail.hire(), mail.hire(quota_bytes=200_000)
    mail.send(sender, reader.address, subject="fits", content="x" * 70 + "\n")
    mail.wait_for(reader, "fits")
    mail.send(sender, reader.address, subject="too much", content=("x" * 70 + "\n") * 3000)
    bounce = mail.wait_for(sender, "Undelivered Mail Returned to Sender")
    assert "552" in bounce.as_string()
    assert [m["Subject"] for m in mail.messages(reader)] == ["fits"]
    with mail.mailbox(reader) as imap:
        _, lines = imap.getquotaroot("INBOX")
    assert b" 196)" in lines[1][0]  # in units of 1024 octets, RFC 9208 section 5.1


def _subjects(mail: MailStack) -> list[str]:
    return [message["Subject"] for message in mail.outside.mails]
