"""Which requests a plan holds; that they do what they should, test_gateway shows."""

from dataclasses import replace
from typing import Any

from identity.directory import encoding, planning
from identity.directory.changes import Put, Remove
from identity.directory.decoding import StandingEntry
from identity.directory.encoding import Alteration, Modification
from tests.support.directory import account


def standing(**changed: Any) -> StandingEntry:
    entry = account(**changed)
    return StandingEntry(entry.dn, entry.all_attributes())


def test_nothing_is_sent_when_nothing_differs() -> None:
    shuffled = StandingEntry(
        account().dn.upper(),
        {**account().all_attributes(), "objectClass": (b"CONGVUACCOUNT", b"inetorgperson")},
    )
    assert planning.operations(Put(account()), shuffled) == []


def test_a_removal_goes_to_where_the_entry_stands() -> None:
    elsewhere = replace(standing(), dn="uid=old,dc=vn")
    change = Remove(account().dn, account().congvu_id)
    assert planning.operations(change, elsewhere) == [encoding.delete_request("uid=old,dc=vn")]
    assert planning.operations(change, None) == []


def test_small_changes_of_an_entry_are_one_request() -> None:
    plan = planning.operations(Put(account(title="Trưởng phòng")), standing(phone="0912345678"))
    expected = [
        Modification(Alteration.REPLACE, "title", ("Trưởng phòng".encode(),)),
        Modification(Alteration.REPLACE, "mobile", ()),
    ]
    assert plan == [encoding.modify_request(account().dn, expected)]


def test_of_many_values_only_what_differs_is_sent() -> None:
    many = [f"alias{number}@backan.gov.vn" for number in range(100)]
    plan = planning.operations(
        Put(account(aliases=tuple(many[1:]))), standing(aliases=tuple(many[:-1]))
    )
    assert plan == [
        encoding.modify_request(account().dn, [Modification(alteration, "congvuMailAlias", values)])
        for alteration, values in (
            (Alteration.DELETE, (many[0].encode(),)),
            (Alteration.ADD, (many[-1].encode(),)),
        )
    ]


def test_a_large_new_entry_grows_in_portions() -> None:
    size = planning.VALUES_PER_REQUEST * 2 + 1
    large = account(aliases=tuple(f"alias{number}@backan.gov.vn" for number in range(size)))
    assert len(planning.operations(Put(large), None)) == 3
