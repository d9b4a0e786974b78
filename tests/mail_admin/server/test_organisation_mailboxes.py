"""Custodians open the mailbox of their organisation under their own login, and nobody else does."""

import imaplib

from procrastinate import App, testing

from kernel.clock import utc_now
from mail_admin.server.jobs import CHECK, MailServerJobs
from tests.support.installation import eventually
from tests.support.mail import MailStack, Office
from tests.support.mail_messages import messages_in

PLACE = "C&AaE- quan"
"""`Cơ quan` in the modified UTF-7 of RFC 3501 section 5.1.3."""


def folder_of(office: Office, name: str = "") -> str:
    return f"{PLACE}/{office.login}" + (f"/{name}" if name else "")


def visible(imap: imaplib.IMAP4) -> str:
    return " ".join(str(line) for line in imap.list()[1])


def test_custodians_read_file_and_keep_what_their_organisation_gets(mail: MailStack) -> None:
    first, second, stranger = mail.hire(), mail.hire(), mail.hire()
    office = mail.office(first, second)
    mail.settle_servers()
    sent = folder_of(office, "Sent")
    mail.send(stranger, office.address, subject="to the office")
    with mail.mailbox(first) as imap:
        eventually(lambda: bool(messages_in(imap, folder_of(office))), mail.logs)
        assert imap.create(f'"{folder_of(office, "2026")}"')[0] == "OK"
        assert imap.select(f'"{folder_of(office)}"')[0] == "OK"
        assert imap.store("1", "+FLAGS", r"\Answered")[0] == "OK"
        assert imap.append(f'"{sent}"', "", "", b"Subject: answer\r\n\r\n")[0] == "OK"
        assert imap.copy("1", f'"{folder_of(office, "2026")}"')[0] == "OK"
        assert imap.setacl(f'"{folder_of(office)}"', stranger.login, "lr")[0] == "NO"
    with mail.mailbox(second) as imap:
        assert imap.select(f'"{folder_of(office)}"')[0] == "OK"
        assert r"\Answered" in str(imap.fetch("1", "(FLAGS)")[1])
        assert len(messages_in(imap, folder_of(office, "2026"))) == 1
        assert len(messages_in(imap, sent)) == 1
    with mail.mailbox(stranger) as imap:
        assert office.login not in visible(imap)
        assert imap.select(f'"{folder_of(office)}"')[0] == "NO"


def test_with_the_custodianship_every_folder_and_the_open_session_end(mail: MailStack) -> None:
    leaving, staying = mail.hire(), mail.hire()
    office = mail.office(leaving, staying)
    mail.settle_servers()
    with mail.mailbox(leaving) as imap:
        assert imap.create(f'"{folder_of(office, "2026")}"')[0] == "OK"
        assert imap.select(f'"{folder_of(office)}"')[0] == "OK"
        mail.relieve(office, leaving)
        mail.settle_servers()
        eventually(lambda: _ended(imap), mail.logs)
    with mail.mailbox(leaving) as imap:
        assert office.login not in visible(imap)
    with mail.mailbox(staying) as imap:
        assert office.login in visible(imap)
        assert imap.select(f'"{folder_of(office, "2026")}"')[0] == "OK"


def test_a_suspended_organisation_is_closed_to_its_custodians_until_it_is_reinstated(
    mail: MailStack,
) -> None:
    clerk = mail.hire()
    office = mail.office(clerk)
    mail.settle_servers()
    mail.change("suspend", office)
    mail.settle_servers()
    with mail.mailbox(clerk) as imap:
        assert office.login not in visible(imap)
    mail.change("reinstate", office)
    mail.settle_servers()
    with mail.mailbox(clerk) as imap:
        assert office.login in visible(imap)


def test_access_changed_by_another_hand_is_found_and_mended(mail: MailStack) -> None:
    clerk, stranger = mail.hire(), mail.hire()
    office = mail.office(clerk)
    mail.settle_servers()
    with mail.doveadm() as doveadm:
        doveadm.revoke(office.login, "INBOX", clerk.login)
        doveadm.grant(office.login, "Sent", stranger.login, ["lookup", "read"])
    assert mail.provider.congvu("mailbox", "check")[office.login] == [
        {"folder": "Sent", "login": stranger.login, "granted": False},
        {"folder": "INBOX", "login": clerk.login, "granted": True},
    ]
    mail.provider.congvu("mailbox", "check", "--repair")
    assert office.login not in mail.provider.congvu("mailbox", "check")


def test_every_night_the_worker_mends_what_another_hand_has_changed(mail: MailStack) -> None:
    clerk, stranger = mail.hire(), mail.hire()
    office = mail.office(clerk)
    mail.settle_servers()
    with mail.doveadm() as doveadm:
        doveadm.grant(office.login, "Sent", stranger.login, ["lookup", "read"])
    jobs = App(connector=testing.InMemoryConnector())
    nightly = MailServerJobs(jobs, mail.provider.province.db, mail.doveadm, utc_now)
    assert {name for name, _ in jobs.periodic_registry.periodic_tasks} == {CHECK}
    nightly.check(0)
    assert office.login not in mail.provider.congvu("mailbox", "check")


def _ended(imap: imaplib.IMAP4) -> bool:
    try:
        imap.noop()
    except (imaplib.IMAP4.abort, OSError):
        return True
    return False
