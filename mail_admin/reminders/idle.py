"""Mailboxes that nobody uses, and since when: those that the report calls dormant, by name.

What use is, who is away and which mailbox is active in the month comes from the statement behind
the report (mail_admin/rate). A mailbox is idle since the latest of: its last use, the day its
status last changed (so who was reinstated begins anew), and the end of a registered leave. One that
counts as active in the running month is not idle, after however few days one asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind, AccountStatus
from mail_admin.rate.mailboxes_sql import PLANNED, mailboxes
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.periods import month_window
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.use import for_locks, used_days
from mail_admin.reminders.claims import DeadAddresses
from mail_admin.usage.last_use import last_day

NEVER = 10**4
"""Days; for what shall not be looked for."""


@dataclass(frozen=True, slots=True)
class IdleMailbox:
    account_id: UUID
    login: str
    kind: AccountKind
    status: AccountStatus
    name: str
    address: str
    recovery_email: str | None
    organisation_id: UUID
    """Where it counts in the report: the person's primary appointment, the present or else the last
    one; whose account it is. `NOWHERE` for who never had one."""
    idle_since: date
    untouched_since: date
    """The same by the signs that locking goes by: never earlier."""
    last_used: date | None
    """None when never."""
    hidden: bool
    on_leave: bool

    @property
    def is_pending(self) -> bool:
        return self.status is AccountStatus.PENDING and self.kind is AccountKind.PERSONAL

    def idle_days(self, today: date) -> int:
        return (today - self.idle_since).days


def reminder_address(mailbox: IdleMailbox, dead: DeadAddresses) -> str | None:
    """Where its person is written to; None where nothing works: the list of the office is left.

    A mailbox that is not activated yet receives too, but nobody can look into it.
    """
    own = None if mailbox.is_pending else mailbox.address
    for address in (mailbox.recovery_email, own):
        if address and not dead.has(mailbox.account_id, address):
            return address
    return None


IDLE = """
{mailboxes}, used AS (
    SELECT account_id, max({last_used}) AS last_used, max({last_touched}) AS last_touched
    FROM mail_admin_usage_month WHERE ({touched}) <> 0 GROUP BY account_id
), resumed AS (
    SELECT *, greatest(
        (status_since AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, returned_on
    ) AS resumed_on
    FROM mailbox
    WHERE (NOT away OR :with_leave) AND NOT active AND status IN ('pending', 'active')
), idle AS (
    SELECT account.id AS account_id, account.login, account.kind, resumed.status,
        coalesce(person.full_name, account.display_name) AS name,
        address.local_part || '@' || domain.name AS address, person.recovery_email,
        coalesce(resumed.place, :nowhere) AS organisation_id,
        greatest(resumed.resumed_on, used.last_used) AS idle_since,
        greatest(resumed.resumed_on, used.last_touched) AS untouched_since,
        used.last_used, coalesce(person.hidden, false) AS hidden,
        resumed.away AS on_leave
    FROM resumed
    JOIN identity_account AS account ON account.id = resumed.account_id
    JOIN identity_address AS address
        ON address.account_id = account.id AND address.role = 'primary'
    JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
    LEFT JOIN identity_person AS person ON person.id = account.person_id
    LEFT JOIN used ON used.account_id = account.id
)
SELECT * FROM idle
WHERE idle_since <= CASE
    WHEN status = 'pending' AND kind = 'personal' THEN :pending_before
    ELSE :active_before
END
ORDER BY organisation_id, name, login
"""


def list_idle(
    session: Session,
    today: date,
    use: UsageRateSettings,
    *,
    pending_days: int,
    active_days: int,
    with_leave: bool = False,
) -> list[IdleMailbox]:
    """Pending and active mailboxes idle for at least so many days; nobody on leave unless asked."""
    session.execute(PLANNED)
    question = mailboxes(month_window(today), today, use)
    signs, touched = used_days(use.active_by), used_days(for_locks(use).active_by)
    statement = IDLE.format(
        mailboxes=question.sql,
        last_used=last_day(signs),
        last_touched=last_day(touched),
        touched=touched,
    )
    parameters = question.values | {
        "tree": [],  # places as they are, not as a tree of a day shows them
        "nowhere": NOWHERE,
        "with_leave": with_leave,
        "pending_before": today - timedelta(days=pending_days),
        "active_before": today - timedelta(days=active_days),
    }
    return [
        IdleMailbox(
            **{**row, "kind": AccountKind(row["kind"]), "status": AccountStatus(row["status"])}
        )
        for row in session.execute(text(statement), parameters).mappings()
    ]


def is_use_known(
    session: Session, today: date, use: UsageRateSettings, silent_after_days: int
) -> bool:
    """False when the whole province seems idle: then it is the source that fell silent."""
    if not silent_after_days:
        return True
    earliest = today - timedelta(days=silent_after_days)
    touched = used_days(for_locks(use).active_by)
    statement = text(
        f"SELECT max({last_day(touched)}) FROM mail_admin_usage_month WHERE month >= :since"
    )
    latest: date | None = session.scalar(statement, {"since": earliest.replace(day=1)})
    return latest is not None and latest > earliest


@dataclass(frozen=True, slots=True)
class Office:
    """Where mail for an organisation goes: its own account, or that of the nearest one above."""

    organisation_id: UUID
    name: str
    address: str


OFFICES = text("""
    WITH RECURSIVE line(start_id, id, parent_id, depth) AS (
        SELECT id, id, parent_id, 0 FROM identity_organisation WHERE id = ANY(:ids)
        UNION ALL
        SELECT line.start_id, above.id, above.parent_id, depth + 1
        FROM line JOIN identity_organisation AS above ON above.id = line.parent_id
    )
    SELECT DISTINCT ON (line.start_id) line.start_id, line.id AS organisation_id,
        organisation.name, address.local_part || '@' || domain.name AS address
    FROM line
    JOIN identity_organisation AS organisation ON organisation.id = line.id
    JOIN identity_account AS account
        ON account.organisation_id = line.id AND account.kind = 'organisation'
        AND account.status <> 'closed'
    JOIN identity_address AS address
        ON address.account_id = account.id AND address.role = 'primary'
    JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
    ORDER BY line.start_id, line.depth, account.created_at, account.login
""")


def offices_of(session: Session, organisation_ids: Sequence[UUID]) -> dict[UUID, Office]:
    """Organisation to where its mail goes; absent when there is no account up to the root."""
    rows = session.execute(OFFICES, {"ids": list(organisation_ids)})
    return {row.start_id: Office(row.organisation_id, row.name, row.address) for row in rows}


PLACE = text("""
    SELECT coalesce(appointment.organisation_id, account.organisation_id)
    FROM identity_account AS account
    LEFT JOIN identity_appointment AS appointment
        ON appointment.person_id = account.person_id AND appointment.is_primary
        AND appointment.valid_from <= :today
        AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
    WHERE account.id = :id
""")


def find_place(session: Session, account_id: UUID, today: date) -> UUID | None:
    """Where the person of an account works, or whose account it is."""
    place: UUID | None = session.scalar(PLACE, {"id": account_id, "today": today})
    return place
