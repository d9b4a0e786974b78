"""What is open when an account is suspended or closed ends, if need be after Dovecot is back."""

import imaplib

from tests.support.installation import eventually
from tests.support.mail import MailStack


def is_cut_off(imap: imaplib.IMAP4) -> bool:
    try:
        imap.noop()
    except (imaplib.IMAP4.abort, OSError):
        return True
    return False


def test_open_mailboxes_of_a_suspended_person_are_closed_and_those_of_others_are_not(
    mail: MailStack,
) -> None:
    member, colleague = mail.hire(), mail.hire()
    with mail.mailbox(colleague) as other, mail.mailbox(member) as imap:
        mail.change("suspend", member)
        eventually(lambda: is_cut_off(imap), mail.logs)
        assert other.noop()[0] == "OK"
    mail.change("reinstate", member)
    mail.settle()
    with mail.mailbox(member) as imap:
        mail.change("close", member)
        eventually(lambda: is_cut_off(imap), mail.logs)


def test_a_suspension_while_dovecot_is_down_is_made_up_for(mail: MailStack) -> None:
    clerk = mail.hire()
    office = mail.office(clerk)
    mail.settle_servers()
    mail.dovecot_server.stop()
    mail.change("suspend", office)
    mail.settle()
    mail.dovecot_server.start()
    mail.settle_servers()
    with mail.mailbox(clerk) as imap:
        assert not any(office.login in str(line) for line in imap.list()[1])
