"""Real Dovecot and Postfix: what people do shows in the figures within moments, and no more."""

import json
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from entrypoints.embedded.log_rotation import LogFileSettings, LogRotation
from kernel.clock import utc_now
from mail_admin.usage.assembly import log_collectors
from mail_admin.usage.collector import Counting
from mail_admin.usage.log_family import finished
from mail_admin.usage.models import LogPosition, UsageDay
from mail_admin.usage.readings import place_of
from mail_admin.usage.settings import UsageSettings
from mail_admin.usage.sizes import measure_sizes
from tests.support.installation import eventually
from tests.support.mail import MailStack
from tests.support.mail_messages import compose
from tests.support.provider import Member

SECRETS = ("bi-mat-tieu-de", "bi-mat-noi-dung", "bi-mat-nguoi-gui", "bi-mat-ma")


@pytest.fixture
def followed(mail: MailStack) -> Iterator[MailStack]:
    """The mail servers with the collectors of a worker beside them."""
    database: Any = mail.provider.province.db
    settings = UsageSettings(dovecot_log=mail.dovecot.log, postfix_log=mail.postfix.log)
    stop = threading.Event()
    threads = [
        threading.Thread(target=collector.run_until, args=(stop,))
        for collector in log_collectors(database.bind, database, settings, utc_now)
    ]
    for thread in threads:
        thread.start()
    yield mail
    stop.set()
    for thread in threads:
        thread.join()


def counts(mail: MailStack, account_id: UUID) -> dict[str, int]:
    names = ("web_sign_ins", "program_sign_ins", "failed_sign_ins", "sent", "sent_outside")
    with mail.provider.province.db.transaction() as session:
        row = session.scalars(select(UsageDay).where(UsageDay.account_id == account_id)).first()
        found = {name: getattr(row, name) if row else 0 for name in (*names, "delivered", "read")}
    return {name: count for name, count in found.items() if count}


def assert_soon(mail: MailStack, account_id: UUID, **expected: int) -> None:
    eventually(lambda: counts(mail, account_id) == expected, lambda: str(counts(mail, account_id)))


def open_to(mail: MailStack, owner: str, reader: str) -> None:
    configuration = mail.dovecot.place.configuration / "dovecot.conf"
    command = ["doveadm", "-c", str(configuration), "acl", "set", "-u", owner, "INBOX"]
    subprocess.run([*command, f"user={reader}", "lookup", "read"], check=True)


def read_all(imap: Any, folder: str = "INBOX") -> None:
    answer, _ = imap.select(folder, readonly=True)
    assert answer == "OK"
    imap.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    answer, numbers = imap.uid("SEARCH", "SUBJECT", '"bi-mat-tieu-de"')
    for uid in numbers[0].split():
        imap.uid("FETCH", uid.decode(), "(BODY.PEEK[1])")
        imap.uid("FETCH", uid.decode(), "(BODY.PEEK[TEXT])")


def test_signing_in_sending_and_reading_show_in_the_day(followed: MailStack) -> None:
    sender, reader = followed.hire(), followed.hire()
    followed.send(sender, reader.address, "ban@example.com", subject="bi-mat-tieu-de một")
    assert_soon(followed, sender.account_id, sent=1, sent_outside=1)
    assert_soon(followed, reader.account_id, delivered=1)
    with followed.mailbox(reader) as imap:
        read_all(imap)
        assert_soon(followed, reader.account_id, delivered=1, program_sign_ins=1, read=1)
    assert not followed.opens(reader, password="wrong")
    assert_soon(
        followed,
        reader.account_id,
        delivered=1,
        program_sign_ins=1,
        read=1,
        failed_sign_ins=1,
    )


def test_a_custodian_works_for_the_mailbox_of_the_organisation(followed: MailStack) -> None:
    clerk, reader = followed.hire(), followed.hire()
    office = followed.office(clerk)
    followed.deliver(office.address, "bi-mat-tieu-de hai")
    assert_soon(followed, office.account_id, delivered=1)
    with followed.submission(clerk) as smtp:
        smtp.send_message(compose(office.address, [reader.address], "bi-mat-tieu-de ba"))
    assert_soon(followed, office.account_id, delivered=1, sent=1)
    assert_soon(followed, clerk.account_id, sent=1)
    open_to(followed, office.login, clerk.login)
    with followed.mailbox(clerk) as imap:
        read_all(imap, f'"C&AaE- quan/{office.login}/INBOX"')  # RFC 3501 section 5.1.3
    assert_soon(followed, office.account_id, delivered=1, sent=1, read=1)
    assert_soon(followed, clerk.account_id, sent=1, program_sign_ins=1)


@dataclass
class Rotating:
    """What the supervisor does, of the smallest logs and with nothing kept that was read."""

    mail: MailStack

    def __post_init__(self) -> None:
        self.rotation = LogRotation(LogFileSettings(kept=1), self._counted)

    def _counted(self, log: Path) -> list[Path]:
        source = "dovecot" if log == self.mail.dovecot.log else "postfix"
        with self.mail.provider.province.db.transaction() as session:
            return finished(log, place_of(session.get(LogPosition, source)))

    def rotate(self, least_bytes: int) -> None:
        for server in (self.mail.dovecot_server, self.mail.postfix_server):
            log = server.part.own_log
            if log is not None and log.exists() and log.stat().st_size >= least_bytes:
                server.rotate_log(self.rotation)

    def is_pruned(self) -> bool:
        logs = (self.mail.dovecot.log, self.mail.postfix.log)
        for log in logs:
            assert log.with_name(f"{log.name}.1").exists()
            self.rotation.prune(log)
        return not any(log.with_name(f"{log.name}.2").exists() for log in logs)


def test_logs_are_rotated_while_mail_flows_and_everything_counts_once(followed: MailStack) -> None:
    rotating = Rotating(followed)
    senders, reader = (followed.hire(), followed.hire()), followed.hire()

    def write(sender: Member) -> None:
        for number in range(12):
            followed.send(sender, reader.address, "ban@example.com", subject=f"thư {number}")

    with ThreadPoolExecutor(2) as threads:
        sent = [threads.submit(write, sender) for sender in senders]
        while not all(one.done() for one in sent):
            rotating.rotate(4000)
            wait(sent, timeout=0.05)
        for one in sent:
            one.result()
    for sender in senders:
        assert_soon(followed, sender.account_id, sent=12, sent_outside=12)
    assert_soon(followed, reader.account_id, delivered=24)
    rotating.rotate(1)
    followed.send(senders[0], reader.address, subject="thư cuối")
    with followed.mailbox(reader):
        assert_soon(followed, reader.account_id, delivered=25, program_sign_ins=1)
    eventually(rotating.is_pruned)


def test_what_a_mailbox_holds_is_measured_once_a_day(mail: MailStack) -> None:
    reader = mail.hire()
    mail.deliver(reader.address, "nặng")
    mail.wait_for(reader, "nặng")
    counting = Counting(mail.provider.province.db, UsageSettings(), utc_now)
    with mail.doveadm() as doveadm:
        size = doveadm.used_bytes(reader.login)
        assert size
        assert measure_sizes(counting, doveadm.used_bytes, utc_now).new > 0
        assert measure_sizes(counting, doveadm.used_bytes, utc_now).new == 0
    with mail.provider.province.db.transaction() as session:
        row = session.scalars(select(UsageDay).where(UsageDay.account_id == reader.account_id))
        assert row.one().stored_bytes == size


def test_neither_subjects_nor_correspondents_nor_searches_are_told(followed: MailStack) -> None:
    reader = followed.hire()
    before = followed.dovecot.log.stat().st_size
    message = compose(
        "bi-mat-nguoi-gui@example.com", [reader.address], "bi-mat-tieu-de", "bi-mat-noi-dung"
    )
    message["Message-ID"] = "<bi-mat-ma@example.com>"
    with followed.submission(followed.hire()) as smtp:
        assert smtp.noop()[0] == 250
    followed.deliver(reader.address, "bi-mat-tieu-de", sender="bi-mat-nguoi-gui@example.com")
    assert_soon(followed, reader.account_id, delivered=1)
    with followed.mailbox(reader) as imap:
        read_all(imap)
    assert_soon(followed, reader.account_id, delivered=1, program_sign_ins=1, read=1)
    with followed.dovecot.log.open("rb") as log:
        log.seek(before)
        told = log.read().decode()
    assert [line for line in told.splitlines() if '"auth_request_finished"' in line]
    exported = [json.loads(line[line.index("{") :]) for line in told.splitlines() if "{" in line]
    assert {event["event"] for event in exported} == {
        "auth_request_finished",
        "imap_command_finished",
    }
    assert not [secret for secret in SECRETS if secret in told]
    with followed.provider.province.db.transaction() as session:
        rows = session.scalars(text("SELECT event::text FROM mail_admin_usage_event AS event"))
        stored = "\n".join(rows)
        queued = session.scalars(
            text("SELECT queued::text FROM mail_admin_queued_message AS queued")
        ).all()
    assert not [secret for secret in SECRETS if secret in stored + "".join(queued)]
