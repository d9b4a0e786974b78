"""Deletes what is over and served its time, a bounded number of rows in each transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, text

from kernel.database import Database, lift_statement_timeout
from sso.settings import SignOnSettings

BATCH = 5000
BATCH_SECONDS = 120
"""A batch may take so long: the first run after a long time reads whole tables."""

OVER: Mapping[str, str] = {
    "sso_interaction": "expires_at < :yesterday",
    "sso_pushed_request": "expires_at < :yesterday",
    "sso_used_identifier": "expires_at < :yesterday",
    "sso_revoked_token": "expires_at < :yesterday",
    "sso_throttle": "failed_at < :last_week AND free_at < :last_week",
    "sso_known_device": "expires_at < :last_week",
    "sso_signing_key": "withdrawn_at < :last_month",
    "sso_logout_delivery": "coalesce(delivered_at, given_up_at) < :last_month",
    "sso_authorization_code": "expires_at < :yesterday",
    "sso_device_authorization": "expires_at < :yesterday",
    # single logout names the ticket, so it is kept until the service has heard
    "sso_cas_ticket": """expires_at < :yesterday
        AND EXISTS (SELECT FROM sso_participation
            WHERE id = participation_id AND ended_at < :yesterday)
        AND NOT EXISTS (SELECT FROM sso_logout_delivery AS delivery
            WHERE delivery.participation_id = sso_cas_ticket.participation_id
            AND delivered_at IS NULL AND given_up_at IS NULL)""",
    "sso_grant": """least(expires_at, revoked_at) < :last_week
        AND NOT EXISTS (SELECT FROM sso_authorization_code WHERE grant_id = sso_grant.id)
        AND NOT EXISTS (SELECT FROM sso_device_authorization WHERE grant_id = sso_grant.id)""",
    "sso_participation": """
        EXISTS (SELECT FROM sso_session WHERE id = session_id AND ended_at < :history)
        AND NOT EXISTS (SELECT FROM sso_grant WHERE participation_id = sso_participation.id)
        AND NOT EXISTS (SELECT FROM sso_cas_ticket WHERE participation_id = sso_participation.id)
        AND NOT EXISTS (SELECT FROM sso_logout_delivery
            WHERE participation_id = sso_participation.id)""",
    "sso_published_certificate": """NOT EXISTS (SELECT FROM sso_client
        WHERE description ->> 'jwks_uri' = sso_published_certificate.address)""",
    "sso_session": """ended_at < :history
        AND NOT EXISTS (SELECT FROM sso_participation WHERE session_id = sso_session.id)
        AND NOT EXISTS (SELECT FROM sso_interaction WHERE session_id = sso_session.id)
        AND NOT EXISTS (SELECT FROM sso_grant WHERE session_id = sso_session.id)""",
}
"""Table to what may go; in this order, since later ones are referred to by earlier ones."""


def forget_what_is_over(
    database: Database, settings: SignOnSettings, *, now: datetime
) -> dict[str, int]:
    """Table to the number of rows deleted."""
    moments = {
        "yesterday": now - timedelta(days=1),
        "last_week": now - timedelta(days=7),
        "last_month": now - timedelta(days=30),
        "history": now - timedelta(days=settings.session_history_days),
    }
    return {table: _forget(database, table, moments) for table in OVER}


def _forget(database: Database, table: str, moments: Mapping[str, datetime]) -> int:
    statement = text(
        f"""
        DELETE FROM {table} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM {table} WHERE {OVER[table]} LIMIT {BATCH} FOR UPDATE SKIP LOCKED
        ))
        """
    )
    values = {name: moment for name, moment in moments.items() if f":{name}" in OVER[table]}
    total, deleted = 0, BATCH
    while deleted == BATCH:
        with database.transaction() as session:
            lift_statement_timeout(session, seconds=BATCH_SECONDS)
            result = session.execute(statement, values)
            assert isinstance(result, CursorResult)  # noqa: S101  # what a DELETE yields
            deleted = result.rowcount
        total += deleted
    return total
