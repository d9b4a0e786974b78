"""Brings the directory to what the registry says, again and again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from identity.addresses.queries import list_domains
from identity.directory import backlog, brake
from identity.directory.backlog import PHASES, Phase
from identity.directory.brake import Held
from identity.directory.brake_settings import BrakeSettings
from identity.directory.changes import Change, Outcome, Put, Remove
from identity.directory.gateway import LdapDirectory
from identity.directory.leader import Leadership
from identity.directory.registry import Desired, RowKind, read_desired
from kernel.clock import Clock, office_day
from kernel.database import Database

BATCH_ROWS = {RowKind.ORGANISATION: 2000, RowKind.ACCOUNT: 2000, RowKind.GROUP: 50}
"""Rows read, written and recorded together. Groups are few and may be large."""


@dataclass(slots=True)
class Run:
    """What one run did."""

    written: int = 0
    removed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """How many by reason; each row carries its own."""
    held: Held | None = None
    """What the mass-change brake keeps back."""

    def add(self, phase: Phase, outcomes: Sequence[Outcome]) -> None:
        done = sum(outcome.written for outcome in outcomes)
        if phase.removals:
            self.removed += done
        else:
            self.written += done
        for outcome in outcomes:
            if outcome.code:
                self.refused[outcome.code] = self.refused.get(outcome.code, 0) + 1


class Reconciler:
    """Level-triggered: it looks at what differs, never at what happened.

    Reads a batch in one short transaction, writes it to the directory outside of any, and
    records the revisions it read in another. Killed in between, it writes the batch again.
    """

    def __init__(
        self,
        database: Database,
        directory: LdapDirectory,
        *,
        base_dn: str,
        brake_settings: BrakeSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._directory = directory
        self._base_dn = base_dn
        self._brake_settings = brake_settings
        self._clock = clock
        self._domains: list[str] | None = None
        """Mail domains as last written; None before the first run."""

    def run(self, leader: Leadership, progress: Callable[[Run], None] | None = None) -> Run:
        """Write everything that is due. Raises DirectoryUnavailable, LeadershipLost."""
        run = Run()
        with self._database.transaction() as session:
            run.held = brake.check_brake(session, self._brake_settings, self._clock())
            released_at = brake.released_until(session) if run.held else None
        self._write_domains(leader)
        for phase in PHASES:
            while self._write_batch(phase, run, leader, released_at):
                if progress:
                    progress(run)
        return run

    def look_again(self) -> None:
        """Take nothing for written: the directory was gone and may have come back another."""
        self._domains = None

    def _write_domains(self, leader: Leadership) -> None:
        """Mail servers ask the directory whose mail is ours."""
        with self._database.transaction() as session:
            names = [domain.name for domain in list_domains(session)]
        if names != self._domains:
            leader.confirm()
            self._directory.put_mail_domains(names)
            self._domains = names

    def _write_batch(
        self, phase: Phase, run: Run, leader: Leadership, released_at: datetime | None
    ) -> bool:
        """False when the phase has nothing left that is due."""
        batch = self._read_batch(phase, released_at)
        if not batch:
            return False
        leader.confirm()
        outcomes = self._directory.write([_change(desired, self._base_dn) for desired in batch])
        with self._database.transaction() as session:
            pairs = list(zip(batch, outcomes, strict=True))
            backlog.record_outcomes(session, phase.kind, pairs, self._clock())
        run.add(phase, outcomes)
        return True

    def _read_batch(self, phase: Phase, released_at: datetime | None) -> list[Desired]:
        now, limit = self._clock(), BATCH_ROWS[phase.kind]
        with self._database.transaction() as session:
            # One snapshot: an account closed in between must not slip past the brake.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            ids = backlog.next_rows(session, phase, now, limit, released_at=released_at)
            return read_desired(
                session, phase.kind, ids, today=office_day(now), base_dn=self._base_dn
            )


def _change(desired: Desired, base_dn: str) -> Change:
    if desired.entry:
        return Put(desired.entry, desired.projected_dn)
    # Also when nothing is recorded: an entry may have been written just before we were killed.
    return Remove(desired.projected_dn or base_dn, str(desired.id))
