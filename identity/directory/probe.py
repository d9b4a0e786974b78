"""Entries that show every attribute we ever write, added and removed before the first transaction.

slapd's mdb numbers an attribute when an entry first uses it. When that happens inside a
transaction which is then aborted, 2.5.13 forgets the number on disk and keeps it in memory:
every entry written with it afterwards can no longer be read ("internal error in
mdb_entry_decode"). Outside transactions the numbers last.
"""

from dataclasses import replace
from uuid import UUID

from identity.directory import dn, encoding
from identity.directory.entries import (
    AccountSnapshot,
    Entry,
    GroupSnapshot,
    OrganisationSnapshot,
    account_entry,
    group_entry,
    organisation_entry,
)
from identity.directory.server import tree

NOBODY = UUID(int=0)
LOGIN = "congvu-probe"


def probe_entries(base_dn: str) -> list[Entry]:
    """Below ou=system, where applications do not look; references last."""
    account = account_entry(
        AccountSnapshot(
            id=NOBODY,
            kind="organisation",
            login=LOGIN,
            status="active",
            display_name=LOGIN,
            family_name=LOGIN,
            given_name=LOGIN,
            mail="probe@congvu.invalid",
            aliases=("probe-alias@congvu.invalid",),
            quota_bytes=1,
            password_hash="no password verifies against this",  # noqa: S106  # nor is it one
            organisation_code=LOGIN,
            organisation_name=LOGIN,
            title=LOGIN,
            staff_number=LOGIN,
            phone="0",
            custodians=(LOGIN,),
            hidden=True,
        ),
        base_dn,
    )
    organisation = organisation_entry(
        OrganisationSnapshot(NOBODY, LOGIN, LOGIN, LOGIN, NOBODY, LOGIN, LOGIN), base_dn
    )
    group = group_entry(
        # The overlay gives memberOf to an entry that stands, so the group names the probe.
        GroupSnapshot(NOBODY, NOBODY, "own", LOGIN, LOGIN, (_in_system(account, base_dn).dn,)),
        base_dn,
    )
    return [_in_system(entry, base_dn) for entry in (account, organisation, group)]


def probe_operations(base_dn: str) -> tuple[list[bytes], list[bytes]]:
    """Requests to add the entries, and to remove them again."""
    entries = probe_entries(base_dn)
    return (
        [encoding.add_request(entry.dn, entry.all_attributes().items()) for entry in entries],
        [encoding.delete_request(entry.dn) for entry in reversed(entries)],
    )


def _in_system(entry: Entry, base_dn: str) -> Entry:
    rdn, _ = dn.split(entry.dn)
    return replace(entry, dn=dn.below(rdn, f"{tree.SYSTEM},{base_dn}"))
