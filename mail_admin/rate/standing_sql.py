"""What an account was in a window, and where: of everybody, or looked up for those chosen.

Both say the same. Of everybody, tables are read once and hashed, and what is rarely needed is kept
apart; of a few, everything about one account comes of one look into an index.
"""

from collections.abc import Mapping

STATUS_DAYS = """
    SELECT account_id,
        bit_or(CASE WHEN status IN ('pending', 'active') THEN mask ELSE 0 END) AS serving,
        max(CASE WHEN mask & :reference_bit <> 0 THEN status END) AS status,
        max(CASE WHEN mask & :reference_bit <> 0 THEN began_at END) AS began_at
    FROM (
        SELECT account_id, status, began_at, (1::bigint << high) - (1::bigint << low) AS mask
        FROM (
            SELECT account_id, status, began_at,
                CASE WHEN began_at < :start_at THEN 0
                    ELSE (began_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - :start END AS low,
                CASE WHEN ended_at IS NULL OR ended_at >= :end_at THEN :days
                    ELSE (ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - :start END AS high
            FROM {periods}
            WHERE began_at < :end_at AND (ended_at IS NULL OR ended_at >= :start_at) {which}
        ) AS ranges WHERE high > low
    ) AS status_days
    GROUP BY account_id HAVING bool_or(status <> 'closed')
"""
LEAVE = """
away AS (
    SELECT person_id, bit_or((1::bigint << high) - (1::bigint << low)) AS mask
    FROM (
        SELECT person_id, greatest(valid_from - :start, 0) AS low,
            least(coalesce(valid_to, :end) - :start, :days) AS high
        FROM identity_leave
        WHERE valid_from < :end AND (valid_to IS NULL OR valid_to > :start) {of_persons}
    ) AS ranges GROUP BY person_id
),
back AS (
    -- the first day after the last leave that is over
    SELECT person_id, max(valid_to) AS returned_on FROM identity_leave
    WHERE valid_from <= :reference AND valid_to <= :reference {of_persons}
    GROUP BY person_id
)
"""

STEADY = """
steady AS ( -- nearly all had one status all the time; only the others are added up
    SELECT account_id, status, began_at,
        CASE WHEN status IN ('pending', 'active') THEN :all_days ELSE 0 END::bigint AS serving
    FROM identity_account_period
    WHERE began_at <= :start_at AND (ended_at IS NULL OR ended_at >= :end_at)
        AND status <> 'closed'
),
changed AS ({status_days})
"""
UNSTEADY = "AND NOT (began_at <= :start_at AND (ended_at IS NULL OR ended_at >= :end_at))"
# "former" is the last of those that are over, without an aggregate, which would be computed again
# by each process; "IS NOT FALSE" keeps persons from being looked for in the GiST index of what must
# not overlap, which takes ten times as long as the other one and is thought to take as long
PLACES = """
here AS (
    SELECT person_id, organisation_id FROM identity_appointment
    WHERE is_primary IS NOT FALSE AND valid_from <= :reference
        AND (valid_to IS NULL OR valid_to > :reference)
),
earlier AS (
    SELECT person_id, organisation_id FROM identity_appointment
    WHERE is_primary IS NOT FALSE AND valid_from <= :start
        AND valid_to > :start AND valid_to <= :reference
),
former AS (
    SELECT person_id, organisation_id FROM identity_appointment AS past
    WHERE is_primary IS NOT FALSE AND valid_from <= :reference AND valid_to <= :reference
        AND NOT EXISTS (
            SELECT FROM identity_appointment AS later
            WHERE later.person_id = past.person_id AND later.is_primary IS NOT FALSE
                AND later.valid_from <= :reference AND later.valid_to <= :reference
                AND (later.valid_from, later.valid_to, later.id)
                    > (past.valid_from, past.valid_to, past.id)
        )
)
"""
STANDING_OF_ALL: Mapping[str, str] = {
    "standing": ",".join(
        (
            STEADY.format(
                status_days=STATUS_DAYS.format(periods="identity_account_period", which=UNSTEADY)
            ),
            LEAVE.format(of_persons=""),
            PLACES,
        )
    ),
    "of_accounts": "",
    "joined": """identity_account AS account
    LEFT JOIN steady ON steady.account_id = account.id
    LEFT JOIN changed ON changed.account_id = account.id
    LEFT JOIN here ON here.person_id = account.person_id
    LEFT JOIN earlier ON earlier.person_id = account.person_id
    LEFT JOIN former ON former.person_id = account.person_id AND here.person_id IS NULL""",
    "exists": "(steady.account_id IS NOT NULL OR changed.account_id IS NOT NULL)",
    "status": "coalesce(steady.status, changed.status)",
    "began_at": "coalesce(steady.began_at, changed.began_at)",
    "serving": "coalesce(steady.serving, changed.serving)",
    "here": "here.organisation_id",
    "earlier": "earlier.organisation_id",
    "former": "former.organisation_id",
}

# in the order of accounts neighbours are looked up after each other in every index
CHOSEN = """
chosen AS MATERIALIZED (SELECT * FROM ({chosen}) AS whoever ORDER BY id),
period AS (
    SELECT period.* FROM chosen JOIN identity_account_period AS period ON account_id = chosen.id
),
stood AS ({status_days}),
placed_at AS (
    SELECT person_id,
        (array_agg(at.organisation_id) FILTER (
            WHERE valid_to IS NULL OR valid_to > :reference))[1] AS here,
        (array_agg(at.organisation_id) FILTER (
            WHERE valid_from <= :start AND valid_to > :start AND valid_to <= :reference
        ))[1] AS earlier,
        (array_agg(at.organisation_id ORDER BY valid_from DESC, valid_to DESC, at.id DESC)
            FILTER (WHERE valid_to <= :reference))[1] AS former
    FROM chosen JOIN identity_appointment AS at USING (person_id)
    WHERE is_primary IS NOT FALSE AND valid_from <= :reference
    GROUP BY person_id
)
"""
STANDING_OF_CHOSEN: Mapping[str, str] = {
    "standing": ",".join(
        (
            CHOSEN.format(
                chosen="{chosen}", status_days=STATUS_DAYS.format(periods="period", which="")
            ),
            LEAVE.format(of_persons="AND person_id IN (SELECT person_id FROM chosen)"),
        )
    ),
    "of_accounts": "AND account_id IN (SELECT id FROM chosen)",
    "joined": """chosen AS account
    LEFT JOIN stood ON stood.account_id = account.id
    LEFT JOIN placed_at ON placed_at.person_id = account.person_id""",
    "exists": "stood.account_id IS NOT NULL",
    "status": "stood.status",
    "began_at": "stood.began_at",
    "serving": "stood.serving",
    "here": "placed_at.here",
    "earlier": "placed_at.earlier",
    "former": "placed_at.former",
}
