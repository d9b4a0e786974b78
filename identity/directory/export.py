"""The whole directory as the registry wants it, for `slapadd -q`."""

from collections.abc import Iterator
from datetime import date

from identity.directory.comparison import all_rows
from identity.directory.entries import Entry
from identity.directory.registry import RowKind
from kernel.database import Database


def desired_entries(database: Database, today: date, base_dn: str) -> Iterator[Entry]:
    """Organisations, accounts, groups, streamed in pages; the containers stand already."""
    for kind in RowKind:
        for desired in all_rows(database, kind, today, base_dn):
            if desired.entry is not None:
                yield desired.entry
