"""Lines as Postfix 3.7 wrote them, by syslog and by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from identity.addresses.models import MailDomain
from kernel.database import Database
from mail_admin.usage.events import Observed
from mail_admin.usage.log_time import YearlessTimes, iso_moment, queued_at
from mail_admin.usage.postfix_log import PostfixReader, forget_old
from mail_admin.usage.settings import UsageSettings

NOW = datetime(2026, 11, 28, 0, 10, tzinfo=UTC)
LONG = "4hJ8Xs0vQhz1Zt"


def line(program: str, queue_id: str, said: str, at: str = "Nov 27 23:52:50") -> str:
    return f"{at} vm postfix/{program}[123]: {queue_id}: {said}"


def message(
    queue_id: str = "853E926A8FC", login: str = "an", sender: str = "an@backan.gov.vn"
) -> list[str]:
    return [
        line(
            "submission/smtpd",
            queue_id,
            f"client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username={login}",
        ),
        line("cleanup", queue_id, "message-id=<secret@vm>"),
        line("qmgr", queue_id, f"from=<{sender}>, size=619, nrcpt=2 (queue active)"),
    ]


def outside(
    queue_id: str = "853E926A8FC", to: str = "who@example.org", answer: str = "250 ok 17"
) -> str:
    relay = "relay=mx.example.org[192.0.2.1]:25, delay=0.4, dsn=2.0.0"
    return line("smtp", queue_id, f"to=<{to}>, {relay}, status=sent ({answer})")


@pytest.fixture
def reader(db: Database) -> PostfixReader:
    return started(db)


def started(db: Database, **settings: str) -> PostfixReader:
    reader = PostfixReader(UsageSettings.model_validate(settings), lambda: NOW)
    with db.transaction() as session:
        if not session.query(MailDomain).count():
            session.add(MailDomain(name="backan.gov.vn", is_default=True))
            session.flush()
        reader.resume(session)
    return reader


def read(reader: PostfixReader, *lines: str) -> list[Observed]:
    events, faults = reader.read(lines)
    assert not faults
    return events


def test_sending_counts_once_for_who_signed_in_with_the_size(reader: PostfixReader) -> None:
    sent, own = read(reader, *message())
    assert (sent.name, sent.kind, sent.size) == ("an", "sent", 619)
    assert sent.at == datetime(2026, 11, 27, 23, 52, 50, tzinfo=UTC).timestamp()
    # the own address is another name of the same mailbox: it does not count again
    assert (own.name, own.unless) == ("an@backan.gov.vn", "an")
    assert read(reader, message()[2]) == []  # a later attempt


def test_sending_as_an_organisation_counts_for_both(reader: PostfixReader) -> None:
    events = read(reader, *message(sender="vanthu@backan.gov.vn"))
    assert [(event.name, event.unless) for event in events] == [
        ("an", ""),
        ("vanthu@backan.gov.vn", "an"),
    ]


def test_recipients_outside_are_counted_one_by_one_and_those_inside_are_not(
    reader: PostfixReader,
) -> None:
    read(reader, *message())
    first = read(reader, outside())
    second = read(reader, outside(to="else@example.org"))
    assert {event.kind for event in first + second} == {"sent_outside"}
    assert len({event.id for event in first + second}) == 4
    assert read(reader, outside(to="binh@BACKAN.gov.vn")) == []
    assert read(reader, outside().replace("status=sent", "status=deferred")) == []
    assert [event.id for event in read(reader, outside())] == [event.id for event in first]


def test_what_nobody_signed_in_for_is_not_sent_by_anybody(reader: PostfixReader) -> None:
    from_outside = line("smtpd", "853E926A8FC", "client=mx.example.org[192.0.2.1]")
    assert read(reader, from_outside, message()[2], outside()) == []


def test_a_message_that_is_removed_is_forgotten(reader: PostfixReader, db: Database) -> None:
    read(reader, *message(), line("qmgr", "853E926A8FC", "removed"))
    with db.transaction() as session:
        reader.commit(session)
    assert read(reader, outside()) == []


def test_what_waits_in_the_queue_outlives_our_process(db: Database) -> None:
    first = started(db)
    read(first, *message()[:2])
    with db.transaction() as session:
        first.commit(session)
    second = started(db)
    assert len(read(second, message()[2])) == 2
    with db.transaction() as session:
        second.commit(session)
    third = started(db)
    assert read(third, message()[2]) == []
    assert len(read(third, outside())) == 2
    read(third, line("qmgr", "853E926A8FC", "removed"))
    with db.transaction() as session:
        third.commit(session)
    assert read(started(db), outside()) == []


def test_what_was_not_committed_is_forgotten_on_the_next_start(
    reader: PostfixReader, db: Database
) -> None:
    read(reader, *message())
    with db.transaction() as session:
        reader.resume(session)
    assert read(reader, outside()) == []


def test_messages_that_were_never_removed_are_forgotten_in_the_end(db: Database) -> None:
    first = started(db)
    read(first, *message())
    with db.transaction() as session:
        first.commit(session)
        forget_old(session, NOW - timedelta(days=7))
    assert len(read(started(db), outside())) == 2
    with db.transaction() as session:
        forget_old(session, NOW)
    assert read(started(db), outside()) == []


def test_a_short_queue_id_that_comes_again_is_another_message(reader: PostfixReader) -> None:
    first = read(reader, *message())
    again = [text.replace("23:52:50", "23:58:01") for text in message()]
    second = read(reader, *again)
    assert not {event.id for event in first} & {event.id for event in second}


def test_long_queue_ids_tell_the_moment_by_themselves() -> None:
    alphabet = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"

    def written(number: int, digits: int) -> str:
        text = ""
        while number or len(text) < digits:
            number, digit = divmod(number, 52)
            text = alphabet[digit] + text
        return text

    seconds = int(NOW.timestamp())
    queue_id = f"{written(seconds, 6)}{written(123456, 4)}z9xy"
    assert queued_at(queue_id) == pytest.approx(seconds + 0.123456)
    assert queued_at("853E926A8FC") is None
    assert queued_at("z") is None
    assert queued_at("aaaaaaaaaaz1") is None  # vowels are no digits
    assert queued_at("0000000001z1") is None  # 1970


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nov 27 23:52:50", "2026-11-27T16:52:50+00:00"),
        ("Dec 31 23:59:59", "2025-12-31T16:59:59+00:00"),
        ("Feb 30 00:00:00", None),
    ],
)
def test_times_without_a_year_are_not_in_the_future(text: str, expected: str | None) -> None:
    moment = YearlessTimes(ZoneInfo("Asia/Ho_Chi_Minh"), lambda: NOW).moment(text)
    assert moment == (iso_moment(expected) if expected else None)


def test_rsyslog_and_its_dates_are_understood(reader: PostfixReader) -> None:
    iso = [text.replace("Nov 27 23:52:50", "2026-11-28T06:52:50.5+07:00") for text in message()]
    assert read(reader, *iso)[0].at == datetime(2026, 11, 27, 23, 52, 50, 500000, UTC).timestamp()
