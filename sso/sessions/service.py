"""Sessions of browsers: begun at sign-in, found by a cookie, ended by time, people and triggers.

What follows from an end (grants revoked, clients told) is done by database triggers in the same
transaction, whoever ends it (migration 0006).
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from kernel.database import Asked, ask, tell
from kernel.tokens import token_hash
from sso.sessions.models import EndReason, KnownDevice, Participation, SignOnSession
from sso.settings import SignOnSettings

TOUCH_AFTER = timedelta(minutes=1)
"""`seen_at` need not be exact: a write at every page would cost more than it tells."""
LONGEST_USER_AGENT = 300
STALE_AT_ONCE = 1000


START = """
    INSERT INTO sso_session (
        id, account_id, secret_hash, created_at, authenticated_at, seen_at, expires_at,
        acr, amr, address, user_agent
    ) VALUES (
        %(id)s, %(account_id)s, %(secret_hash)s, %(now)s, %(now)s, %(now)s, %(expires_at)s,
        %(acr)s, %(amr)s, %(address)s, %(user_agent)s
    )
"""
REPLACE = """
    UPDATE sso_session SET ended_at = %(now)s, end_reason = 'replaced'
    WHERE secret_hash = %(secret_hash)s
        AND ended_at IS NULL AND expires_at > %(now)s AND seen_at > %(not_idle)s
"""
MOVE = """
    UPDATE sso_known_device SET secret_hash = %(fresh)s
    WHERE secret_hash = %(former)s AND expires_at > %(now)s
"""
REMEMBER = """
    INSERT INTO sso_known_device (
        id, account_id, secret_hash, created_at, seen_at, expires_at, user_agent
    ) VALUES (
        %(id)s, %(account_id)s, %(secret_hash)s, %(now)s, %(now)s, %(expires_at)s, %(user_agent)s
    )
    ON CONFLICT (secret_hash, account_id) DO UPDATE SET
        seen_at = excluded.seen_at,
        expires_at = excluded.expires_at,
        user_agent = excluded.user_agent
"""
IS_KNOWN = """
    SELECT FROM sso_known_device
    WHERE account_id = %(account_id)s AND secret_hash = %(secret_hash)s AND expires_at > %(now)s
"""


@dataclass(frozen=True, slots=True)
class Browser:
    """What is known of where a request came from."""

    address: str | None
    user_agent: str | None
    """Not longer than LONGEST_USER_AGENT."""


class StartedSession(NamedTuple):
    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session and whose it is."""

    session: SignOnSession
    account: Account


def start_session(
    asked: Asked,
    account_id: UUID,
    *,
    acr: str,
    amr: Collection[str],
    browser: Browser,
    settings: SignOnSettings,
    now: datetime,
) -> StartedSession:
    """A new session with a fresh secret: nothing a browser brought along survives a sign-in."""
    session_id, secret = uuid4(), secrets.token_urlsafe(32)
    values = {
        "id": session_id,
        "account_id": account_id,
        "secret_hash": token_hash(secret),
        "now": now,
        "expires_at": now + settings.session_lifetime,
        "acr": acr,
        "amr": list(amr),
        "address": browser.address,
        "user_agent": browser.user_agent,
    }
    tell(asked, START, values)
    return StartedSession(session_id, secret)


def find_session(
    session: Session, secret: str | None, *, settings: SignOnSettings, now: datetime
) -> SignedIn | None:
    """The session of a cookie, if it is live and its account active; notes that it was seen."""
    if not secret:
        return None
    return _live(session, SignOnSession.secret_hash == token_hash(secret), settings, now)


def find_session_of(
    session: Session, participation_id: UUID, *, settings: SignOnSettings, now: datetime
) -> SignedIn | None:
    """The same for a system that was signed in to, as long as it was not signed out of."""
    entered = select(Participation.session_id).where(
        Participation.id == participation_id, Participation.ended_at.is_(None)
    )
    return _live(session, SignOnSession.id == entered.scalar_subquery(), settings, now)


def _live(
    session: Session, condition: ColumnElement[bool], settings: SignOnSettings, now: datetime
) -> SignedIn | None:
    statement = (
        select(SignOnSession, Account)
        .join(Account, Account.id == SignOnSession.account_id)
        .where(condition, _is_live(settings, now), Account.status == AccountStatus.ACTIVE)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    row, account = found
    if now - row.seen_at >= TOUCH_AFTER:
        # the account before the session, like whoever suspends it: or each waits for the other
        same = select(Account.id).where(Account.id == account.id)
        session.execute(same.with_for_update(read=True, key_share=True))
        row.seen_at = now
    return SignedIn(row, account)


def _is_live(settings: SignOnSettings, now: datetime) -> ColumnElement[bool]:
    return and_(
        SignOnSession.ended_at.is_(None),
        SignOnSession.expires_at > now,
        SignOnSession.seen_at > now - settings.idle_lifetime,
    )


def renew_secret(session: Session, session_id: UUID) -> str:
    """A fresh secret for a session that goes on: a copy of the former cookie opens nothing."""
    secret = secrets.token_urlsafe(32)
    session.execute(
        update(SignOnSession)
        .where(SignOnSession.id == session_id)
        .values(secret_hash=token_hash(secret))
        .execution_options(synchronize_session=False)
    )
    return secret


def end_session(session: Session, session_id: UUID, reason: EndReason, *, now: datetime) -> bool:
    """False when it had ended before."""
    return bool(_end(session, SignOnSession.id == session_id, reason, now))


def end_sessions_of(
    session: Session,
    account_id: UUID,
    reason: EndReason,
    *,
    now: datetime,
    but: UUID | None = None,
) -> int:
    """All sessions of an account, one perhaps excepted; how many there were."""
    condition = SignOnSession.account_id == account_id
    if but is not None:
        condition &= SignOnSession.id != but
    return _end(session, condition, reason, now)


def end_stale_sessions(session: Session, settings: SignOnSettings, *, now: datetime) -> int:
    """Those whose time is over, so that clients hear of it and lists are short.

    Not more than STALE_AT_ONCE, and none that somebody else is changing; how many there were.
    """
    over = (SignOnSession.expires_at <= now) | (
        SignOnSession.seen_at <= now - settings.idle_lifetime
    )
    stale = (
        select(SignOnSession.id)
        .where(SignOnSession.ended_at.is_(None), over)
        .limit(STALE_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return _end(session, SignOnSession.id.in_(stale), EndReason.EXPIRED, now)


def _end(session: Session, condition: ColumnElement[bool], reason: EndReason, now: datetime) -> int:
    statement = (
        update(SignOnSession)
        .where(SignOnSession.ended_at.is_(None), condition)
        .values(ended_at=now, end_reason=reason)
        .returning(SignOnSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(statement).all())


def replace_session(
    asked: Asked, secret: str | None, *, settings: SignOnSettings, now: datetime
) -> None:
    """End what the same browser had open, if it is live, before another one begins in it."""
    if secret:
        not_idle = now - settings.idle_lifetime
        values = {"secret_hash": token_hash(secret), "not_idle": not_idle, "now": now}
        tell(asked, REPLACE, values)


def list_live_sessions(
    session: Session, account_id: UUID, *, settings: SignOnSettings, now: datetime
) -> list[SignOnSession]:
    """The most recently used first."""
    statement = (
        select(SignOnSession)
        .where(
            SignOnSession.account_id == account_id,
            _is_live(settings, now),
        )
        .order_by(SignOnSession.seen_at.desc(), SignOnSession.id)
    )
    return list(session.scalars(statement))


def participate(
    session: Session, session_id: UUID, client_id: UUID, account_id: UUID, *, now: datetime
) -> UUID:
    """Note that a client was signed in to; its `sid`, the same as long as the session lasts."""
    statement = insert(Participation).values(
        id=uuid4(),
        session_id=session_id,
        client_id=client_id,
        account_id=account_id,
        started_at=now,
        used_at=now,
    )
    return session.execute(
        statement.on_conflict_do_update(
            index_elements=["session_id", "client_id", "account_id"],
            index_where=Participation.ended_at.is_(None),
            set_={"used_at": now},
        ).returning(Participation.id)
    ).scalar_one()


def live_participations(session: Session, session_id: UUID) -> list[Participation]:
    statement = select(Participation).where(
        Participation.session_id == session_id, Participation.ended_at.is_(None)
    )
    return list(session.scalars(statement))


def remember_device(
    asked: Asked,
    account_id: UUID,
    secret: str | None,
    *,
    browser: Browser,
    settings: SignOnSettings,
    now: datetime,
) -> str:
    """Know this browser for this account from now on; the secret for its cookie.

    Always a fresh one: a copy of the former cookie is a stranger's. Where several people use one
    browser, their rows move along.
    """
    fresh = secrets.token_urlsafe(32)
    if secret:
        former = {"former": token_hash(secret), "fresh": token_hash(fresh), "now": now}
        tell(asked, MOVE, former)
    values = {
        "id": uuid4(),
        "account_id": account_id,
        "secret_hash": token_hash(fresh),
        "now": now,
        "expires_at": now + timedelta(days=settings.remembered_device_days),
        "user_agent": browser.user_agent,
    }
    tell(asked, REMEMBER, values)
    return fresh


def is_known_device(asked: Asked, account_id: UUID, secret: str | None, *, now: datetime) -> bool:
    if not secret:
        return False
    values = {"account_id": account_id, "secret_hash": token_hash(secret), "now": now}
    return bool(ask(asked, IS_KNOWN, values))


def forget_devices(session: Session, account_id: UUID, *, now: datetime) -> None:
    """After "that was not me": every browser counts as a stranger's again."""
    session.execute(
        update(KnownDevice)
        .where(KnownDevice.account_id == account_id, KnownDevice.expires_at > now)
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )
