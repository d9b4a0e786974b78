"""Ending everything that an account has open, or everything but the session in use."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sso.sessions.models import EndReason
from sso.sessions.service import end_sessions_of
from sso.tokens.grants import revoke_grants_of


def end_everything(
    session: Session,
    account_id: UUID,
    reason: EndReason,
    *,
    now: datetime,
    but: UUID | None = None,
) -> int:
    """Sessions, and grants that would outlive them; how many sessions there were."""
    ended = end_sessions_of(session, account_id, reason, now=now, but=but)
    revoke_grants_of(session, account_id, reason.value, now=now, but_session_id=but)
    return ended
