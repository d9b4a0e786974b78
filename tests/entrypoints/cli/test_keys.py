"""Signing keys from the command line."""

from datetime import datetime, timedelta

import pytest

from kernel.audit import AuditRecord
from kernel.clock import utc_now
from kernel.database import Database
from sso.keys.models import Algorithm
from sso.keys.service import KeyAuditTag
from tests.entrypoints.cli.conftest import Cli

WHY = ("--reason", "nghi lộ khóa")


def test_the_first_keys_sign_at_once_and_nothing_private_is_shown(congvu: Cli) -> None:
    keys = congvu("key", "rotate", "--json", *WHY).json
    assert {key["algorithm"] for key in keys} == {algorithm.value for algorithm in Algorithm}
    assert all(key["signs_from"] == key["published_at"] for key in keys)
    listed = congvu("key", "list", "--json").json
    assert {key["kid"] for key in listed} == {key["kid"] for key in keys}
    assert all("private" not in name for name in listed[0])
    assert "RS256" in congvu("key", "list").out


def test_people_read_times_by_the_clocks_of_vietnam(
    congvu: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # one line for each key
    rows = congvu("key", "rotate", *WHY).out
    for key in congvu("key", "list", "--json").json:
        signs_until = datetime.fromisoformat(key["signs_until"])
        assert signs_until.utcoffset() == timedelta(0)
        assert f"{signs_until + timedelta(hours=7):%d/%m/%Y %H:%M}" in rows


def test_successors_sign_once_everybody_can_know_them(congvu: Cli) -> None:
    congvu("key", "rotate", *WHY)
    for key in congvu("key", "rotate", "--json", *WHY).json:
        published = datetime.fromisoformat(key["published_at"])
        assert datetime.fromisoformat(key["signs_from"]) - published == timedelta(hours=24)


def test_a_withdrawn_key_is_replaced_at_once(congvu: Cli, db: Database) -> None:
    (leaked,) = [
        k for k in congvu("key", "rotate", "--json", *WHY).json if k["algorithm"] == "ES256"
    ]
    congvu("key", "withdraw", leaked["kid"], *WHY)
    keys = [k for k in congvu("key", "list", "--json").json if k["algorithm"] == "ES256"]
    (fresh,) = [key for key in keys if key["kid"] != leaked["kid"]]
    (gone,) = [key for key in keys if key["kid"] == leaked["kid"]]
    assert datetime.fromisoformat(gone["withdrawn_at"]) <= utc_now()
    assert datetime.fromisoformat(fresh["signs_from"]) <= utc_now()
    with db.transaction() as session:
        tag = AuditRecord.tag == KeyAuditTag.WITHDRAWN
        record = session.query(AuditRecord).where(tag).one()
    assert (record.reason, record.details["kid"]) == (WHY[1], leaked["kid"])


def test_a_successor_that_is_published_already_takes_over_at_once(congvu: Cli) -> None:
    (leaked,) = [
        k for k in congvu("key", "rotate", "--json", *WHY).json if k["algorithm"] == "ES256"
    ]
    (next_one,) = [
        k for k in congvu("key", "rotate", "--json", *WHY).json if k["algorithm"] == "ES256"
    ]
    congvu("key", "withdraw", leaked["kid"], *WHY)
    keys = {key["kid"]: key for key in congvu("key", "list", "--json").json}
    assert datetime.fromisoformat(keys[next_one["kid"]]["signs_from"]) <= utc_now()
    assert len([key for key in keys.values() if key["algorithm"] == "ES256"]) == 2


def test_new_keys_are_made_for_a_reason(congvu: Cli, db: Database) -> None:
    assert "--reason" in congvu("key", "rotate", code=2).err
    congvu("key", "rotate", *WHY, "--document", "5/BC-TTCNTT")
    with db.transaction() as session:
        tag = AuditRecord.tag == KeyAuditTag.PUBLISHED
        records = session.query(AuditRecord).where(tag).all()
    assert {(one.reason, one.document_number) for one in records} == {(WHY[1], "5/BC-TTCNTT")}


def test_an_id_may_begin_like_an_option(congvu: Cli) -> None:
    assert "signing-key-not-found" in congvu("key", "withdraw", "-hABVgr--reason", *WHY, code=1).err


def test_a_key_is_withdrawn_once(congvu: Cli) -> None:
    kid = congvu("key", "rotate", "--json", *WHY).json[0]["kid"]
    congvu("key", "withdraw", kid, *WHY)
    assert "signing-key-not-found" in congvu("key", "withdraw", kid, *WHY, code=1).err
    assert "signing-key-not-found" in congvu("key", "withdraw", "unknown", *WHY, code=1).err
