"""Mailboxes that nobody uses, and since when.

Used is what the strict rate counts: somebody signed in by webmail, read, or sent. Mail programs
that only poll do not count. A mailbox is idle since the latest of: its last use, the day its
status last changed (so who was reinstated begins anew), and the end of a registered leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind, AccountStatus

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
    """Where the person works by the primary appointment, or whose account it is."""
    idle_since: date
    last_used: date | None
    """None when never."""
    hidden: bool

    @property
    def is_pending(self) -> bool:
        return self.status is AccountStatus.PENDING and self.kind is AccountKind.PERSONAL

    def idle_days(self, today: date) -> int:
        return (today - self.idle_since).days


IDLE = text("""
    WITH used AS (
        -- the place of the highest bit is the last day of the month on which it was used
        SELECT account_id, max(month + length(
            ltrim((web_days | read_days | sent_days)::bit(31)::text, '0')
        ) - 1) AS last_used
        FROM mail_admin_usage_month WHERE (web_days | read_days | sent_days) <> 0
        GROUP BY account_id
    ), absent AS (
        SELECT person_id, max(coalesce(valid_to, 'infinity'::date)) AS back
        FROM identity_leave WHERE valid_from <= :today GROUP BY person_id
    ), idle AS (
        SELECT account.id AS account_id, account.login, account.kind, account.status,
            coalesce(person.full_name, account.display_name) AS name,
            address.local_part || '@' || domain.name AS address, person.recovery_email,
            coalesce(appointment.organisation_id, account.organisation_id) AS organisation_id,
            greatest(
                (account.status_changed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
                used.last_used, absent.back
            ) AS idle_since,
            used.last_used, coalesce(person.hidden, false) AS hidden
        FROM identity_account AS account
        JOIN identity_address AS address
            ON address.account_id = account.id AND address.role = 'primary'
        JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
        LEFT JOIN identity_person AS person ON person.id = account.person_id
        LEFT JOIN identity_appointment AS appointment
            ON appointment.person_id = account.person_id AND appointment.is_primary
            AND appointment.valid_from <= :today
            AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
        LEFT JOIN used ON used.account_id = account.id
        LEFT JOIN absent ON absent.person_id = account.person_id
        WHERE account.kind IN ('personal', 'organisation')
            AND account.status IN ('pending', 'active')
    )
    SELECT * FROM idle
    WHERE organisation_id IS NOT NULL AND idle_since <> 'infinity'
        -- what custodians open under their own login has nothing to activate
        AND idle_since <= CASE
            WHEN status = 'pending' AND kind = 'personal' THEN :pending_before
            ELSE :active_before
        END
    ORDER BY organisation_id, name, login
""")


def list_idle(
    session: Session, today: date, *, pending_days: int, active_days: int
) -> list[IdleMailbox]:
    """Pending and active mailboxes idle for at least so many days; nobody who is on leave."""
    parameters = {
        "today": today,
        "pending_before": today - timedelta(days=pending_days),
        "active_before": today - timedelta(days=active_days),
    }
    return [
        IdleMailbox(
            **{**row, "kind": AccountKind(row["kind"]), "status": AccountStatus(row["status"])}
        )
        for row in session.execute(IDLE, parameters).mappings()
    ]


LATEST = text("""
    SELECT max(month + length(ltrim((web_days | read_days | sent_days)::bit(31)::text, '0')) - 1)
    FROM mail_admin_usage_month
    WHERE (web_days | read_days | sent_days) <> 0 AND month >= :since
""")


def is_use_known(session: Session, today: date, silent_after_days: int) -> bool:
    """False when the whole province seems idle: then it is the source that fell silent."""
    if not silent_after_days:
        return True
    earliest = today - timedelta(days=silent_after_days)
    latest: date | None = session.scalar(LATEST, {"since": earliest.replace(day=1)})
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
