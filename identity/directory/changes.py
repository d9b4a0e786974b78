"""What the gateway is asked to do, and what came of it."""

from dataclasses import dataclass

from identity.directory.entries import Entry


@dataclass(frozen=True, slots=True)
class Put:
    """Make the directory show this entry, be it new, different, renamed or right already."""

    entry: Entry
    known_dn: str | None = None
    """Where a copy was written before; None when there was none, which saves a search."""

    @property
    def congvu_id(self) -> str:
        return self.entry.congvu_id


@dataclass(frozen=True, slots=True)
class Remove:
    """Make the directory have no entry with this id. Entries of others at the DN stay."""

    known_dn: str
    """Where it was written; the id decides, wherever the entry stands by now."""
    congvu_id: str


Change = Put | Remove


@dataclass(frozen=True, slots=True)
class Outcome:
    code: str | None = None
    """None when the directory is now as asked; otherwise a stable reason."""
    diagnostic: str = ""
    """The server's own words, which may name entries: for the log, not for a page."""

    @property
    def written(self) -> bool:
        return self.code is None


WRITTEN = Outcome()
DISPUTED = "directory-entry-disputed"
"""An entry that is not ours stands where ours belongs; we never overwrite it."""
