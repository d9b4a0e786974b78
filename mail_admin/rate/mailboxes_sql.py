"""The SQL that looks at every mailbox of a window at once: days in service, active days, place.

Days are bits: one number holds those of a window, so that "in service and used" is one `&` and
counting is one `bit_count`. Of a province, periods, leave, appointments and months of usage are
each read once and hashed together; nothing is asked per mailbox. Of a few organisations, the same
text behind `chosen` asks indexes. What it takes is in docs/performance.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.database import uuid_array
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.periods import MonthPart, Window, midnight, month_parts
from mail_admin.rate.settings import ServiceRule, Sign, UsageRateSettings
from mail_admin.rate.standing_sql import STANDING_OF_ALL, STANDING_OF_CHOSEN
from mail_admin.rate.use import MASKS, used_days

RECENT = (7, 30, 60, 90)
"""Days up to the reference day: weekly active and dormant."""
DORMANT = (30, 60, 90)
NEARLY_FULL = 0.8
COUNTS = ("sent", "sent_outside", "delivered", "read")


PLANNED = text("""
SELECT set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('join_collapse_limit', '1', true),
    set_config('parallel_setup_cost', '15000', true), set_config('work_mem', '64MB', true)
""")
"""Said before the statement. Compiling it took longer than running it; the organisations it binds
are hashed only where the planner sees them; and its joins stand in the order that is best for all
and for few, so that looking for another one takes longer than asking about an organisation.
Where starting processes looks cheap, each of its parts gets some of its own, and then the whole
cannot have any; what is grouped is thought to be larger than it is, and would be sorted."""


@dataclass(frozen=True, slots=True)
class Question:
    """Common table expressions that end in `mailbox`, a row for each, with what they bind."""

    sql: str
    values: dict[str, Any]


OF_ORGANISATIONS = """
SELECT account.id, account.login, account.kind, account.person_id, account.organisation_id
FROM identity_account AS account JOIN (
    SELECT DISTINCT person_id FROM identity_appointment
    WHERE organisation_id = ANY(:wanted) AND is_primary
) AS ever_there USING (person_id)
UNION ALL
SELECT id, login, kind, person_id, organisation_id FROM identity_account
WHERE organisation_id = ANY(:wanted) AND kind = 'organisation'
"""
"""Whoever may count there: who ever was there, and what is its own."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Accounts that are asked about, instead of all."""

    sql: str
    """Selects `id`, `kind`, `person_id` and `organisation_id`."""
    values: Mapping[str, Any]

    @classmethod
    def of_organisations(cls, ids: Sequence[UUID]) -> "Chosen":
        """Whose mailboxes may count there; some of them may count elsewhere."""
        return cls(OF_ORGANISATIONS, {"wanted": uuid_array(ids)})

    @classmethod
    def accounts(cls, ids: Sequence[UUID]) -> "Chosen":
        these = "SELECT * FROM identity_account WHERE id = ANY(:accounts)"
        return cls(these, {"accounts": uuid_array(ids)})


# OFFSET keeps what is computed here from being computed again wherever it is named; unlike
# MATERIALIZED it copies nothing and lets several processes do it, if it is a constant (as '0' is)
FACTS = """
facts AS (
    SELECT account.id AS account_id, account.kind, account.person_id,
        CASE WHEN account.kind = 'personal'
            THEN coalesce({here}, {former}) ELSE account.organisation_id END AS place,
        CASE WHEN {earlier} <> {here} THEN {earlier} END AS moved_from,
        {here} IS NOT NULL AS on_the_rolls,
        {status} AS status,
        {began_at} AS status_since,
        {serving} & ~coalesce(away.mask, 0) AS service_days,
        coalesce(away.mask, 0) & :reference_bit <> 0 AS away,
        back.returned_on,
        {masks},
        ({used_7}) <> 0 AS used_7,
        CASE WHEN ({used_30}) <> 0 THEN 0 WHEN ({used_60}) <> 0 THEN 30
            WHEN ({used_90}) <> 0 THEN 60 ELSE 90 END AS unused_days,
        coalesce(coalesce({stored}) > :nearly_full * mailbox.quota_bytes, false) AS nearly_full,
        {counts}
    FROM {joined}
    LEFT JOIN identity_mailbox AS mailbox ON mailbox.account_id = account.id
    LEFT JOIN away ON away.person_id = account.person_id
    LEFT JOIN back ON back.person_id = account.person_id
    {months}
    {volume}
    WHERE account.kind <> 'service' AND {exists}
    OFFSET '0'
)
"""

JUDGED = """
placed AS (
    SELECT *,
        CASE WHEN place = ANY(:tree) THEN place ELSE :nowhere END AS organisation_id,
        bit_count(service_days::bit(64))::int AS days_in_service,
        bit_count((({signs}) & service_days)::bit(64))::int AS active_days
    FROM facts OFFSET '0'
),
counted AS (
    SELECT *,
        days_in_service >= :minimum_days AS in_service,
        days_in_service >= :minimum_days AND active_days >= :minimum_active AS active,
        -- what custodians open under their own login has nothing to activate
        (status = 'active' OR status = 'pending' AND kind = 'organisation') AND NOT away AS watched
    FROM placed
),
mailbox AS (
    SELECT *,
        in_service AND NOT active AND program_days & service_days <> 0 AS polling_only,
        away AND status IN ('pending', 'active') AS on_leave,
        CASE WHEN NOT watched OR active THEN 0
            {dormant}
            ELSE 0 END AS dormant_days
    FROM counted
)
"""
DORMANCY = """
            WHEN unused_days >= {length} AND status_since < :known_{length}
                AND coalesce(returned_on <= :back_{length}, true) THEN {length}"""


def mailboxes(
    window: Window,
    reference_day: date,
    settings: UsageRateSettings,
    chosen: Chosen | None = None,
) -> Question:
    """Every mailbox that existed in the window; `:tree` binds the organisations that did.

    With `chosen` those of them alone: what is said of each is the same.
    """
    parts = month_parts(window, reference_day, RECENT)
    signs = sorted(set(settings.active_by))
    values = _values(window, reference_day, settings) | _bits_of_months(parts)
    of_whom = STANDING_OF_ALL
    if chosen is not None:
        standing = STANDING_OF_CHOSEN["standing"].format(chosen=chosen.sql)
        of_whom = {**STANDING_OF_CHOSEN, "standing": standing}
        values |= chosen.values
    parts_of_it = {**of_whom} | _of_months(parts, signs) | _counts(window, len(parts), of_whom)
    parts_of_it["signs"] = used_days(signs)
    dormant = "".join(DORMANCY.format(length=length) for length in reversed(DORMANT))
    parts_of_it["dormant"] = dormant.strip()
    sql = f"WITH {{standing}}, {FACTS}, {JUDGED}"
    return Question(sql.format(**parts_of_it), values)


def _values(window: Window, reference_day: date, settings: UsageRateSettings) -> dict[str, Any]:
    return {
        "start": window.starts_on,
        "end": window.ends_on,
        "start_at": midnight(window.starts_on),
        "end_at": midnight(window.ends_on),
        "days": window.days,
        "reference": reference_day,
        "reference_bit": 1 << (reference_day - window.starts_on).days,
        "all_days": (1 << window.days) - 1,
        **{
            # the status began at least so many days ago
            f"known_{length}": midnight(reference_day - timedelta(days=length - 1))
            for length in DORMANT
        },
        **{f"back_{length}": reference_day - timedelta(days=length) for length in DORMANT},
        "minimum_days": _minimum_days(settings),
        "minimum_active": settings.minimum_active_days,
        "nearly_full": NEARLY_FULL,
        "nowhere": NOWHERE,
    }


def _bits_of_months(parts: Sequence[MonthPart]) -> dict[str, Any]:
    """Which month each join is of, and which of its days are recent."""
    values: dict[str, Any] = {}
    for number, part in enumerate(parts):
        values[f"month_{number}"] = part.month
        for days, bits in zip(RECENT, part.recent, strict=True):
            values[f"recent_{days}_{number}"] = bits
    return values


def _of_months(parts: Sequence[MonthPart], signs: Sequence[Sign]) -> dict[str, str]:
    """The joins of the months, and the expressions that put their columns together."""
    inside = [(number, part.shift) for number, part in enumerate(parts) if part.in_window]
    masks = [
        f"({' | '.join(_shifted(f'month_{number}.{column}', shift) for number, shift in inside)})"
        f" & :all_days AS {column}"
        for column in MASKS.values()
    ]
    used = {
        f"used_{days}": " | ".join(
            f"({_any_sign(number, signs)} & :recent_{days}_{number})"
            for number, part in enumerate(parts)
            if part.recent[place]
        )
        for place, days in enumerate(RECENT)
    }
    joins = [
        f"LEFT JOIN mail_admin_usage_month AS month_{number}"
        f" ON month_{number}.month = :month_{number} AND month_{number}.account_id = account.id"
        for number in range(len(parts))
    ]
    return used | {
        "masks": ", ".join(masks),
        "stored": ", ".join(f"month_{number}.stored_bytes" for number, _ in inside),
        "months": "\n".join(joins),
    }


def _minimum_days(settings: UsageRateSettings) -> int:
    if settings.service_rule is ServiceRule.PRO_RATA:
        return 1
    return settings.minimum_days_in_service


def _any_sign(number: int, signs: Sequence[Sign]) -> str:
    return f"coalesce({used_days(signs, f'month_{number}')}, 0)"


def _shifted(column: str, places: int) -> str:
    value = f"coalesce({column}, 0)::bigint"
    return f"({value} << {places})" if places >= 0 else f"({value} >> {-places})"


def _counts(window: Window, months: int, of_whom: Mapping[str, str]) -> dict[str, str]:
    """Columns of what was sent and received, and the join they need.

    A month's are in its row; those of other windows are added up from the days.
    """
    if window.is_month:
        assert months  # noqa: S101  # the first one is the window itself
        columns = ", ".join(f"coalesce(month_0.{name}, 0) AS {name}" for name in COUNTS)
        return {"counts": columns, "volume": ""}
    sums = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
    join = (
        f"LEFT JOIN (SELECT account_id, {sums} FROM mail_admin_usage_day"
        f" WHERE day >= :start AND day < :end {of_whom['of_accounts']} GROUP BY account_id"
        ") AS volume ON volume.account_id = account.id"
    )
    columns = ", ".join(f"coalesce(volume.{name}, 0) AS {name}" for name in COUNTS)
    return {"counts": columns, "volume": join}
