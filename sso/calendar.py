"""Appointments and custodians whose day has come: systems hear of it without an edit.

Edits themselves are noticed by triggers (migration 0006). What was begun after the day is right
already and is left alone, so repeating it changes nothing.
"""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

LOOK_BACK_DAYS = 7
"""A worker that was down for a weekend catches up."""

CHANGES = """
    CROSS JOIN LATERAL (VALUES (valid_from), (valid_to)) AS change(day)
    CROSS JOIN LATERAL (
        SELECT CAST(change.day AS timestamp) AT TIME ZONE 'Asia/Ho_Chi_Minh' AS moment
    ) AS begun
"""
PEOPLE = text(
    f"""
    SELECT sso_people_moved(array_agg(DISTINCT account.person_id))
    FROM identity_appointment AS appointment
    JOIN identity_account AS account ON account.person_id = appointment.person_id
    {CHANGES}
    WHERE change.day BETWEEN :since AND :until AND (
        EXISTS (
            SELECT FROM sso_session JOIN sso_participation AS entered
                ON entered.session_id = sso_session.id
            WHERE sso_session.account_id = account.id AND sso_session.ended_at IS NULL
                AND entered.ended_at IS NULL AND entered.started_at < begun.moment
        ) OR EXISTS (
            SELECT FROM sso_grant
            WHERE account.id IN (sso_grant.account_id, sso_grant.actor_account_id)
                AND revoked_at IS NULL AND NOT needs_check
                AND coalesce(refreshed_at, sso_grant.created_at) < begun.moment
        )
    )
    """
)
CUSTODIANS = text(
    f"""
    SELECT sso_custodians_changed(array_agg(DISTINCT custodian.account_id))
    FROM identity_custodian AS custodian
    {CHANGES}
    WHERE change.day BETWEEN :since AND :until AND (
        EXISTS (
            SELECT FROM sso_participation AS entered JOIN sso_session
                ON sso_session.id = entered.session_id
            WHERE entered.account_id = custodian.account_id AND entered.ended_at IS NULL
                AND sso_session.account_id <> entered.account_id
                AND entered.started_at < begun.moment
        ) OR EXISTS (
            SELECT FROM sso_grant
            WHERE sso_grant.account_id = custodian.account_id AND actor_account_id IS NOT NULL
                AND revoked_at IS NULL AND NOT needs_check
                AND coalesce(refreshed_at, created_at) < begun.moment
        )
    )
    """
)


def follow_calendar(session: Session, today: date) -> None:
    """End what rests on a period that has begun or ended since."""
    days = {"since": today - timedelta(days=LOOK_BACK_DAYS), "until": today}
    for statement in (PEOPLE, CUSTODIANS):
        session.execute(statement, days)
