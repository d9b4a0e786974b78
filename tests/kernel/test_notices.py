"""What a process hears from PostgreSQL, and that nothing said in the meantime goes unnoticed."""

import queue
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from kernel.notices import Notices
from tests.support.installation import eventually
from tests.support.relay import Relay

PATIENCE_SECONDS = 20.0


@pytest.fixture
def conninfo(database_url: str) -> str:
    return database_url.replace("+psycopg", "")


@pytest.fixture
def notices(conninfo: str) -> Iterator[Notices]:
    notices = Notices(conninfo)
    yield notices
    notices.stop()


@pytest.fixture
def other(conninfo: str) -> Iterator["psycopg.Connection"]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield connection


Heard = queue.SimpleQueue[str | None]


def hearing(notices: Notices, channel: str = "things") -> Heard:
    heard: Heard = queue.SimpleQueue()
    notices.subscribe(channel, heard.put)
    return heard


def next_of(heard: Heard) -> str | None:
    return heard.get(timeout=PATIENCE_SECONDS)


def terminate(other: "psycopg.Connection") -> None:
    (ended,) = other.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'congvu notices' AND datname = current_database()"
    ).fetchone() or (0,)
    assert ended == 1


def test_a_notice_arrives_with_its_payload_at_those_who_listen_to_its_channel(
    notices: Notices, other: "psycopg.Connection"
) -> None:
    heard, elsewhere = hearing(notices), hearing(notices, "Other channel")
    notices.start()
    assert (next_of(heard), next_of(elsewhere)) == (None, None)
    assert notices.connected
    other.execute("NOTIFY things, 'one'")
    other.execute("""NOTIFY "Other channel", 'two'""")
    assert (next_of(heard), next_of(elsewhere)) == ("one", "two")
    assert heard.empty()


def test_whoever_subscribes_later_is_heard_too(
    notices: Notices, other: "psycopg.Connection"
) -> None:
    first = hearing(notices)
    notices.start()
    assert next_of(first) is None
    later = hearing(notices, "later")
    assert next_of(later) is None
    other.execute("NOTIFY later, 'now'")
    assert next_of(later) == "now"


def test_after_a_lost_connection_everybody_is_told_that_something_may_have_been_missed(
    notices: Notices, other: "psycopg.Connection"
) -> None:
    heard = hearing(notices)
    notices.start()
    assert next_of(heard) is None
    terminate(other)
    assert next_of(heard) is None
    assert notices.connected
    other.execute("NOTIFY things, 'again'")
    assert next_of(heard) == "again"


def test_a_callback_that_fails_silences_nobody(
    notices: Notices, other: "psycopg.Connection"
) -> None:
    def fail(_: str | None) -> None:
        raise RuntimeError

    notices.subscribe("things", fail)
    heard = hearing(notices)
    notices.start()
    assert next_of(heard) is None
    other.execute("NOTIFY things, 'still'")
    assert next_of(heard) == "still"


def test_a_server_that_is_gone_for_a_while_is_waited_for(conninfo: str) -> None:
    address = psycopg.conninfo.conninfo_to_dict(conninfo)
    with Relay(int(str(address["port"]))) as relay:
        notices = Notices(psycopg.conninfo.make_conninfo(conninfo, port=relay.port))
        heard = hearing(notices)
        with closing(Stopped(notices)):
            relay.refuse()
            notices.start()
            eventually(lambda: relay.refused > 1)
            assert not notices.connected
            relay.accept()
            assert next_of(heard) is None
            relay.refuse()
            eventually(lambda: not notices.connected)
            relay.accept()
            assert next_of(heard) is None
            assert notices.connected


class Stopped:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def close(self) -> None:
        self._notices.stop()


@pytest.mark.parametrize("started", [True, False])
def test_a_stop_is_prompt_and_ends_what_follows(notices: Notices, *, started: bool) -> None:
    ended = threading.Event()
    notices.when_stopped(ended.set)
    if started:
        heard = hearing(notices)
        notices.start()
        assert next_of(heard) is None
    notices.stop()
    notices.stop()
    assert ended.is_set()
    assert not notices.connected
    assert not (notices._thread and notices._thread.is_alive())
