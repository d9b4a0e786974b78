"""A PostgreSQL with mailboxes in it, for the benchmark of their use."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.support.installation import Installation, installation

ACCOUNTS = text("""
INSERT INTO identity_account
    (id, kind, login, display_name, status, status_changed_at, created_at, password_must_change,
     revision, projected_revision)
SELECT gen_random_uuid(), 'service', 'canbo' || number, 'Cán bộ ' || number, 'pending', now(),
    now(), false, 1, 1
FROM generate_series(1, :count) AS number
""")


@dataclass(frozen=True, slots=True)
class UsageStage:
    installation: Installation
    folder: Path
    mailboxes: int
    events: int
    """Of the section about ingestion."""


@contextmanager
def usage_stage(folder: Path, *, mailboxes: int, events: int) -> Iterator[UsageStage]:
    """`mailboxes` accounts with the logins canbo1, canbo2 …; nothing is known of their use yet."""
    with installation(folder, ("postgres",)) as ours:
        with ours.services.database.transaction() as session:
            session.execute(ACCOUNTS, {"count": mailboxes})
        with ours.services.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            plain.execute(text("VACUUM ANALYZE identity_account"))
        yield UsageStage(ours, folder, mailboxes, events)
