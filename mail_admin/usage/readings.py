"""How far each log is read and what was passed over, as its reader notes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mail_admin.usage.log_family import Place, members_of, whose
from mail_admin.usage.log_progress import Progress
from mail_admin.usage.models import LogPosition, LogReading, ParkedLine

BEHIND_SECONDS = 60.0
"""From then on somebody should look: figures are to be current within a minute."""
NOTE = text("""
INSERT INTO mail_admin_log_reading AS present
    (source, file, size, unread_bytes, noted_at, current_as_of, last_event_at, fault, fault_at)
VALUES (:source, :file, :size, :unread_bytes, :now, :current_as_of, :last_event_at, :fault,
    :fault_at)
ON CONFLICT (source) DO UPDATE SET file = excluded.file, size = excluded.size,
    unread_bytes = excluded.unread_bytes, noted_at = excluded.noted_at,
    current_as_of = coalesce(excluded.current_as_of, present.current_as_of),
    last_event_at = coalesce(excluded.last_event_at, present.last_event_at),
    fault = coalesce(excluded.fault, present.fault),
    fault_at = coalesce(excluded.fault_at, present.fault_at)
""")
FORGET = text("DELETE FROM mail_admin_parked_line WHERE noticed_at < :before")


@dataclass(slots=True)
class Notes:
    """What a reader gathers between two notes."""

    last_event_at: datetime | None = None
    fault: str | None = None
    fault_at: datetime | None = None

    def stumble(self, fault: str, at: datetime) -> None:
        self.fault, self.fault_at = fault[:80], at


def note(session: Session, source: str, progress: Progress, notes: Notes, now: datetime) -> None:
    values = {
        "source": source,
        "file": progress.file,
        "size": progress.size,
        "unread_bytes": progress.unread_bytes,
        "current_as_of": progress.current_as_of,
        "now": now,
        "last_event_at": notes.last_event_at,
        "fault": notes.fault,
        "fault_at": notes.fault_at,
    }
    session.execute(NOTE, values)


@dataclass(frozen=True, slots=True)
class Reading:
    """One log, as far as anything is known of it."""

    source: str
    known: LogReading | None
    position: LogPosition | None
    parked: int

    def behind_seconds(self, now: datetime) -> float | None:
        """Since when the figures may lack something; None when it was never read to its end."""
        if self.known is None or self.known.current_as_of is None:
            return None
        return max((now - self.known.current_as_of).total_seconds(), 0.0)

    def is_behind(self, now: datetime) -> bool:
        seconds = self.behind_seconds(now)
        return seconds is None or seconds > BEHIND_SECONDS


def list_readings(session: Session, configured: Mapping[str, Path]) -> list[Reading]:
    """Of the configured logs, and of those that were read before, by the names of their sources."""
    known = {row.source: row for row in session.scalars(select(LogReading))}
    positions = {row.source: row for row in session.scalars(select(LogPosition))}
    statement = select(ParkedLine.source, func.count().label("lines")).group_by(ParkedLine.source)
    parked = {row.source: row.lines for row in session.execute(statement)}
    return [
        Reading(source, known.get(source), positions.get(source), parked.get(source, 0))
        for source in sorted({*configured, *known, *positions, *parked})
    ]


def list_parked(session: Session, most: int) -> list[ParkedLine]:
    """The latest first."""
    statement = select(ParkedLine).order_by(ParkedLine.noticed_at.desc(), ParkedLine.position)
    return list(session.scalars(statement.limit(most)))


def file_of(path: Path, line: ParkedLine) -> str | None:
    """Name that the file of a parked line has by now; None when it is gone or not here to see."""
    members = members_of(path)
    here = whose(members, Place(line.inode, line.position, line.fingerprint))
    return None if here is None else members[here].path.name


def place_of(row: LogPosition | None) -> Place | None:
    return None if row is None else Place(row.inode, row.position, row.fingerprint)


def forget_parked(session: Session, now: datetime, days: int) -> None:
    """Those too old to be counted in any way."""
    session.execute(FORGET, {"before": now - timedelta(days=days)})
