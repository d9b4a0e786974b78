"""Filters that people set themselves: nothing is forwarded out of the province by itself."""

import re
import smtplib

import pytest

from entrypoints.embedded.ports import LOOPBACK
from kernel.encryption import KeyRing
from mail_admin.server.settings import MailServerSettings
from tests.support.installation import eventually
from tests.support.mail import MailStack, running_mail
from tests.support.mail_messages import compose
from tests.support.managesieve import Refused, filters_of, put_filter
from tests.support.ports import free_port
from tests.support.postgres import Cluster


def subjects_outside(mail: MailStack) -> list[str]:
    return [str(message["Subject"]) for message in mail.outside.mails]


def test_what_is_forwarded_outside_stays_in_the_mailbox_instead(mail: MailStack) -> None:
    sender, member = mail.hire(), mail.hire()
    put_filter(mail, member, 'redirect "somebody@example.com";')
    subject = f"not for {member.login} alone"
    mail.send(sender, member.address, subject=subject)
    mail.wait_for(member, subject)
    assert subject not in subjects_outside(mail)


def test_no_bounce_is_forwarded_outside_either(mail: MailStack) -> None:
    member = mail.hire()
    put_filter(mail, member, 'redirect "somebody@example.com";')
    subject = f"returned to {member.login}"
    with smtplib.SMTP(LOOPBACK, mail.postfix.inbound) as smtp:
        smtp.send_message(compose("", [member.address], subject), "", [member.address])
    refused = r"to=<somebody@example.com>, relay=127.0.0.1.*status=bounced .*User doesn't exist"
    eventually(lambda: bool(re.search(refused, mail.postfix.log.read_text())), mail.logs)
    assert subject not in subjects_outside(mail)


def test_inside_the_province_mail_is_forwarded(mail: MailStack) -> None:
    sender, member, deputy = mail.hire(), mail.hire(), mail.hire()
    put_filter(mail, member, f'require "copy"; redirect :copy "{deputy.address}";')
    mail.send(sender, member.address, subject="to both")
    message = mail.wait_for(deputy, "to both")
    assert message["Return-Path"] == f"<{member.address}>"  # who hears when it fails
    mail.wait_for(member, "to both")


def test_a_notice_of_absence_reaches_people_inside_and_outside(mail: MailStack) -> None:
    colleague, member = mail.hire(), mail.hire()
    subject = f"Nghỉ phép, {member.login}"
    put_filter(mail, member, f'require "vacation"; vacation :subject "{subject}" "Tôi nghỉ phép.";')
    mail.send(colleague, member.address, subject="a question")
    assert mail.wait_for(colleague, subject)["Auto-Submitted"].startswith("auto-replied")
    mail.deliver(member.address, "a citizen asks", sender="congdan@example.com")
    eventually(lambda: subject in subjects_outside(mail), mail.logs)
    mail.wait_for(member, "a citizen asks")


def test_filters_are_bounded(mail: MailStack) -> None:
    member = mail.hire()
    with filters_of(mail, member) as filters:
        with pytest.raises(Refused):
            filters.put("# " + "x" * 100_000)
        with pytest.raises(Refused, match="enotify"):
            filters.put('require "enotify"; notify "mailto:somebody@example.com";')
        with pytest.raises(Refused, match="execute"):
            filters.put('require "vnd.dovecot.execute"; execute "id";')


def test_where_a_setting_allows_it_mail_is_forwarded_outside_though_nobody_counts_it(
    cluster: Cluster, migrated_template: str, keys: KeyRing
) -> None:
    """Where the limit of outgoing mail is asked for, nobody listens: mail flows all the same."""
    silent = f"inet:{LOOPBACK}:{free_port()}"
    free = MailServerSettings(forward_outside=True, policy_service=silent)
    with running_mail(cluster, migrated_template, keys, free) as mail:
        member = mail.hire()
        put_filter(mail, member, 'redirect "somebody@example.com";')
        mail.send(member, member.address, subject="on its way")
        eventually(lambda: "on its way" in subjects_outside(mail), mail.logs)
        assert f"connect to {silent.removeprefix('inet:')}" in mail.postfix.log.read_text()
