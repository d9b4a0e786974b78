"""Signing out of a browser."""

from datetime import datetime

from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from sso.clients.registry import Client
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.models import EndReason, Participation
from sso.sessions.service import Browser, SignedIn, end_session, live_participations


def sign_out(
    session: Session,
    signed_in: SignedIn,
    browser: Browser,
    *,
    client: Client | None = None,
    now: datetime,
) -> list[Participation]:
    """End the session, on behalf of a client or of the person; what it was used to enter."""
    entered = live_participations(session, signed_in.session.id)
    end_session(session, signed_in.session.id, EndReason.SIGNED_OUT, now=now)
    account = signed_in.account
    details = {"client_id": client.client_id} if client else {}
    record_sign_on(
        session, account_actor(account), SignOnAuditTag.SIGNED_OUT, account.id, browser, **details
    )
    return entered
