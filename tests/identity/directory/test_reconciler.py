"""Registry and directory, both real, and what the reconciler makes of their differences."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from identity.directory import brake
from identity.directory.changes import Put
from identity.directory.decoding import StandingEntry
from identity.directory.errors import DirectoryUnavailable
from identity.directory.gateway import LdapDirectory
from identity.directory.leader import LeadershipLost, leadership
from identity.directory.pending import count_pending
from identity.directory.reconciler import Reconciler, Run
from identity.directory.server import tree
from identity.organisations.models import Organisation
from kernel.access import Actor, ActorKind, PermissionMissing
from kernel.audit import Basis
from tests.identity.directory.conftest import Moving, RunOnce
from tests.support.directory import account
from tests.support.slapd import BASE_DN, TestSlapd
from tests.support.small_province import NOW, Province

PEOPLE = f"{tree.PEOPLE},{BASE_DN}"


def pending(province: Province) -> int:
    with province.database.transaction() as session:
        return count_pending(session)


def row(session: Session, account_id: UUID) -> Account:
    return session.get_one(Account, account_id)


def people(directory: LdapDirectory) -> dict[str, StandingEntry]:
    return {entry.one("uid") or "": entry for entry in directory.entries(PEOPLE, ("*", "memberOf"))}


def test_everything_registered_stands_in_the_directory(
    province: Province, run: RunOnce, directory: LdapDirectory
) -> None:
    first, *_ = province.hire(12)
    province.open_office("vanthu.stc", first)
    done = run()
    assert (done.written, done.refused, pending(province)) == (2 + 13 + 4, {}, 0)
    found = people(directory)
    assert len(found) == 12
    nga = found["nganth1"]
    assert nga.one("congvuId") == str(first)
    assert nga.one("mail") == "nganth1@backan.gov.vn"
    assert nga.one("congvuOrganisationCode") == "H03.9"
    assert nga.one("ou") == "Sở Tài chính"
    assert nga.one("title") == "Chuyên viên"
    assert nga.one("congvuQuota") == str(2**31)
    assert len(nga.attributes["memberOf"]) == 3
    office = directory.read(f"uid=vanthu.stc,{tree.ORGANISATION_ACCOUNTS},{BASE_DN}")
    assert office is not None
    assert office.one("congvuCustodian") == nga.dn


def test_a_second_run_has_nothing_to_do(province: Province, run: RunOnce) -> None:
    province.hire(3)
    run()
    assert run() == Run()


def test_a_change_follows_with_everything_that_shows_it(
    province: Province, run: RunOnce, directory: LdapDirectory
) -> None:
    province.hire(2)
    run()
    with province.database.transaction() as session:
        session.get_one(Organisation, province.department_id).name = "Sở Kế hoạch"
    run()
    assert {entry.one("ou") for entry in people(directory).values()} == {"Sở Kế hoạch"}


def test_a_renamed_login_keeps_its_groups(
    province: Province, run: RunOnce, directory: LdapDirectory
) -> None:
    first, _ = province.hire(2)
    run()
    with province.database.transaction() as session:
        row(session, first).login = "nganth.stc"
    run()
    found = people(directory)
    assert sorted(found) == ["nganth.stc", "nganth2"]
    assert len(found["nganth.stc"].attributes["memberOf"]) == 3
    assert pending(province) == 0


def test_suspending_takes_the_password_away_and_closing_the_entry(
    province: Province, run: RunOnce, directory: LdapDirectory
) -> None:
    first, second, _ = province.hire(3)
    run()
    province.change_status([first], AccountStatus.SUSPENDED)
    province.change_status([second], AccountStatus.CLOSED)
    done = run()
    assert done.removed == 1
    found = people(directory)
    assert sorted(found) == ["nganth1", "nganth3"]
    assert "userPassword" not in found["nganth1"].attributes
    assert "userPassword" in found["nganth3"].attributes
    assert pending(province) == 0


def test_a_refused_entry_waits_longer_each_time_and_stops_nobody_else(
    province: Province, run: RunOnce, directory: LdapDirectory, clock: Moving
) -> None:
    squatter = account(999, login="somebody", mail="nganth2@backan.gov.vn")
    directory.write([Put(squatter)])
    _, second, _ = province.hire(3)
    assert run().refused == {"directory-constraint-violation": 1}
    assert run().refused == {}
    with province.database.transaction() as session:
        assert row(session, second).projection_error == "directory-constraint-violation"
        assert row(session, second).projection_retry_at == NOW + timedelta(seconds=10)
    clock.now = NOW + timedelta(seconds=11)
    assert run().refused == {"directory-constraint-violation": 1}
    with province.database.transaction() as session:
        assert row(session, second).projection_retry_at == clock.now + timedelta(seconds=20)
    assert sorted(people(directory)) == ["nganth1", "nganth3", "somebody"]


def test_a_member_that_comes_late_joins_groups_already_written(
    province: Province, run: RunOnce, directory: LdapDirectory, clock: Moving
) -> None:
    squatter = account(999, login="somebody", mail="nganth1@backan.gov.vn")
    directory.write([Put(squatter)])
    province.hire(1)
    run()
    directory.write([Put(account(999, login="somebody", mail="other@backan.gov.vn"), squatter.dn)])
    clock.now = NOW + timedelta(minutes=1)
    run()
    assert len(people(directory)["nganth1"].attributes["memberOf"]) == 3


def test_a_mass_lock_waits_for_a_persons_word_while_additions_go_on(
    province: Province, run: RunOnce, directory: LdapDirectory
) -> None:
    accounts = province.hire(20)
    run()
    province.change_status(accounts[:5], AccountStatus.SUSPENDED)
    province.change_status(accounts[5:10], AccountStatus.CLOSED)
    province.hire(1, first=21)
    done = run()
    assert done.held is not None
    assert (done.held.to_lock, done.held.to_remove, done.held.accounts) == (5, 5, 20)
    assert len(people(directory)) == 21
    assert all("userPassword" in entry.attributes for entry in people(directory).values())
    with province.database.transaction() as session:
        (stop,) = brake.list_open_stops(session)
        operator = Actor.operator("quản trị")
        later = NOW + timedelta(minutes=1)
        brake.release_brake(session, operator, stop.id, Basis("kiểm tra rồi"), later)
    assert run().held is None
    assert len(people(directory)) == 16
    assert pending(province) == 0


def test_a_mass_lock_that_is_taken_back_leaves_nothing_to_decide(
    province: Province, run: RunOnce
) -> None:
    accounts = province.hire(20)
    run()
    province.change_status(accounts[:10], AccountStatus.SUSPENDED)
    assert run().held is not None
    province.change_status(accounts[:10], AccountStatus.ACTIVE)
    assert run().held is None
    with province.database.transaction() as session:
        assert brake.list_open_stops(session) == []


def test_a_few_locks_never_wait(province: Province, run: RunOnce) -> None:
    accounts = province.hire(4)
    run()
    province.change_status(accounts[:3], AccountStatus.CLOSED)
    done = run()
    assert (done.held, done.removed) == (None, 3)


def test_a_release_needs_the_right_and_happens_once(province: Province, run: RunOnce) -> None:
    accounts = province.hire(20)
    run()
    province.change_status(accounts, AccountStatus.SUSPENDED)
    run()
    basis, operator = Basis("kiểm tra rồi"), Actor.operator("quản trị")
    stranger = Actor(ActorKind.MACHINE, "portal", frozenset())
    with province.database.transaction() as session:
        (stop,) = brake.list_open_stops(session)
        with pytest.raises(PermissionMissing):
            brake.release_brake(session, stranger, stop.id, basis, NOW)
        brake.release_brake(session, operator, stop.id, basis, NOW)
        with pytest.raises(brake.BrakeAlreadyReleased):
            brake.release_brake(session, operator, stop.id, basis, NOW)
        with pytest.raises(brake.BrakeStopNotFound):
            brake.release_brake(session, operator, accounts[0], basis, NOW)


def test_a_stopped_directory_loses_nothing(
    province: Province, run: RunOnce, directory: LdapDirectory, ldap_server: TestSlapd
) -> None:
    province.hire(5)
    ldap_server.stop()
    with pytest.raises(DirectoryUnavailable):
        run()
    assert pending(province) == 2 + 5 + 4
    ldap_server.start()
    run()
    assert len(people(directory)) == 5
    assert pending(province) == 0


def test_entries_written_but_not_recorded_are_recognised(
    province: Province, run: RunOnce, directory: LdapDirectory
) -> None:
    province.hire(5)
    run()
    with province.database.transaction() as session:
        for table in ("organisation", "account", "group"):
            forget = f"UPDATE identity_{table} SET projected_revision = 0, projected_dn = NULL"
            session.execute(text(forget))
    before = {dn: entry.attributes for dn, entry in people(directory).items()}
    assert run().refused == {}
    assert {dn: entry.attributes for dn, entry in people(directory).items()} == before
    assert pending(province) == 0


def test_only_one_leads_and_the_next_takes_over(engine: Engine) -> None:
    with leadership(engine) as first:
        assert first is not None
        first.confirm()
        with leadership(engine) as second:
            assert second is None
    with leadership(engine) as third:
        assert third is not None


def test_a_leader_whose_connection_broke_stops_writing(
    engine: Engine, province: Province, reconciler: Reconciler, directory: LdapDirectory
) -> None:
    province.hire(1)
    with leadership(engine) as leader:
        assert leader is not None
        with engine.begin() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND database = (SELECT oid FROM pg_database WHERE datname ="
                    " current_database())"
                )
            )
        with pytest.raises(LeadershipLost):
            reconciler.run(leader)
    assert people(directory) == {}


def test_a_leader_hears_of_changes(engine: Engine, province: Province) -> None:
    with leadership(engine) as leader:
        assert leader is not None
        assert not leader.wait_for_changes(0.05)
        province.hire(1)
        assert leader.wait_for_changes(10)
