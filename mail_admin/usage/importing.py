"""Takes daily counts from a file. What a source told of a day before is replaced as a whole."""

import enum
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor
from kernel.clock import Clock, office_day
from kernel.database import Database, copy_rows, driver_connection, lift_statement_timeout
from mail_admin.usage.accounts import Accounts
from mail_admin.usage.csv_file import Fault, Parsed, Row, parse
from mail_admin.usage.errors import UsageSourceInvalid
from mail_admin.usage.ingest import APPLY, BYTES, MASKS, SUMS, months_of
from mail_admin.usage.partitions import KEPT_LONG, Partitions, month_after, month_of
from mail_admin.usage.settings import UsageSettings

SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
RESERVED = frozenset({"dovecot", "postfix"})
NAMES_AT_ONCE = 5000
APPLY_SECONDS = 900
COUNTS = (*SUMS, *BYTES)
END_OF_DAY = "((day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' - interval '1 second')"

TELL = f"""
CREATE TEMPORARY TABLE usage_told (account_id uuid, day date,
    {", ".join(f"{name} bigint" for name in COUNTS)}, stored_bytes bigint) ON COMMIT DROP
"""
COMPARE = f"""
CREATE TEMPORARY TABLE usage_change ON COMMIT DROP AS
SELECT account_id, day, new.account_id IS NULL AS is_withdrawn,
    {", ".join(f"coalesce(new.{c}, 0) - coalesce(old.{c}, 0) AS {c}" for c in COUNTS)},
    old.stored_bytes AS old_stored, new.stored_bytes AS new_stored
FROM (SELECT account_id, day, {", ".join(f"{c}::bigint" for c in COUNTS)}, stored_bytes
      FROM mail_admin_usage_import
      WHERE source = %s AND day = ANY(%s)) AS old
    FULL JOIN usage_told AS new USING (account_id, day)
WHERE old IS DISTINCT FROM new
"""
WITHDRAW = """
DELETE FROM mail_admin_usage_import AS old USING usage_change AS change
WHERE old.source = %s AND old.day = change.day AND old.account_id = change.account_id
"""
STORE = f"""
INSERT INTO mail_admin_usage_import (source, account_id, day, {", ".join(COUNTS)}, stored_bytes)
SELECT %s, account_id, day, {", ".join(f"told.{name}" for name in COUNTS)}, told.stored_bytes
FROM usage_told AS told JOIN usage_change AS change USING (account_id, day)
"""
ADD = f"""
WITH counts AS (
    SELECT account_id, day, {", ".join(f"{name}::integer" for name in SUMS)},
        {", ".join(BYTES)}, new_stored AS stored_bytes,
        CASE WHEN new_stored IS NOT NULL THEN {END_OF_DAY} END AS stored_at
    FROM usage_change
),
{APPLY}
SELECT count(*) FROM days
"""
CORRECT_SIZES = (
    f"""
    UPDATE mail_admin_usage_day AS kept
    SET stored_bytes = coalesce(change.new_stored, measured.bytes),
        stored_at = CASE WHEN change.new_stored IS NULL THEN measured.at ELSE kept.stored_at END
    FROM usage_change AS change LEFT JOIN (
        SELECT DISTINCT ON (account_id, day) account_id, day, at, bytes
        FROM mail_admin_usage_event WHERE kind = 'stored' AND day = ANY(%s)
        ORDER BY account_id, day, at DESC, bytes DESC
    ) AS measured USING (account_id, day)
    WHERE kept.account_id = change.account_id AND kept.day = change.day AND kept.day = ANY(%s)
        AND change.old_stored IS NOT NULL
        AND kept.stored_at = (SELECT {END_OF_DAY} FROM (SELECT change.day) AS of (day))
    """,
    """
    UPDATE mail_admin_usage_month AS kept
    SET stored_bytes = latest.stored_bytes, stored_at = latest.stored_at
    FROM (
        SELECT DISTINCT ON (changed.month, changed.account_id) changed.month, changed.account_id,
            told.stored_bytes, told.stored_at
        FROM (SELECT DISTINCT date_trunc('month', day)::date AS month, account_id
              FROM usage_change WHERE old_stored IS NOT NULL) AS changed
        LEFT JOIN mail_admin_usage_day AS told ON told.account_id = changed.account_id
            AND told.day >= changed.month AND told.day < changed.month + interval '1 month'
            AND told.stored_at IS NOT NULL
        ORDER BY changed.month, changed.account_id, told.stored_at DESC NULLS LAST
    ) AS latest
    WHERE kept.month = latest.month AND kept.account_id = latest.account_id
    """,
)
EMPTY = ", ".join(
    f"bit_or(CASE WHEN told.{count} = 0 THEN 1 << (extract(day FROM day)::integer - 1) ELSE 0 END)"
    f" AS {mask}"
    for mask, count in MASKS.items()
)
CLEAR_BITS = f"""
UPDATE mail_admin_usage_month AS kept
SET {", ".join(f"{mask} = kept.{mask} & ~empty.{mask}" for mask in MASKS)}
FROM (
    SELECT date_trunc('month', day)::date AS month, account_id,
        {EMPTY}
    FROM mail_admin_usage_day AS told JOIN (
        SELECT account_id, day FROM usage_change
        WHERE least({", ".join(MASKS.values())}) < 0
    ) AS change USING (account_id, day)
    GROUP BY 1, 2
) AS empty
WHERE kept.month = empty.month AND kept.account_id = empty.account_id
"""


class UsageAuditTag(enum.StrEnum):
    IMPORTED = "usage:imported"
    """Daily counts from a file; the details say of which source and days."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file changes, or would change."""

    rows: int
    days: int
    changed: int
    """Mailboxes on days of which something else was told before, or nothing."""
    withdrawn: int
    """Of them those of which the source told before and tells nothing any more."""
    totals: dict[str, int]
    """Of the file, by column."""
    faults: list[Fault] = field(default_factory=list)
    is_written: bool = False


def checked_source(name: str) -> str:
    """Raises UsageSourceInvalid."""
    if not SOURCE_NAME.fullmatch(name) or name in RESERVED:
        raise UsageSourceInvalid(name)
    return name


class UsageImporter:
    def __init__(self, database: Database, settings: UsageSettings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def run(
        self,
        actor: Actor,
        lines: Iterable[bytes],
        source: str,
        basis: audit.Basis,
        *,
        dry_run: bool = False,
    ) -> Outcome:
        """With faults nothing is written; a repeated file changes nothing, nor the audit trail.

        Raises UsageSourceInvalid, UsageFileInvalid.
        """
        checked_source(source)
        parsed, told = self._understood(lines)
        days = sorted({row.day for row in parsed.rows})
        totals = Counter(
            {
                name: sum(row.counts[place] for row in parsed.rows)
                for place, name in enumerate(COUNTS)
            }
        )
        if parsed.faults:
            return Outcome(len(parsed.rows), len(days), 0, 0, totals, parsed.faults)
        Partitions(self._database).ensure(months_of(days), KEPT_LONG)
        with self._database.transaction() as session:
            changed, withdrawn = _compare(session, source, days, told)
            if changed and not dry_run:
                _apply(session, source, days)
                audit.record(
                    session,
                    actor,
                    UsageAuditTag.IMPORTED,
                    None,
                    basis,
                    source=source,
                    first_day=days[0].isoformat(),
                    last_day=days[-1].isoformat(),
                    rows=len(parsed.rows),
                    changed=changed,
                )
        return Outcome(
            len(parsed.rows), len(days), changed, withdrawn, totals, is_written=not dry_run
        )

    def _understood(self, lines: Iterable[bytes]) -> tuple[Parsed, dict[tuple[str, date], Row]]:
        """What the file says, with more faults where a mailbox is unknown or told of twice."""
        today = office_day(self._clock())
        first = month_after(month_of(today), -self._settings.retention.day_months)
        parsed = parse(lines, first=first, last=today)
        known = self._accounts({row.mailbox for row in parsed.rows})
        told: dict[tuple[str, date], Row] = {}
        for row in parsed.rows:
            account_id = known.get(row.mailbox)
            if account_id is None:
                parsed.faults.append(Fault(row.line, "mailbox", "mailbox"))
            elif (account_id, row.day) in told:
                parsed.faults.append(Fault(row.line, "repeated", "mailbox"))
            else:
                told[account_id, row.day] = row
        parsed.faults.sort()
        return parsed, told

    def _accounts(self, names: set[str]) -> dict[str, str]:
        accounts, ordered = Accounts(), sorted(names)
        known: dict[str, str] = {}
        for begin in range(0, len(ordered), NAMES_AT_ONCE):
            part = ordered[begin : begin + NAMES_AT_ONCE]
            with self._database.transaction() as session:
                known.update(accounts.learn(session, dict.fromkeys(part, 0.0)))
        return known


def _compare(
    session: Session, source: str, days: list[date], told: dict[tuple[str, date], Row]
) -> tuple[int, int]:
    lift_statement_timeout(session, seconds=APPLY_SECONDS)
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('usage import ' || :source, 0))"),
        {"source": source},
    )
    cursor = driver_connection(session)
    cursor.execute(TELL.encode())
    copy_rows(session, "usage_told", ("account_id", "day", *COUNTS, "stored_bytes"), _values(told))
    cursor.execute("ANALYZE usage_told")
    cursor.execute(COMPARE.encode(), [source, days])
    cursor.execute("ANALYZE usage_change")
    row = cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE is_withdrawn) FROM usage_change"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _values(told: dict[tuple[str, date], Row]) -> Iterator[tuple[Any, ...]]:
    """A row that says nothing is as good as none; its day still is a day of the file."""
    for (account_id, day), row in told.items():
        if any(row.counts) or row.stored is not None:
            yield (account_id, day, *row.counts, row.stored)


def _apply(session: Session, source: str, days: list[date]) -> None:
    """Days and months are locked in the order in which everybody locks them (ingest.py)."""
    cursor = driver_connection(session)
    cursor.execute(WITHDRAW, [source])
    cursor.execute(STORE.encode(), [source])
    cursor.execute(ADD.encode())
    cursor.execute(CORRECT_SIZES[0].encode(), [days, days])
    cursor.execute(CORRECT_SIZES[1].encode())
    cursor.execute(CLEAR_BITS.encode())
