"""Every kind of drift is told apart, and repair mends what is ours to mend."""

from uuid import UUID

import pytest
from sqlalchemy import text

from identity.accounts.models import AccountStatus
from identity.directory.changes import Put, Remove
from identity.directory.comparison import (
    Comparison,
    DriftKind,
    compare,
    mark_for_repair,
    summary,
)
from identity.directory.entries import Entry
from identity.directory.errors import DirectoryRefused
from identity.directory.gateway import LdapDirectory
from identity.directory.server import tree
from kernel.access import Actor
from kernel.audit import Basis
from tests.identity.directory.conftest import RunOnce
from tests.support.directory import account
from tests.support.slapd import BASE_DN, TestSlapd
from tests.support.small_province import NOW, Province

OPERATOR, BASIS = Actor.operator("quản trị"), Basis("kiểm tra định kỳ")


@pytest.fixture
def accounts(province: Province, run: RunOnce) -> list[UUID]:
    ids = province.hire(4)
    run()
    return ids


def check(province: Province, directory: LdapDirectory) -> Comparison:
    return compare(province.database, directory, BASE_DN, lambda: NOW)


def person(number: int) -> str:
    return f"uid=nganth{number},{tree.PEOPLE},{BASE_DN}"


def dns(comparison: Comparison, *kinds: DriftKind) -> list[str]:
    return sorted(drift.dn for drift in comparison.of(*kinds))


def rewrite(directory: LdapDirectory, dn: str, **attributes: str) -> None:
    """As somebody does who signs in and changes an entry by hand."""
    standing = directory.read(dn)
    assert standing is not None
    changed = {name: (value.encode(),) for name, value in attributes.items()}
    values = {**standing.attributes, **changed}
    classes = values.pop("objectClass")
    entry = Entry(dn, standing.one("congvuId") or "", classes, values)
    assert directory.write([Put(entry, dn)])[0].written


@pytest.mark.usefixtures("accounts")
def test_nothing_differs_after_a_run(province: Province, directory: LdapDirectory) -> None:
    assert check(province, directory) == Comparison(compared=2 + 4 + 4)


def test_a_missing_entry_is_found_and_written_again(
    province: Province, directory: LdapDirectory, accounts: list[UUID], run: RunOnce
) -> None:
    directory.write([Remove(person(2), str(accounts[1]))])
    found = check(province, directory)
    assert dns(found, DriftKind.MISSING) == [person(2)]
    with province.database.transaction() as session:
        mark_for_repair(session, OPERATOR, found, BASIS)
    run()
    assert check(province, directory).drifts == []


@pytest.mark.usefixtures("accounts")
def test_a_foreign_hand_is_told_from_ours(
    province: Province, directory: LdapDirectory, ldap_server: TestSlapd, run: RunOnce
) -> None:
    with LdapDirectory(ldap_server.settings("administrator")) as foreign:
        rewrite(foreign, person(1), title="Giám đốc")
    rewrite(directory, person(2), title="Giám đốc")
    found = check(province, directory)
    assert dns(found, DriftKind.FOREIGN) == [person(1)]
    assert dns(found, DriftKind.OURS) == [person(2)]
    assert {drift.attributes for drift in found.drifts} == {("title",)}
    with province.database.transaction() as session:
        assert mark_for_repair(session, OPERATOR, found, BASIS) == 2
    run()
    assert check(province, directory).drifts == []


@pytest.mark.usefixtures("accounts")
def test_an_unknown_entry_is_reported_and_stays(
    province: Province, directory: LdapDirectory, run: RunOnce
) -> None:
    stranger = account(999, login="somebody")
    directory.write([Put(stranger)])
    found = check(province, directory)
    assert dns(found, DriftKind.UNKNOWN) == [stranger.dn]
    with province.database.transaction() as session:
        assert mark_for_repair(session, OPERATOR, found, BASIS) == 0
    run()
    assert directory.read(stranger.dn) is not None


def test_a_stranger_in_our_place_is_a_dispute(
    province: Province, directory: LdapDirectory, accounts: list[UUID]
) -> None:
    directory.write([Remove(person(3), str(accounts[2]))])
    directory.write([Put(account(999, login="nganth3"))])
    found = check(province, directory)
    assert dns(found, DriftKind.DISPUTED) == [person(3)]
    assert dns(found, DriftKind.MISSING, DriftKind.UNKNOWN) == []


def test_an_entry_of_a_closed_account_is_left_over(
    province: Province, directory: LdapDirectory, accounts: list[UUID], run: RunOnce
) -> None:
    before = directory.read(person(4))
    assert before is not None
    province.change_status([accounts[3]], AccountStatus.CLOSED)
    run()
    classes = before.attributes.pop("objectClass")
    directory.write([Put(Entry(person(4), str(accounts[3]), classes, before.attributes))])
    found = check(province, directory)
    assert dns(found, DriftKind.LEFT_OVER) == [person(4)]
    with province.database.transaction() as session:
        mark_for_repair(session, OPERATOR, found, BASIS)
    run()
    assert check(province, directory).drifts == []


def test_a_change_that_waits_is_ours(
    province: Province, directory: LdapDirectory, accounts: list[UUID]
) -> None:
    province.change_status([accounts[0]], AccountStatus.SUSPENDED)
    (drift,) = check(province, directory).drifts
    assert (drift.kind, drift.attributes) == (DriftKind.OURS, ("congvuStatus", "userPassword"))


def test_the_summary_keeps_the_contract_of_the_command(
    province: Province, directory: LdapDirectory, accounts: list[UUID]
) -> None:
    directory.write([Remove(person(2), str(accounts[1]))])
    directory.write([Put(account(999, login="somebody"))])
    with province.database.transaction() as session:
        session.execute(text("UPDATE identity_mailbox SET quota_bytes = 5"))
    shown = summary(check(province, directory))
    assert shown["compared"] == 10
    assert shown["missing"] == [person(2)]
    assert shown["extra"] == [account(999, login="somebody").dn]
    assert {"dn": person(1), "attributes": ["congvuQuota"], "hand": "ours"} in shown["differing"]


def test_wrong_passwords_are_no_drift(
    province: Province, directory: LdapDirectory, ldap_server: TestSlapd, accounts: list[UUID]
) -> None:
    assert accounts
    wrong = ldap_server.settings(bind_dn=person(1), bind_password="wrong")
    with LdapDirectory(wrong) as somebody, pytest.raises(DirectoryRefused):
        somebody.ping()
    assert check(province, directory).drifts == []
