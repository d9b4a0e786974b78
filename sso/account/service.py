"""What people may do to their own sessions and to systems that know them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from sso.clients import consents
from sso.clients.registry import Client
from sso.endings import end_everything
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.models import EndReason, Participation, SignOnSession
from sso.sessions.service import Browser, SignedIn, end_session, forget_devices
from sso.tokens.grants import revoke_grants, revoke_grants_of
from sso.tokens.models import Grant

REASON = EndReason.ENDED_ELSEWHERE


def end_one(
    session: Session, me: SignedIn, session_id: UUID, browser: Browser, now: datetime
) -> bool:
    """False when there is no such session of this person, or not any more."""
    if _own(session, me, session_id) is None or not end_session(
        session, session_id, REASON, now=now
    ):
        return False
    tag = SignOnAuditTag.SESSIONS_ENDED
    _record(session, me, tag, browser, session_id=str(session_id), count=1)
    return True


def disown(
    session: Session, me: SignedIn, session_id: UUID, browser: Browser, now: datetime
) -> bool:
    """Said not to be theirs: what it opened ends, and no browser counts as known any more.

    Also when it has ended: whoever was in it may have signed out and kept what outlives it.
    False when there never was such a session of this person.
    """
    theirs = _own(session, me, session_id)
    if theirs is None:
        return False
    _revoke_grants_of_session(session, theirs, now)
    end_session(session, session_id, REASON, now=now)
    forget_devices(session, me.account.id, now=now)
    _record(session, me, SignOnAuditTag.NOT_ME, browser, session_id=str(session_id))
    return True


def end_others(session: Session, me: SignedIn, browser: Browser, now: datetime) -> int:
    ended = end_everything(session, me.account.id, REASON, now=now, but=me.session.id)
    _record(session, me, SignOnAuditTag.SESSIONS_ENDED, browser, count=ended, this_one=False)
    return ended


def sign_out_everywhere(session: Session, me: SignedIn, browser: Browser, now: datetime) -> int:
    ended = end_everything(session, me.account.id, REASON, now=now)
    _record(session, me, SignOnAuditTag.SESSIONS_ENDED, browser, count=ended, this_one=True)
    return ended


def withdraw(
    session: Session, me: SignedIn, client: Client, browser: Browser, now: datetime
) -> None:
    """The system is signed out of, its grants end, and it has to ask again."""
    account_id = me.account.id
    consents.withdraw(session, account_id, client.id)
    revoke_grants_of(session, account_id, "withdrawn", now=now, client_id=client.id)
    own = select(SignOnSession.id).where(
        SignOnSession.account_id == account_id, SignOnSession.ended_at.is_(None)
    )
    session.execute(
        update(Participation)
        .where(
            Participation.session_id.in_(own),
            Participation.client_id == client.id,
            Participation.ended_at.is_(None),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    _record(session, me, SignOnAuditTag.WITHDRAWN, browser, client_id=client.client_id)


def _own(session: Session, me: SignedIn, session_id: UUID) -> SignOnSession | None:
    """Perhaps ended already."""
    statement = select(SignOnSession).where(
        SignOnSession.id == session_id, SignOnSession.account_id == me.account.id
    )
    return session.scalar(statement)


def _revoke_grants_of_session(session: Session, theirs: SignOnSession, now: datetime) -> None:
    """Those that end with it, those that outlive it, and those of devices approved in it.

    Devices have no session; the moment of the sign-in, to the microsecond, tells which it was.
    """
    entered = select(Participation.id).where(Participation.session_id == theirs.id)
    of_devices = (
        (Grant.account_id == theirs.account_id)
        & Grant.participation_id.is_(None)
        & (Grant.authenticated_at == theirs.authenticated_at)
    )
    revoke_grants(
        session, Grant.participation_id.in_(entered) | of_devices, "session_disowned", now=now
    )


def _record(
    session: Session, me: SignedIn, tag: SignOnAuditTag, browser: Browser, **details: object
) -> None:
    record_sign_on(session, account_actor(me.account), tag, me.account.id, browser, **details)
