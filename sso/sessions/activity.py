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
    refreshed = (
        select(Grant.session_id, func.max(Grant.refreshed_at).label("at"))
        .join(SignOnSession, SignOnSession.id == Grant.session_id)
        .where(
            SignOnSession.ended_at.is_(None),
            SignOnSession.seen_at <= now - settings.idle_lifetime + AHEAD,
            Grant.refreshed_at > SignOnSession.seen_at,
        )
        .group_by(Grant.session_id)
        .subquery()
    )
    session.execute(
        update(SignOnSession)
        .where(SignOnSession.id == refreshed.c.session_id)
        .values(seen_at=refreshed.c.at)
        .execution_options(synchronize_session=False)
    )
