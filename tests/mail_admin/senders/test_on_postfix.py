"""Whom a message names is whoever handed it in, or whom that one acts for: on our Postfix."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.support.mail import SENDER, MailStack
from tests.support.mail_messages import compose
from tests.support.provider import Member


def refused(mail: MailStack, member: Member, message: EmailMessage) -> tuple[int, str]:
    """As the member's own address, whatever the message says."""
    with (
        mail.submission(member) as smtp,
        pytest.raises(smtplib.SMTPDataError) as error,
    ):
        smtp.send_message(message, member.address, [member.address])
    text = error.value.smtp_error
    return error.value.smtp_code, text.decode() if isinstance(text, bytes) else text


def test_nobody_is_named_but_who_sends(mail: MailStack) -> None:
    member, other = mail.hire(), mail.hire()
    clerk = mail.hire()
    office = mail.office(clerk)
    for name in (other.address, office.address, "minister@gov.example", SENDER.address):
        code, text = refused(mail, member, compose(name, [member.address], "x"))
        assert code == 550
        assert "5.7.1" in text
        assert "khong phai cua ban / You may not send as" in text
    both = compose(member.address, [member.address], "x")
    both["Sender"] = other.address
    assert refused(mail, member, both)[0] == 550
    unclear = f"From: {member.address}\r\nFrom: {other.address}\r\n\r\n"
    with mail.submission(member) as smtp, pytest.raises(smtplib.SMTPDataError, match=r"5\.6\.0"):
        smtp.sendmail(member.address, [member.address], unclear)
    assert not mail.messages(member)


def test_own_addresses_and_those_of_the_organisation_are_allowed_as_and_on_behalf(
    mail: MailStack,
) -> None:
    alias = mail.provider.fresh_name("ten.cu")
    clerk, reader = mail.hire(aliases=[alias]), mail.hire()
    office = mail.office(clerk)
    domain = clerk.address.partition("@")[2]
    names = (clerk.address, f"{alias}@{domain}", f"Văn thư <{office.address}>")
    with mail.submission(clerk) as smtp:
        for subject, name in zip(("own", "former", "as the office"), names, strict=True):
            message = compose(name, [reader.address], subject)
            smtp.send_message(message, clerk.address, [reader.address])
        on_behalf = compose(office.address, [reader.address], "on behalf")
        on_behalf["Sender"] = clerk.address
        smtp.send_message(on_behalf, clerk.address, [reader.address])
    message = mail.wait_for(reader, "on behalf")
    assert (message["From"], message["Sender"]) == (office.address, clerk.address)
    assert {m["Subject"] for m in mail.messages(reader)} == {
        "own",
        "former",
        "as the office",
        "on behalf",
    }


def test_while_nobody_checks_mail_stays_with_the_sender(mail: MailStack) -> None:
    member = mail.hire()
    message = compose(member.address, [member.address], "later")
    with mail.senders.away():
        with (
            pytest.raises(smtplib.SMTPResponseException, match=r"4\.3\.0 Try again later"),
            mail.submission(member),
        ):
            pass
        mail.deliver(member.address, "from outside, all the while")
    with mail.submission(member) as smtp:
        smtp.send_message(message)
    mail.wait_for(member, "later")
    mail.wait_for(member, "from outside, all the while")
