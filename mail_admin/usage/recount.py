"""Days and months counted anew from what they were made of, to compare with what is stored.

What is compared is plain SQL of another form than the statement that keeps the rows. Good as
far back as single events are kept.
"""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from mail_admin.usage.ingest import BYTES, MASKS, SUMS
from mail_admin.usage.partitions import month_after

_EVENT_SUMS = ", ".join(
    f"sum(CASE kind WHEN '{kind}' THEN amount ELSE 0 END) AS {name}" for name, kind in SUMS.items()
)
_EVENT_BYTES = ", ".join(
    f"sum(CASE kind WHEN '{kind}' THEN bytes ELSE 0 END) AS {name}" for name, kind in BYTES.items()
)
_COLUMNS = ", ".join([*SUMS, *BYTES])
_TOTALS = ", ".join(f"sum({name})::bigint AS {name}" for name in [*SUMS, *BYTES])

RECOUNTED = f"""
WITH told AS (
    SELECT account_id, day, {_COLUMNS} FROM (
        SELECT account_id, day, {_EVENT_SUMS}, {_EVENT_BYTES}
        FROM mail_admin_usage_event WHERE day >= :first AND day < :after GROUP BY account_id, day
    ) AS events
    UNION ALL
    SELECT account_id, day, {_COLUMNS} FROM mail_admin_usage_import
    WHERE day >= :first AND day < :after
),
sizes AS (
    SELECT DISTINCT ON (account_id, day) account_id, day, bytes AS stored_bytes FROM (
        SELECT account_id, day, at, bytes FROM mail_admin_usage_event
        WHERE kind = 'stored' AND day >= :first AND day < :after
        UNION ALL
        SELECT account_id, day, (day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
            - interval '1 second', stored_bytes
        FROM mail_admin_usage_import
        WHERE stored_bytes IS NOT NULL AND day >= :first AND day < :after
    ) AS measured ORDER BY account_id, day, at DESC, bytes DESC
),
days AS (
    SELECT account_id, day, {_TOTALS}, min(stored_bytes) AS stored_bytes
    FROM told LEFT JOIN sizes USING (account_id, day) GROUP BY account_id, day
)
"""
OF_DAYS = f"SELECT account_id, day, {_COLUMNS}, stored_bytes"
_MASKS = ", ".join(
    f"sum(CASE WHEN {count} > 0 THEN 1 << (extract(day FROM day)::integer - 1) ELSE 0 END)::integer"
    f" AS {mask}"
    for mask, count in MASKS.items()
)
OF_MONTH = f"SELECT account_id, {', '.join([*MASKS, *SUMS])}, stored_bytes"
_MONTH_FROM_DAYS = f"""
SELECT account_id, {_MASKS}, {", ".join(f"sum({name})::bigint AS {name}" for name in SUMS)},
    (array_agg(stored_bytes ORDER BY day DESC) FILTER (WHERE stored_bytes IS NOT NULL))[1]
        AS stored_bytes
FROM days GROUP BY account_id
"""

DIFFERENCES = f"""
{RECOUNTED}, months AS ({_MONTH_FROM_DAYS}),
kept_days AS ({OF_DAYS} FROM mail_admin_usage_day WHERE day >= :first AND day < :after
    AND (({" , ".join([*SUMS, *BYTES])}) <> ({", ".join("0" for _ in [*SUMS, *BYTES])})
        OR stored_bytes IS NOT NULL)),
kept_months AS ({OF_MONTH} FROM mail_admin_usage_month WHERE month = :first
    AND (({" , ".join(SUMS)}) <> ({", ".join("0" for _ in SUMS)}) OR stored_bytes IS NOT NULL)),
day_rows AS ((({OF_DAYS} FROM days) EXCEPT (TABLE kept_days))
    UNION ALL ((TABLE kept_days) EXCEPT ({OF_DAYS} FROM days))),
month_rows AS ((({OF_MONTH} FROM months) EXCEPT (TABLE kept_months))
    UNION ALL ((TABLE kept_months) EXCEPT ({OF_MONTH} FROM months)))
SELECT 'day ' || day_rows::text FROM day_rows UNION ALL SELECT 'month ' || month_rows::text
FROM month_rows
"""


def list_differences(session: Session, month: date) -> list[str]:
    """Rows, of one side or the other, in which a month is not what a recount says."""
    days = {"first": month, "after": month_after(month)}
    return list(session.scalars(text(DIFFERENCES), days))
