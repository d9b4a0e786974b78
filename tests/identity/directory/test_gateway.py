"""Writing through the gateway to a real slapd."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from identity.directory import dn
from identity.directory.changes import DISPUTED, WRITTEN, Put, Remove
from identity.directory.decoding import StandingEntry
from identity.directory.entries import (
    Entry,
    GroupSnapshot,
    OrganisationSnapshot,
    group_entry,
    organisation_entry,
)
from identity.directory.gateway import LdapDirectory
from identity.directory.server import tree
from tests.support.directory import account, accounts
from tests.support.slapd import BASE_DN, TestSlapd

ALL_IN_ALL = f"{tree.PEOPLE},{BASE_DN}"


@pytest.fixture(params=[True, False], ids=["transactions", "plain"])
def directory(ldap_server: TestSlapd, request: pytest.FixtureRequest) -> Iterator[LdapDirectory]:
    """Everything holds with LDAP transactions and without."""
    settings = ldap_server.settings(group_size=10)
    with LdapDirectory(settings, transactions=request.param) as gateway:
        yield gateway


def stored(directory: LdapDirectory, entry: Entry) -> StandingEntry:
    found = directory.read(entry.dn)
    assert found is not None
    return found


def group(*numbers: int) -> Entry:
    members = tuple(account(number).dn for number in numbers)
    return group_entry(
        GroupSnapshot(UUID(int=900), UUID(int=901), "own", "Sở Tài chính", "H03.9", members),
        BASE_DN,
    )


def test_new_entries_stand_as_asked(directory: LdapDirectory) -> None:
    entries = accounts(35, title="Chuyên viên", aliases=(), quota_bytes=10)
    assert directory.write([Put(entry) for entry in entries]) == [WRITTEN] * 35
    for entry in entries:
        assert stored(directory, entry).attributes == entry.all_attributes()


def test_writing_the_same_again_changes_nothing(directory: LdapDirectory) -> None:
    entries = accounts(12)
    directory.write([Put(entry) for entry in entries])
    before = [directory.read(entry.dn, ("entryCSN",)) for entry in entries]
    for again in ([Put(entry) for entry in entries], [Put(e, known_dn=e.dn) for e in entries]):
        assert directory.write(again) == [WRITTEN] * 12
        assert [directory.read(entry.dn, ("entryCSN",)) for entry in entries] == before


def test_a_changed_entry_loses_what_is_no_longer_asked(directory: LdapDirectory) -> None:
    directory.write([Put(account(title="Chuyên viên", phone="0912345678"))])
    changed = account(title="Trưởng phòng")
    assert directory.write([Put(changed, known_dn=changed.dn)]) == [WRITTEN]
    assert stored(directory, changed).attributes == changed.all_attributes()


def test_a_renamed_login_moves_the_entry_with_its_references(directory: LdapDirectory) -> None:
    directory.write([Put(entry) for entry in accounts(3)])
    directory.write([Put(group(1, 2))])
    old, new = account(1), account(1, login="nganth.stc")
    assert directory.write([Put(new, known_dn=old.dn)]) == [WRITTEN]
    assert directory.read(old.dn) is None
    assert stored(directory, new).attributes == new.all_attributes()


def test_a_rename_that_was_not_recorded_is_finished(directory: LdapDirectory) -> None:
    directory.write([Put(account(1))])
    renamed = account(1, login="nganth.stc")
    directory.write([Put(renamed, known_dn="uid=somewhere-else,ou=people," + BASE_DN)])
    assert stored(directory, renamed).attributes == renamed.all_attributes()


def test_one_bad_entry_costs_only_itself(directory: LdapDirectory) -> None:
    entries = accounts(25)
    entries[13] = account(14, mail=entries[2].attributes["mail"][0].decode())
    outcomes = directory.write([Put(entry) for entry in entries])
    assert [place for place, outcome in enumerate(outcomes) if not outcome.written] == [13]
    assert outcomes[13].code == "directory-constraint-violation"
    assert directory.read(entries[13].dn) is None
    assert stored(directory, entries[14]).attributes == entries[14].all_attributes()


@pytest.mark.parametrize("attribute", ["mail", "aliases"])
def test_an_address_is_unique_also_within_one_group(
    directory: LdapDirectory, attribute: str
) -> None:
    same: dict[str, Any] = {"mail": "nga@backan.gov.vn", "aliases": ("nga@backan.gov.vn",)}
    both = [Put(account(number, **{attribute: same[attribute]})) for number in (1, 2)]
    codes = [outcome.code for outcome in directory.write(both)]
    assert codes == [None, "directory-constraint-violation"]


def test_names_of_entries_come_back_as_they_were_written(directory: LdapDirectory) -> None:
    names = [' #a,b+c"d\\e<f>g;h=i ', "Đặng Thị H'Mông", "a#b", "=", "\U0001f600"]
    entries = []
    for number, name in enumerate(names, start=1):
        attributes = {"cn": (name.encode(),), "congvuId": (str(UUID(int=number)).encode(),)}
        place = dn.below(dn.relative("cn", name), f"{tree.GROUPS},{BASE_DN}")
        entries.append(Entry(place, str(UUID(int=number)), (b"congvuGroup",), attributes))
    assert directory.write([Put(entry) for entry in entries]) == [WRITTEN] * len(names)
    found = {entry.dn for entry in directory.entries(f"{tree.GROUPS},{BASE_DN}")}
    assert found == {entry.dn for entry in entries}


def test_what_breaks_the_schema_is_refused(directory: LdapDirectory) -> None:
    wrong = replace(account(), object_classes=(b"inetOrgPerson",))
    (outcome,) = directory.write([Put(wrong)])
    assert outcome.code == "directory-class-violated"
    assert "congvu" in outcome.diagnostic


def test_an_entry_of_somebody_else_is_never_overwritten(directory: LdapDirectory) -> None:
    foreign = account(1, display_name="Người khác")
    directory.write([Put(foreign)])
    ours = account(2, login="nganth1", mail="khac@backan.gov.vn")
    (outcome,) = directory.write([Put(ours)])
    assert outcome.code == DISPUTED
    assert stored(directory, foreign).attributes == foreign.all_attributes()


def test_removing_twice_is_as_good_as_once(directory: LdapDirectory) -> None:
    entries = accounts(15)
    directory.write([Put(entry) for entry in entries])
    removals = [Remove(entry.dn, entry.congvu_id) for entry in entries]
    assert directory.write(removals) == [WRITTEN] * 15
    assert directory.write(removals) == [WRITTEN] * 15
    assert list(directory.entries(ALL_IN_ALL)) == []


def test_a_removal_spares_an_entry_that_is_not_ours(directory: LdapDirectory) -> None:
    entry = account(1)
    directory.write([Put(entry)])
    assert directory.write([Remove(entry.dn, str(UUID(int=77)))]) == [WRITTEN]
    assert directory.read(entry.dn) is not None


def test_groups_change_by_their_members_and_members_know_their_groups(
    directory: LdapDirectory,
) -> None:
    directory.write([Put(entry) for entry in accounts(60)])
    directory.write([Put(group(*range(1, 51)))])
    changed = group(*range(11, 61))
    assert directory.write([Put(changed, known_dn=changed.dn)]) == [WRITTEN]
    assert set(stored(directory, changed).attributes["member"]) == set(changed.attributes["member"])
    groups_of = {
        entry.dn: entry.attributes.get("memberOf", ())
        for entry in directory.entries(ALL_IN_ALL, ("memberOf",))
    }
    assert groups_of[account(5).dn] == ()
    assert groups_of[account(60).dn] == (changed.dn.encode(),)


def test_a_removed_member_leaves_the_group(directory: LdapDirectory) -> None:
    directory.write([Put(entry) for entry in accounts(30)])
    whole = group(*range(1, 31))
    directory.write([Put(whole)])
    gone = account(7)
    directory.write([Remove(gone.dn, gone.congvu_id)])
    rest = group(*(number for number in range(1, 31) if number != 7))
    assert directory.write([Put(rest, known_dn=rest.dn)]) == [WRITTEN]
    assert set(stored(directory, rest).attributes["member"]) == set(rest.attributes["member"])


def test_what_overlays_write_carries_our_name(directory: LdapDirectory) -> None:
    directory.write([Put(account(1)), Put(account(2))])
    directory.write([Put(group(1, 2))])
    found = directory.read(account(1).dn, ("modifiersName", "memberOf"))
    assert found is not None
    assert found.attributes["modifiersName"] == (tree.writer_dn(BASE_DN).encode(),)
    assert found.attributes["memberOf"]


def test_an_organisation_shows_its_names_and_its_parent(directory: LdapDirectory) -> None:
    top = OrganisationSnapshot(UUID(int=1), "provincial_committee", "Ủy ban nhân dân tỉnh")
    below = OrganisationSnapshot(
        UUID(int=2), "department", "Sở Tài chính", "STC", top.id, "H03.9", "stc"
    )
    entries = [organisation_entry(each, BASE_DN) for each in (top, below)]
    assert directory.write([Put(entry) for entry in entries]) == [WRITTEN] * 2
    for entry in entries:
        assert stored(directory, entry).attributes == entry.all_attributes()


def test_reading_streams_more_than_one_page(ldap_server: TestSlapd) -> None:
    with LdapDirectory(ldap_server.settings(page_size=7)) as directory:
        directory.write([Put(entry) for entry in accounts(50)])
        found = {entry.one("uid") for entry in directory.entries(ALL_IN_ALL, ("uid",))}
    assert found == {f"nganth{number}" for number in range(1, 51)}


def test_nothing_stands_where_nothing_was_written(directory: LdapDirectory) -> None:
    assert directory.read(account().dn) is None
