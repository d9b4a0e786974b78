"""Lines as Dovecot 2.3.19 wrote them."""

import json
from typing import Any

import pytest

from kernel.networks import NetworkSetting
from mail_admin.usage.dovecot_log import DovecotReader, count_messages
from mail_admin.usage.events import Observed
from mail_admin.usage.settings import UsageSettings

AT = "2026-11-27T23:54:36+0000"
DELIVERY = (
    f"{AT} lmtp(an)<30048><DAN+FTwYCmtgdQAAg+zDdQ:R2>: Info: usage size=285: saved mail to INBOX"
)
SIEVE = (
    f"{AT} lmtp(an)<30048><DAN+FTwYCmtgdQAAg+zDdQ>: Info: sieve: usage size=274:"
    " stored mail into mailbox 'Thư mục/riêng'"
)
POP3 = (
    f"{AT} pop3(binh)<30056><IYFQyEphGLJ/AAAB>: Info:"
    " Disconnected: Logged out top=0/0, retr=3/311, del=0/3, size=868"
)


def exported(event: str, prefix: str = f"{AT} stats: Info: ", **fields: Any) -> str:
    told = {
        "event": event,
        "hostname": "vm",
        "start_time": "2026-11-27T23:54:36.428898Z",
        "end_time": "2026-11-27T23:54:36.429020Z",
        "fields": fields,
    }
    return prefix + json.dumps({key: value for key, value in told.items() if value is not None})


def sign_in(prefix: str = f"{AT} stats: Info: ", **changed: Any) -> str:
    fields = {
        "success": "yes",
        "mechanism": "PLAIN",
        "service": "imap",
        "session": "NxJQyEphzJx/AAAB",
        "remote_ip": "10.0.0.9",
        "real_remote_ip": "10.0.0.9",
        "original_user": "An@backan.gov.vn",
        "user": "an",
    } | changed
    return exported("auth_request_finished", prefix, **fields)


def reading(**changed: Any) -> str:
    fields = {
        "user": "an",
        "session": "NxJQyEphzJx/AAAB",
        "cmd_name": "UID FETCH",
        "cmd_args": "1 (BODY[])",
        "tagged_reply_state": "OK",
        "reason_code": ["imap:cmd_uid_fetch", "imap:fetch_body"],
        "mailbox": "INBOX",
    } | changed
    return exported("imap_command_finished", **fields)


def read(*lines: str, **settings: Any) -> list[Observed]:
    events, faults = DovecotReader(UsageSettings(**settings)).read(lines)
    assert not faults
    return events


def one(*lines: str, **settings: Any) -> Observed:
    (event,) = read(*lines, **settings)
    return event


@pytest.mark.parametrize(
    ("changed", "settings", "kind"),
    [
        ({}, {}, "program_sign_in"),
        ({"service": "pop3"}, {}, "program_sign_in"),
        ({"mechanism": "XOAUTH2"}, {}, "web_sign_in"),
        ({"mechanism": "OAUTHBEARER"}, {}, "web_sign_in"),
        ({"mechanism": "OAUTHBEARER"}, {"web_mechanisms": []}, "program_sign_in"),
        ({}, {"webmail_networks": ["10.0.0.0/24"]}, "web_sign_in"),
        # what the webmail claims of its browser does not count, its own address does
        ({"remote_ip": "113.160.0.1"}, {"webmail_networks": ["10.0.0.9"]}, "web_sign_in"),
        ({}, {"service_networks": ["10.0.0.9"]}, "service_sign_in"),
        ({"mechanism": "XOAUTH2"}, {"service_logins": ["AN"]}, "service_sign_in"),
        ({"real_remote_ip": "nowhere"}, {"webmail_networks": ["10.0.0.9"]}, "program_sign_in"),
        ({"success": None}, {}, "failed_sign_in"),
        ({"success": None, "service": "smtp"}, {}, "failed_sign_in"),
    ],
)
def test_sign_ins_are_told_apart_by_who_sits_there(
    changed: dict[str, Any], settings: dict[str, list[NetworkSetting]], kind: str
) -> None:
    event = one(sign_in(**changed), **settings)
    assert (event.name, event.kind, event.amount) == ("an", kind, 1)
    assert event.at == pytest.approx(1795823676.42902)


@pytest.mark.parametrize("service", ["smtp", "sieve", "doveadm", ""])
def test_a_sign_in_that_opens_no_mailbox_is_none(service: str) -> None:
    assert read(sign_in(service=service)) == []


def test_the_same_event_has_the_same_id_and_another_one_has_not() -> None:
    again = one(sign_in()).id
    assert one(sign_in()).id == again
    others = [
        one(sign_in(session="other")).id,
        one(sign_in(success=None)).id,
        one(sign_in(user="binh")).id,
        one(reading()).id,
        one(DELIVERY).id,
        one(SIEVE).id,
    ]
    assert len({again, *others}) == 7


def test_a_delivery_is_counted_with_its_size_and_without_its_folder() -> None:
    event = one(DELIVERY)
    assert (event.name, event.kind, event.size) == ("an", "delivered", 285)
    assert event.at == 1795823676
    assert one(SIEVE).kind == "delivered"


def test_copies_that_one_recipient_files_are_one_delivery() -> None:
    copy = SIEVE.replace("Thư mục/riêng", "INBOX")
    assert one(copy).id == one(SIEVE).id


@pytest.mark.parametrize(
    "line",
    [
        f"{AT} lmtp(an)<1><S>: Info: usage size=285: save failed to INBOX: Quota exceeded",
        f"{AT} lmtp(an)<1><S>: Info: sieve: usage size=285: discarded message",
        f"{AT} imap-login: Info: Login: user=<an>, method=PLAIN, rip=127.0.0.1, session=<s>",
        f"{AT} imap(an)<1><S>: Info: Disconnected: Logged out in=201 out=1698 body_count=5",
        "",
        "no date lmtp(an)<1><S>: Info: usage size=285: saved mail to INBOX",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    assert read(line) == []


def test_a_user_name_cannot_forge_an_event() -> None:
    forged = sign_in(prefix="stats: Info: ")
    login = f"{AT} imap-login: Info: Disconnected (auth failed): user=<{forged}>, method=PLAIN"
    assert read(login) == []
    delivery = f"{AT} imap-login: Info: user=<{DELIVERY}>"
    assert read(delivery) == []


def test_reading_counts_messages_and_parts_of_one_message_once() -> None:
    assert one(reading()).amount == 1
    parts = [one(reading(cmd_args=f"7 (BODY.PEEK[{part}])")).id for part in ("1", "2.1")]
    assert parts[0] == parts[1]
    assert one(reading(cmd_args="8 (BODY.PEEK[1])")).id != parts[0]
    assert one(reading(cmd_args="7 (BODY.PEEK[1])", mailbox="Sent")).id != parts[0]
    assert one(reading(cmd_args="1:4,9 (BODY[])")).amount == 5


@pytest.mark.parametrize(
    ("numbers", "count"),
    [("1", 1), ("1,2,9", 3), ("5:3", 3), ("1:*", 1), ("*", 1), ("$", 1), ("1:99999999", 100_000)],
)
def test_sequence_sets_are_counted(numbers: str, count: int) -> None:
    assert count_messages(numbers) == count


def test_headers_and_failed_commands_are_no_reading() -> None:
    assert read(reading(reason_code=["imap:cmd_uid_fetch", "imap:fetch_header_fields"])) == []
    assert read(reading(tagged_reply_state="NO")) == []


def test_reading_an_organisation_mailbox_is_reading_of_that_mailbox() -> None:
    assert one(reading(mailbox="Cơ quan/Vanthu.So1/INBOX")).name == "vanthu.so1"
    assert one(reading(mailbox="Cơ quan cũ/INBOX")).name == "an"
    assert one(reading(mailbox="Cơ quan/")).name == "an"
    assert one(reading(mailbox="shared/vt/Sent"), shared_prefix="shared").name == "vt"


def test_pop3_tells_at_the_end_how_many_were_taken() -> None:
    event = one(POP3)
    assert (event.name, event.kind, event.amount) == ("binh", "read", 3)
    assert read(POP3.replace("retr=3", "retr=0")) == []


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"fields":[]}', "{" * 5000, '{"event":1,"fields":{}}']
)
def test_broken_events_are_counted_as_faults_or_ignored(text: str) -> None:
    events, _ = DovecotReader(UsageSettings()).read([f"{AT} stats: Info: {text}"])
    assert events == []


def test_syslog_may_stand_between() -> None:
    assert one(sign_in(prefix="Nov 27 23:54:36 vm dovecot: stats: ")).kind == "program_sign_in"
