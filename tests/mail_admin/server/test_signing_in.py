"""Opening a mailbox and sending from it: by password and by access token."""

import imaplib
import smtplib
import socket
from collections.abc import Callable

import pytest

from entrypoints.embedded.ports import LOOPBACK
from identity.directory.gateway import LdapDirectory
from tests.support.installation import eventually
from tests.support.mail import SENDER, MailStack
from tests.support.mail_messages import authenticate
from tests.support.provider import Member
from tests.support.slapd import BASE_DN


def xoauth2(address: str, token: str) -> bytes:
    return f"user={address}\1auth=Bearer {token}\1\1".encode()


def oauthbearer(address: str, token: str) -> bytes:
    """RFC 7628 section 3.1."""
    return f"n,a={address},\1auth=Bearer {token}\1\1".encode()


MECHANISMS = {"XOAUTH2": xoauth2, "OAUTHBEARER": oauthbearer}


def opens_with(mail: MailStack, mechanism: str, address: str, token: str) -> bool:
    answer = MECHANISMS[mechanism](address, token)
    with imaplib.IMAP4(LOOPBACK, mail.dovecot.imap) as imap:
        imap.starttls(mail.trust())
        try:
            imap.authenticate(mechanism, lambda prompt: b"" if prompt else answer)
        except imaplib.IMAP4.error:
            return False
        return imap.select()[0] == "OK"


def failed_binds(mail: MailStack, member: Member) -> int:
    """Wrong passwords that the directory has counted."""
    dn = f"uid={member.login},ou=people,{BASE_DN}"
    with LdapDirectory(mail.directory.settings("administrator")) as gateway:
        entry = gateway.read(dn, ("pwdFailureTime",))
    assert entry is not None
    return len(entry.attributes.get("pwdFailureTime", ()))


@pytest.mark.parametrize("typed", [str, str.upper], ids=["as written", "in capitals"])
def test_a_person_signs_in_by_login_by_address_and_by_alias(
    mail: MailStack, typed: Callable[[str], str]
) -> None:
    member = mail.hire(aliases=[f"cu.{mail.provider.fresh_name('ten')}"])
    with mail.mailbox(member) as imap:
        imap.create("handbook")
    for user in (member.login, member.address):
        with mail.mailbox(member, user=typed(user)) as imap:
            assert any(
                b"handbook" in line for line in imap.list()[1] if isinstance(line, bytes)
            )  # the same mailbox


def test_a_wrong_password_is_refused_by_both_servers(mail: MailStack) -> None:
    member = mail.hire()
    assert not mail.opens(member, password="wrong")
    with pytest.raises(smtplib.SMTPAuthenticationError), mail.submission(member, password="wrong"):
        pass
    assert mail.opens(member)


def test_nobody_signs_in_over_a_connection_in_clear(mail: MailStack) -> None:
    member = mail.hire()
    with smtplib.SMTP(LOOPBACK, mail.postfix.submission) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("auth")
        assert smtp.mail(member.address)[0] == 530
    # from another address: to Dovecot, a connection to oneself is no network
    place = (LOOPBACK, mail.dovecot.imap)
    with socket.create_connection(place, source_address=("127.0.0.2", 0)) as connection:
        connection.sendall(f"1 LOGIN {member.login} secret\r\n2 LOGOUT\r\n".encode())
        said = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b"LOGINDISABLED" in said
    assert b"1 NO [PRIVACYREQUIRED]" in said


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_an_access_token_opens_the_mailbox_of_its_person_alone(
    mail: MailStack, mechanism: str
) -> None:
    member, other = mail.hire(), mail.hire()
    token = mail.token(member)
    assert opens_with(mail, mechanism, member.address, token)
    assert not opens_with(mail, mechanism, other.address, token)


def test_who_signs_in_by_token_is_known_by_login_in_every_log(mail: MailStack) -> None:
    member = mail.hire()
    assert opens_with(mail, "XOAUTH2", member.address, mail.token(member))
    line = f"Login: user=<{member.login}>, method=XOAUTH2"
    eventually(lambda: line in mail.dovecot.log.read_text(), mail.logs)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_an_access_token_sends_mail(mail: MailStack, mechanism: str) -> None:
    member = mail.hire()
    answer = MECHANISMS[mechanism](member.address, mail.token(member))
    with smtplib.SMTP(LOOPBACK, mail.postfix.submission) as smtp:
        smtp.starttls(context=mail.trust())
        authenticate(smtp, mechanism, answer)
        smtp.sendmail(member.address, [member.address], _written(member.address, f"by {mechanism}"))
    mail.wait_for(member, f"by {mechanism}")


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_refused_token_is_never_shown_to_the_directory(mail: MailStack, mechanism: str) -> None:
    member = mail.hire()
    for _ in range(12):  # the directory locks after ten wrong passwords
        assert not opens_with(mail, mechanism, member.address, "no-token")
    assert failed_binds(mail, member) == 0
    assert mail.opens(member)


def test_the_password_of_the_products_own_mailer_opens_no_mailbox(mail: MailStack) -> None:
    member = mail.hire()
    password = SENDER.password.get_secret_value()
    assert not mail.opens(member, user=SENDER.name, password=password)
    with mail.submission(member, user=SENDER.name, password=password) as smtp:
        smtp.sendmail(
            SENDER.address, [member.address], _written(SENDER.address, "from the product")
        )
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"):
            smtp.sendmail(member.address, [member.address], "Subject: in your name\r\n\r\n")
    mail.wait_for(member, "from the product")


def test_an_organisation_does_not_sign_in_itself(mail: MailStack) -> None:
    clerk = mail.hire()
    office = mail.office(clerk)
    assert not mail.opens(clerk, user=office.login)


def _written(sender: str, subject: str) -> str:
    return f"From: {sender}\r\nSubject: {subject}\r\n\r\n"
