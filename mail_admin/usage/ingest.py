"""Counts a batch of events in one statement: the events, the rows of days, the rows of months.

Nothing is counted but what the first part has just inserted, so any order, repetition and
batching gives the same. Several may count at once: everybody locks events, then days, then months,
each in the order of its key, so nobody waits for somebody who waits for him.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from kernel.database import driver_connection, errors_of_sqlalchemy
from mail_admin.usage.events import Counted

SUMS = {
    "web_sign_ins": "web_sign_in",
    "program_sign_ins": "program_sign_in",
    "service_sign_ins": "service_sign_in",
    "failed_sign_ins": "failed_sign_in",
    "sent": "sent",
    "sent_outside": "sent_outside",
    "delivered": "delivered",
    "read": "read",
}
"""Columns and the kinds of events that they add up."""
BYTES = {"sent_bytes": "sent", "delivered_bytes": "delivered"}
MASKS = {
    "web_days": "web_sign_ins",
    "program_days": "program_sign_ins",
    "sent_days": "sent",
    "read_days": "read",
}
"""Columns of months and the counts that set the bit of a day."""
MOST = 2**31 - 1
"""A counter that is full stays full: no event may stop those behind it."""

NEWER = (
    "present.stored_at IS NULL"
    " OR (excluded.stored_at, excluded.stored_bytes) > (present.stored_at, present.stored_bytes)"
)
STORED = f"""
    stored_bytes = CASE WHEN {NEWER} THEN excluded.stored_bytes ELSE present.stored_bytes END,
    stored_at = CASE WHEN {NEWER} THEN excluded.stored_at ELSE present.stored_at END"""


COUNTED = (
    "least(coalesce(sum(amount) FILTER (WHERE kind = '{value}'), 0), {MOST})::integer AS {name}"
)


def _each(columns: Mapping[str, str], form: str) -> str:
    return ", ".join(
        form.format(name=name, value=value, MOST=MOST) for name, value in columns.items()
    )


ADDED = _each(SUMS, "{name} = least(present.{name}::bigint + excluded.{name}, {MOST})::integer")
DAY_COLUMNS = ", ".join([*SUMS, *BYTES, "stored_bytes", "stored_at"])
MONTH_COLUMNS = ", ".join([*MASKS, *SUMS, "stored_bytes", "stored_at"])

APPLY = f"""
days AS (
    INSERT INTO mail_admin_usage_day AS present
        (account_id, day, {DAY_COLUMNS})
    SELECT account_id, day, {DAY_COLUMNS}
    FROM counts ORDER BY account_id, day
    ON CONFLICT (account_id, day) DO UPDATE SET
    {ADDED},
    {_each(BYTES, "{name} = present.{name} + excluded.{name}")},{STORED}
    RETURNING account_id, day, {", ".join(MASKS.values())}
),
bits AS (
    SELECT date_trunc('month', day)::date AS month, account_id,
        {_each(MASKS, "bit_or(CASE WHEN {value} > 0 THEN bit ELSE 0 END) AS {name}")}
    FROM (SELECT *, 1 << (extract(day FROM day)::integer - 1) AS bit FROM days) AS told_days
    GROUP BY 1, 2
),
sums AS (
    SELECT date_trunc('month', day)::date AS month, account_id,
        {_each(SUMS, "least(sum({name}), {MOST})::integer AS {name}")},
        (array_agg(stored_bytes ORDER BY stored_at DESC, stored_bytes DESC)
            FILTER (WHERE stored_at IS NOT NULL))[1] AS stored_bytes,
        max(stored_at) AS stored_at
    FROM counts GROUP BY 1, 2
),
months AS (
    INSERT INTO mail_admin_usage_month AS present
        (month, account_id, {MONTH_COLUMNS})
    SELECT month, account_id, {MONTH_COLUMNS}
    FROM bits JOIN sums USING (month, account_id) ORDER BY month, account_id
    ON CONFLICT (month, account_id) DO UPDATE SET
    {_each(MASKS, "{name} = present.{name} | excluded.{name}")},
    {ADDED},{STORED}
)
"""
"""Adds `counts` (account_id, day and what rows of days have) to days and months."""

COUNT_EVENTS = f"""
WITH fresh AS (
    INSERT INTO mail_admin_usage_event (day, id, at, account_id, kind, amount, bytes, source)
    SELECT day, id, to_timestamp(at), account_id, kind, amount, bytes, %s
    FROM unnest(%s::date[], %s::uuid[], %s::float8[], %s::uuid[], %s::text[], %s::integer[],
        %s::bigint[]) AS told (day, id, at, account_id, kind, amount, bytes)
    ORDER BY day, id
    ON CONFLICT (day, id) DO NOTHING
    RETURNING day, at, account_id, kind, amount, bytes
),
counts AS (
    SELECT account_id, day,
        {_each(SUMS, COUNTED)},
        {_each(BYTES, "coalesce(sum(bytes) FILTER (WHERE kind = '{value}'), 0)::bigint AS {name}")},
        (array_agg(bytes ORDER BY at DESC, bytes DESC) FILTER (WHERE kind = 'stored'))[1]
            AS stored_bytes,
        max(at) FILTER (WHERE kind = 'stored') AS stored_at
    FROM fresh GROUP BY account_id, day
),
{APPLY}
SELECT count(*) FROM fresh
"""


def _array(values: Sequence[object]) -> str:
    """As PostgreSQL writes an array: ids, numbers, days and kinds of ours need no quotes.

    The driver looks at each value for whether it does, a fifth of the time of a batch.
    """
    return "{" + ",".join(map(str, values)) + "}"


def count_events(session: Session, source: str, events: Sequence[Counted]) -> int:
    """How many of them were new. The partitions of their months must be there.

    Raises SQLAlchemy's errors.
    """
    if not events:
        return 0
    columns = [_array(column) for column in zip(*events, strict=True)]
    with errors_of_sqlalchemy("count events"):
        row = driver_connection(session).execute(COUNT_EVENTS, [source, *columns]).fetchone()
    return int(row[0]) if row else 0


def months_of(days: Collection[date]) -> set[date]:
    return {day.replace(day=1) for day in set(days)}
