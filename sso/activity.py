"""Whoever works in a system for hours without coming back here is not idle.

Systems that refresh their tokens show it. It is looked up for sessions that would soon count as
idle, rather than written with each refresh: those are answered thousands of times a second.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sso.sessions.models import SignOnSession
from sso.settings import SignOnSettings
from sso.tokens.models import Grant

AHEAD = timedelta(minutes=15)
"""Three times the period of the job, so that no session is missed in between."""


def note_refreshes(session: Session, settings: SignOnSettings, *, now: datetime) -> None:
    """A refresh of a session's tokens counts as if the browser had been here."""
    refreshed_at = (
        select(func.max(Grant.refreshed_at))
        .where(Grant.session_id == SignOnSession.id)
        .correlate(SignOnSession)
        .scalar_subquery()
    )
    soon_idle = (
        select(SignOnSession.id)
        .where(
            SignOnSession.ended_at.is_(None),
            SignOnSession.seen_at <= now - settings.idle_lifetime + AHEAD,
            refreshed_at > SignOnSession.seen_at,
        )
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(SignOnSession)
        .where(SignOnSession.id.in_(soon_idle))
        .values(seen_at=refreshed_at)
        .execution_options(synchronize_session=False)
    )
