"""A suspended account opens and sends nothing, and still receives."""

import smtplib

import pytest

from tests.support.mail import MailStack
from tests.support.mail_messages import compose


def test_a_suspended_person_is_refused_by_both_servers_while_mail_arrives(mail: MailStack) -> None:
    sender, member = mail.hire(), mail.hire()
    mail.change("suspend", member)
    mail.settle()
    assert not mail.opens(member)
    with pytest.raises(smtplib.SMTPAuthenticationError), mail.submission(member):
        pass
    mail.send(sender, member.address, subject="while suspended")
    mail.change("reinstate", member)
    mail.settle()
    mail.wait_for(member, "while suspended")
    mail.send(member, member.address, subject="back again")
    mail.wait_for(member, "back again")


def test_who_is_suspended_while_connected_sends_no_further_message(mail: MailStack) -> None:
    member = mail.hire()
    with mail.submission(member) as smtp:
        smtp.send_message(compose(member.address, [member.address], "before"))
        mail.change("suspend", member)
        mail.settle()
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="not active"):
            smtp.send_message(compose(member.address, [member.address], "after"))


def test_who_is_closed_while_connected_sends_no_further_message(mail: MailStack) -> None:
    member, other = mail.hire(), mail.hire()
    with mail.submission(member) as smtp:
        mail.change("close", member)
        mail.settle()
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"):
            smtp.send_message(compose(member.address, [other.address], "after the end"))


def test_mail_for_a_suspended_organisation_arrives_and_nobody_sends_as_it(mail: MailStack) -> None:
    clerk = mail.hire()
    office = mail.office(clerk)
    mail.change("suspend", office)
    mail.settle()
    mail.send(clerk, office.address, subject="to the office")
    with mail.submission(clerk) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.send_message(compose(office.address, [clerk.address], "in its name"))


def test_an_account_that_was_never_activated_receives(mail: MailStack) -> None:
    sender = mail.hire()
    province = mail.provider.province
    pending = province.account(province.person(province.organisation()))
    mail.settle()
    mail.send(sender, f"{pending.login}@backan.gov.vn", subject="welcome")
