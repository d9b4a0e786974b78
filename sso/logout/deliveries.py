"""The rows of what clients must hear: claimed for a while, then settled or put off.

All times are the database's own, which every courier shares and the triggers write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from sso.logout.messengers import Farewell
from sso.logout.models import LogoutDelivery, LogoutProtocol
from sso.sessions.models import Participation

GIVEN_UP_AFTER_HOURS = 24
LONGEST_PAUSE_SECONDS = 3600

OPEN = LogoutDelivery.delivered_at.is_(None) & LogoutDelivery.given_up_at.is_(None)
DUE = OPEN & (LogoutDelivery.due_at <= func.now())

PAUSE = f"""make_interval(secs => least({LONGEST_PAUSE_SECONDS}, power(2, least(attempts, 20) - 1))
    * (0.75 + random() / 2))"""
"""1, 2, 4 seconds and so on, blurred so that rows that failed together come back apart."""

CLAIM = text(
    """
    WITH claimed AS MATERIALIZED (
        SELECT due.id, participation.id AS participation_id, participation.account_id
        FROM sso_logout_delivery AS due
        JOIN sso_participation AS participation ON participation.id = due.participation_id
        WHERE due.delivered_at IS NULL AND due.given_up_at IS NULL AND due.due_at <= now()
            AND participation.client_id = :client_id AND due.host = :host
        ORDER BY due.due_at DESC  -- who left just now, before what was tried in vain
        LIMIT :most FOR UPDATE OF due SKIP LOCKED
    )
    UPDATE sso_logout_delivery AS delivery
    SET attempts = attempts + 1, due_at = now() + make_interval(secs => :lease)
    FROM claimed WHERE delivery.id = claimed.id
    RETURNING delivery.id, delivery.protocol, claimed.participation_id, claimed.account_id,
        delivery.ticket_id, delivery.refusals
    """
)
DELIVERED = text(
    """
    UPDATE sso_logout_delivery SET delivered_at = now(), last_error = NULL
    WHERE id = :id AND delivered_at IS NULL
    """
)
PUT_OFF = text(
    f"""
    UPDATE sso_logout_delivery SET last_error = :code, due_at = now() + {PAUSE},
        refusals = refusals + CAST(:refused AS integer), given_up_at = CASE
            WHEN :final OR created_at <= now() - interval '{GIVEN_UP_AFTER_HOURS} hours' THEN now()
        END
    WHERE id = ANY(:ids) AND delivered_at IS NULL
    """
)
PUT_OFF_LISTENER = text(
    f"""
    UPDATE sso_logout_delivery SET attempts = attempts + 1, due_at = now() + {PAUSE}
    WHERE id IN (
        SELECT due.id FROM sso_logout_delivery AS due
        JOIN sso_participation AS participation ON participation.id = due.participation_id
        WHERE due.delivered_at IS NULL AND due.given_up_at IS NULL AND due.due_at <= now()
            AND participation.client_id = :client_id AND due.host = :host
        FOR UPDATE OF due SKIP LOCKED
    )
    """
)
RELEASE = text("UPDATE sso_logout_delivery SET due_at = now() WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Listener:
    """Whatever answers, or not, for everything that it has to hear."""

    client_id: UUID
    host: str = ""
    """Of CAS services; OpenID Connect has one address for each client."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Ours to deliver until the lease is over."""

    id: UUID
    protocol: LogoutProtocol
    farewell: Farewell
    refusals: int
    """Attempts before this one that the client answered with 400."""


def due_listeners(session: Session) -> dict[Listener, int]:
    """How many deliveries are due to whom, whoever waits longest first."""
    statement = (
        select(Participation.client_id, LogoutDelivery.host, func.count())
        .join(LogoutDelivery, LogoutDelivery.participation_id == Participation.id)
        .where(DUE)
        .group_by(Participation.client_id, LogoutDelivery.host)
        .order_by(func.min(LogoutDelivery.due_at))
    )
    return {Listener(row[0], row[1]): row[2] for row in session.execute(statement)}


def claim(
    session: Session, listener: Listener, *, most: int, lease_seconds: float
) -> list[Claimed]:
    values = {**_named(listener), "most": most, "lease": lease_seconds}
    return [
        Claimed(
            row.id,
            LogoutProtocol(row.protocol),
            Farewell(row.participation_id, row.account_id, row.ticket_id),
            row.refusals,
        )
        for row in session.execute(CLAIM, values)
    ]


def _named(listener: Listener) -> dict[str, object]:
    return {"client_id": listener.client_id, "host": listener.host}


def settle(session: Session, delivery_id: UUID) -> None:
    session.execute(DELIVERED, {"id": delivery_id})


def put_off(
    session: Session, ids: Sequence[UUID], code: str, *, final: bool = False, refused: bool = False
) -> None:
    """Try again later, and not at all when it is final or has been tried for a day."""
    values = {"ids": list(ids), "code": code, "final": final, "refused": refused}
    session.execute(PUT_OFF, values)


def put_off_listener(session: Session, listener: Listener) -> None:
    """It does not answer: one attempt in vain counts for everything that it has to hear."""
    session.execute(PUT_OFF_LISTENER, _named(listener))


def release(session: Session, ids: Sequence[UUID]) -> None:
    """Somebody else may have them at once."""
    session.execute(RELEASE, {"ids": list(ids)})


def count_undelivered(session: Session) -> int:
    """What clients have still to hear."""
    return session.scalar(select(func.count()).select_from(LogoutDelivery).where(OPEN)) or 0
