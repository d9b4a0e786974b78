"""The whole directory against the whole registry, streamed; and the mending of what differs."""

import enum
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.directory import dn, planning
from identity.directory.decoding import StandingEntry
from identity.directory.entries import Entry
from identity.directory.gateway import LdapDirectory
from identity.directory.registry import Desired, RowKind, read_desired
from identity.directory.server import tree
from kernel import audit
from kernel.access import Actor, Permission
from kernel.audit import Basis
from kernel.clock import Clock, office_day
from kernel.collector import collector_at_rest
from kernel.database import Database

MIRRORED = (
    tree.ORGANISATIONS,
    tree.PEOPLE,
    tree.ORGANISATION_ACCOUNTS,
    tree.SERVICES,
    tree.GROUPS,
)
PAGE_ROWS = 1000


class RepairTag(enum.StrEnum):
    REPAIRED = "directory:repaired"


class Stage(enum.StrEnum):
    """Of a comparison."""

    READING = "reading"
    """The directory."""
    COMPARING = "comparing"
    """Each row of the registry."""
    LOOKING_AGAIN = "looking-again"
    """At what seemed to differ."""


Progress = Callable[[Stage, int, int], None]
"""Told at each step how many are done, and of how many."""


class DriftKind(enum.StrEnum):
    MISSING = "missing"
    """Shall stand and does not."""
    OURS = "ours"
    """Differs, last written by us: not projected yet, or an older projection."""
    FOREIGN = "foreign"
    """Differs, last written by another hand."""
    LEFT_OVER = "left-over"
    """Ours, and shall be gone."""
    UNKNOWN = "unknown"
    """Nobody here made it. Reported, never removed."""
    DISPUTED = "disputed"
    """Stands where ours belongs and is not ours. Reported, never overwritten."""


REPAIRABLE = {DriftKind.MISSING, DriftKind.OURS, DriftKind.FOREIGN, DriftKind.LEFT_OVER}


@dataclass(frozen=True, slots=True)
class Drift:
    kind: DriftKind
    dn: str
    attributes: tuple[str, ...] = ()
    """That differ; `dn` when the entry stands elsewhere."""
    row: tuple[RowKind, UUID] | None = None
    """None for entries that no row of ours asks for."""


@dataclass(slots=True)
class Comparison:
    compared: int = 0
    """Rows of the registry that shall have an entry."""
    drifts: list[Drift] = field(default_factory=list)

    def of(self, *kinds: DriftKind) -> list[Drift]:
        return [drift for drift in self.drifts if drift.kind in kinds]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a standing entry: 100,000 of them take some 40 MB."""

    dn: str
    digest: bytes


def silent(_stage: Stage, _done: int, _total: int) -> None:
    """Where nobody watches."""


def compare(
    database: Database,
    directory: LdapDirectory,
    base_dn: str,
    clock: Clock,
    progress: Progress = silent,
) -> Comparison:
    """Changes of either side meanwhile are no drift: what seems to differ is looked at again.

    Raises DirectoryUnavailable; a directory read in part is never compared.
    """
    with collector_at_rest():
        return _compare(database, directory, base_dn, office_day(clock()), progress)


def _compare(
    database: Database, directory: LdapDirectory, base_dn: str, today: date, progress: Progress
) -> Comparison:
    comparison, total = Comparison(), count_rows(database)
    standing, nameless = _fingerprints(directory, base_dn, total, progress)
    suspects: list[tuple[RowKind, UUID]] = []
    done = 0
    for kind in RowKind:
        for desired in all_rows(database, kind, today, base_dn):
            found = standing.pop(str(desired.id), None)
            comparison.compared += desired.entry is not None
            if not _agrees(desired.entry, found):
                suspects.append((kind, desired.id))
            done += 1
            progress(Stage.COMPARING, done, total)
    done = 0
    for chunk in _chunks(suspects):
        comparison.drifts += _look_again(database, directory, chunk, today, base_dn)
        done += len(chunk[1])
        progress(Stage.LOOKING_AGAIN, done, len(suspects))
    taken = {drift.dn.casefold() for drift in comparison.of(DriftKind.MISSING)}
    strangers = [*nameless, *(found.dn for found in standing.values())]
    disputed = {name.casefold() for name in strangers} & taken
    comparison.drifts = [_named(drift, disputed) for drift in comparison.drifts]
    comparison.drifts += [
        Drift(DriftKind.UNKNOWN, name) for name in strangers if name.casefold() not in disputed
    ]
    return comparison


def count_rows(database: Database) -> int:
    """About as many as there are entries."""
    with database.transaction() as session:
        counts = (text(f"SELECT count(*) FROM {kind.value}") for kind in RowKind)
        return sum(session.scalar(count) or 0 for count in counts)


def summary(comparison: Comparison) -> dict[str, Any]:
    """The contract of `congvu directory check --json` (DESIGN, section 5), and each class."""
    return {
        "compared": comparison.compared,
        "missing": [drift.dn for drift in comparison.of(DriftKind.MISSING)],
        "extra": [drift.dn for drift in comparison.of(DriftKind.UNKNOWN, DriftKind.LEFT_OVER)],
        "differing": [
            {"dn": drift.dn, "attributes": list(drift.attributes), "hand": drift.kind.value}
            for drift in comparison.of(DriftKind.OURS, DriftKind.FOREIGN)
        ],
        "disputed": [drift.dn for drift in comparison.of(DriftKind.DISPUTED)],
    }


def mark_for_repair(session: Session, actor: Actor, comparison: Comparison, basis: Basis) -> int:
    """Make the reconciler write again what drifted; gives the number of rows.

    There is one writer only, so the mass-change brake holds for repairs too.
    """
    actor.require(Permission.MANAGE_DIRECTORY)
    rows = [drift.row for drift in comparison.of(*REPAIRABLE) if drift.row]
    for kind in RowKind:
        statement = text(
            f"UPDATE {kind.value} SET projected_revision = 0, projection_retry_at = NULL"
            f" WHERE id IN (SELECT id FROM {kind.value} WHERE id = ANY(:ids)"
            " ORDER BY id FOR NO KEY UPDATE)"
        )
        session.execute(statement, {"ids": [row_id for each, row_id in rows if each is kind]})
    found = {kind.value: len(comparison.of(kind)) for kind in DriftKind}
    subject = rows[0][1] if len(rows) == 1 else None
    audit.record(session, actor, RepairTag.REPAIRED, subject, basis, **found)
    return len(rows)


def _fingerprints(
    directory: LdapDirectory, base_dn: str, total: int, progress: Progress
) -> tuple[dict[str, Fingerprint], list[str]]:
    """By our id; and the names of entries that carry none, or one that another has too."""
    by_id: dict[str, Fingerprint] = {}
    nameless: list[str] = []
    for container in MIRRORED:
        for entry in directory.entries(f"{container},{base_dn}"):
            progress(Stage.READING, len(by_id) + len(nameless), total)
            congvu_id = entry.one("congvuId")
            if congvu_id is None or congvu_id in by_id:
                nameless.append(entry.dn)
            else:
                by_id[congvu_id] = Fingerprint(entry.dn, _digest(entry.attributes))
    return by_id, nameless


def _digest(attributes: Mapping[str, tuple[bytes, ...]]) -> bytes:
    """Equal for equal sets of values, whatever their order."""
    lowered = {**attributes, "objectClass": tuple(map(bytes.lower, attributes["objectClass"]))}
    canonical = sorted((name, sorted(values)) for name, values in lowered.items())
    return hashlib.blake2b(repr(canonical).encode(), digest_size=16).digest()


def _agrees(entry: Entry | None, found: Fingerprint | None) -> bool:
    if entry is None or found is None:
        return entry is None and found is None
    return dn.same(entry.dn, found.dn) and _digest(entry.all_attributes()) == found.digest


def all_rows(database: Database, kind: RowKind, today: date, base_dn: str) -> Iterator[Desired]:
    last = UUID(int=0)
    statement = text(f"SELECT id FROM {kind.value} WHERE id > :last ORDER BY id LIMIT :limit")
    while True:
        with database.transaction() as session:
            parameters = {"last": last, "limit": _page(kind)}
            ids = list(session.scalars(statement, parameters))
            rows = read_desired(session, kind, ids, today=today, base_dn=base_dn)
        yield from rows
        if not ids:
            return
        last = ids[-1]


def _page(kind: RowKind) -> int:
    return PAGE_ROWS // 20 if kind is RowKind.GROUP else PAGE_ROWS


def _chunks(
    suspects: Iterable[tuple[RowKind, UUID]],
) -> Iterator[tuple[RowKind, list[UUID]]]:
    listed = list(suspects)
    for kind in RowKind:
        ids = [row_id for each, row_id in listed if each is kind]
        for start in range(0, len(ids), _page(kind)):
            yield kind, ids[start : start + _page(kind)]


def _look_again(
    database: Database,
    directory: LdapDirectory,
    chunk: tuple[RowKind, list[UUID]],
    today: date,
    base_dn: str,
) -> Iterator[Drift]:
    kind, ids = chunk
    found = directory.find([str(row_id) for row_id in ids], ("*", "modifiersName"))
    with database.transaction() as session:
        rows = read_desired(session, kind, ids, today=today, base_dn=base_dn)
    for desired in rows:
        drift = _drift(desired, found.get(str(desired.id)), tree.writer_dn(base_dn))
        if drift:
            yield drift


def _drift(desired: Desired, found: StandingEntry | None, writer: str) -> Drift | None:
    row = (desired.kind, desired.id)
    entry = desired.entry
    if entry is None:
        return Drift(DriftKind.LEFT_OVER, found.dn, row=row) if found else None
    if found is None:
        return Drift(DriftKind.MISSING, entry.dn, row=row)
    present = {name: values for name, values in found.attributes.items() if name != "modifiersName"}
    names = [name for name, *_ in planning.differences(entry.all_attributes(), present)]
    names += [] if dn.same(entry.dn, found.dn) else ["dn"]
    if not names:
        return None
    ours = dn.same(found.one("modifiersName") or "", writer)
    return Drift(DriftKind.OURS if ours else DriftKind.FOREIGN, found.dn, tuple(names), row)


def _named(drift: Drift, disputed: set[str]) -> Drift:
    """A missing entry whose place somebody else has is a dispute."""
    if drift.kind is DriftKind.MISSING and drift.dn.casefold() in disputed:
        return Drift(DriftKind.DISPUTED, drift.dn, row=drift.row)
    return drift
