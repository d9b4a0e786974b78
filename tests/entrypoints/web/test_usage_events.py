"""Events over HTTP: of any mail server, and of Dovecot, which repeats them in its log."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import func, select, text

from entrypoints.wiring import Services
from kernel.access import Permission
from kernel.database import Database
from mail_admin.usage.dovecot_log import SOURCE, DovecotReader
from mail_admin.usage.log_progress import Progress
from mail_admin.usage.models import UsageDay
from mail_admin.usage.readings import Notes, note
from mail_admin.usage.settings import UsageSettings
from tests.support.installation import eventually
from tests.support.postgres import Cluster
from tests.support.small_province import found_province
from tests.support.web import DATABASE

PATH = "/api/v1/usage/events"
EVENT = {
    "source": "zimbra",
    "id": "17-4711",
    "at": "2026-11-23T08:00:00+07:00",
    "mailbox": "nganth1",
    "kind": "web_sign_in",
}
EXPORTED = {
    "event": "auth_request_finished",
    "hostname": "vm",
    "start_time": "2026-11-23T01:00:00.100000Z",
    "end_time": "2026-11-23T01:00:00.100089Z",
    "fields": {
        "success": "yes",
        "mechanism": "XOAUTH2",
        "service": "imap",
        "session": "NxJQyEphzJx/AAAB",
        "real_remote_ip": "10.0.0.9",
        "user": "nganth1",
    },
}
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = %s AND coalesce(wait_event_type, '') LIKE %s
"""
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
NOTHING = {"new": 0, "repeated": 0, "unknown": 0, "refused": 0}

Post = Callable[..., httpx.Response]


@pytest.fixture
def post(db: Database, services: Services, client: httpx.Client, token: Callable[..., str]) -> Post:
    found_province(db).hire(2)
    services.usage_counting.forget()  # of the database of another test
    secret = token(Permission.REPORT_USAGE)

    def post(*events: Any, password: bool = False) -> httpx.Response:
        content = "\n".join(json.dumps(event) for event in events)
        if password:
            return client.post(PATH, content=content, auth=("dovecot", secret))
        return client.post(PATH, content=content, headers={"Authorization": f"Bearer {secret}"})

    return post


def web_sign_ins(db: Database) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.coalesce(func.sum(UsageDay.web_sign_ins), 0))) or 0


def test_a_repeated_report_counts_once(post: Post, db: Database) -> None:
    other = EVENT | {"id": "18", "mailbox": "nganth2", "kind": "sent", "bytes": 12}
    assert post(EVENT, other).json() == NOTHING | {"new": 2}
    assert post(other, EVENT).json() == NOTHING | {"repeated": 2}
    assert web_sign_ins(db) == 1


def test_what_dovecot_posts_and_what_it_logs_count_once_together(post: Post, db: Database) -> None:
    assert post(EXPORTED, password=True).json() == NOTHING | {"new": 1}
    line = "2026-11-23T01:00:00+0000 stats: Info: " + json.dumps(EXPORTED)
    logged, _ = DovecotReader(UsageSettings()).read([line])
    assert SOURCE == "dovecot"
    assert post(EXPORTED).json() == NOTHING | {"repeated": 1}
    with db.transaction() as session:
        stored = session.scalar(text("SELECT id FROM mail_admin_usage_event"))
    assert stored.hex == logged[0].id
    assert web_sign_ins(db) == 1


def test_strangers_and_impossible_moments_are_counted_as_such(post: Post) -> None:
    ahead = EVENT | {"at": "2027-01-01T00:00:00Z"}
    stranger = EVENT | {"mailbox": "somebody@example.org"}
    assert post(ahead, stranger).json() == NOTHING | {"unknown": 1, "refused": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"at": "2026-11-23T08:00:00"},
        {"at": "yesterday"},
        {"amount": -1},
        {"amount": 2**40},
        {"bytes": 2**70},
        {"source": "dovecot"},
        {"source": "Zimbra!"},
        {"id": ""},
        {"subject": "what it says"},
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_counted(
    post: Post, db: Database, wrong: dict[str, Any]
) -> None:
    answer = post(EVENT, EVENT | wrong)
    assert answer.status_code == 422
    assert answer.json()["code"] == "usage-report-invalid"
    assert answer.json()["place"] == "line 2"
    assert "what it says" not in answer.text
    assert web_sign_ins(db) == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"1", b"[" * 100_000, b'{"event":{}}'])
def test_what_is_no_event_is_refused(
    client: httpx.Client, token: Callable[..., str], body: bytes
) -> None:
    headers = {"Authorization": f"Bearer {token(Permission.REPORT_USAGE)}"}
    assert client.post(PATH, content=body, headers=headers).status_code == 422


def test_who_may_not_report_is_refused(client: httpx.Client, token: Callable[..., str]) -> None:
    def status(**headers: str) -> int:
        return client.post(PATH, content="", headers=headers).status_code

    assert status() == 401
    assert status(Authorization="Basic !!!") == 401
    assert status(Authorization="Basic " + "eA==") == 401
    assert status(Authorization="Bearer congvu_nothing") == 401
    assert status(Authorization=f"Bearer {token(Permission.READ_PEOPLE)}") == 403
    assert status(Authorization=f"Bearer {token(Permission.REPORT_USAGE)}") == 200


def plain(url: str) -> str:
    """For the driver alone."""
    return url.replace("+psycopg", "", 1)


def test_a_report_whose_database_goes_while_it_is_counted_may_be_repeated(
    post: Post, db: Database, cluster: Cluster
) -> None:
    post(EVENT)  # the partitions are there
    second = EVENT | {"id": "18"}
    with (
        ThreadPoolExecutor(1) as thread,
        psycopg.connect(plain(cluster.url(DATABASE))) as holder,
        psycopg.connect(plain(cluster.url("postgres")), autocommit=True) as other,
    ):
        holder.execute("LOCK TABLE mail_admin_usage_day IN EXCLUSIVE MODE")
        answered = thread.submit(post, EVENT, second)
        # ends it in the statement that counts, as a server that is stopped does
        eventually(lambda: bool(other.execute(END_OTHERS, [DATABASE, "Lock"]).fetchall()))
        answer = answered.result()
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert web_sign_ins(db) == 1
    assert post(EVENT, second).json() == NOTHING | {"new": 1, "repeated": 1}
    assert web_sign_ins(db) == 2


def test_the_gauges_tell_how_far_a_log_is_read(
    post: Post, db: Database, client: httpx.Client
) -> None:
    post(EVENT)
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    with db.transaction() as session:
        note(session, "dovecot", Progress("dovecot.log", 9, 4, moment), Notes(), moment)
        note(session, "postfix", Progress("postfix.log", 9, 9, None), Notes(), moment)
    shown = client.get("/metrics").text
    assert 'congvu_usage_log_lag_bytes{source="dovecot"} 4.0' in shown
    assert 'congvu_usage_log_lag_seconds{source="dovecot"} ' in shown
    assert 'congvu_usage_log_lag_seconds{source="postfix"} NaN' in shown
    assert 'congvu_usage_log_parked_lines{source="postfix"} 0.0' in shown


def test_a_report_that_finds_no_database_waits_with_its_sender_and_counts_once_when_it_comes(
    cluster: Cluster, post: Post, db: Database
) -> None:
    """From the start: no connection is there yet, none can be made."""
    with psycopg.connect(plain(cluster.url("postgres")), autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{DATABASE}" ALLOW_CONNECTIONS false')
        try:
            other.execute(END_ALL, [DATABASE])
            refused = [post(EVENT), post(EVENT, EVENT | {"id": "18"})]
        finally:
            other.execute(f'ALTER DATABASE "{DATABASE}" ALLOW_CONNECTIONS true')
    assert [answer.status_code for answer in refused] == [503, 503]
    assert {answer.json()["code"] for answer in refused} == {"database-unavailable"}
    assert web_sign_ins(db) == 0
    assert post(EVENT, EVENT | {"id": "18"}).json() == NOTHING | {"new": 2}
    assert post(EVENT).json() == NOTHING | {"repeated": 1}
    assert web_sign_ins(db) == 2
