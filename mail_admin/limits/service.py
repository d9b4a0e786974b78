"""What may leave: recipients outside are counted, too many lock the account; lists have senders.

Counted in PostgreSQL in the transaction of the answer, so that several Postfix processes, several
of ours and restarts come to the same number.
"""

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from identity.accounts.errors import AccountStateForbids
from identity.accounts.models import Account, AccountStatus
from identity.accounts.service import suspend_account
from identity.addresses.models import MailDomain
from identity.protection.errors import LastAdministrator
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from mail_admin.limits.models import LimitLock, Outgoing
from mail_admin.limits.protocol import Request
from mail_admin.limits.settings import LimitSettings
from mail_admin.lists.queries import find_list_id, may_send

log = structlog.get_logger("limits")
LIST_CONTEXT = "list"
"""policy_context of requests about recipients that the directory knows as lists."""
GO_ON = "DUNNO"
# Servers of mail speak ASCII unless both sides offer more (RFC 6531): no tone marks here.
LOCKED = (
    "550 5.7.1 Tai khoan da bi tam khoa, lien he bo phan ky thuat cua co quan / "
    "The account is suspended, ask the IT contact of your organisation"
)
TOO_MANY = (
    "550 5.7.1 Gui qua nhieu thu ra ngoai, tai khoan da bi tam khoa / "
    "Too many messages to the outside, the account has been suspended"
)
NO_MORE = (
    "550 5.7.1 Gui qua nhieu thu ra ngoai, hay cho mot luc / "
    "Too many messages to the outside, wait a while"
)
"""To the last active administrator, whom no rule locks."""
NOT_YOUR_LIST = "550 5.7.1 Ban khong duoc gui thu toi danh sach nay / You may not send to this list"
TRY_LATER = "451 4.3.0 Chua kiem tra duoc nguoi gui, hay thu lai / Cannot check the sender now"

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 250))")

Tell = Callable[[Session, UUID], None]
"""Queue the notice of a lock in the transaction of the lock."""


class LimitAuditTag(enum.StrEnum):
    EXCEEDED = "outgoing-limit:exceeded"


def failure_of(request: Request) -> str:
    """What to answer when we cannot look: mail flows, but a list is for its senders alone."""
    return TRY_LATER if request.get("policy_context") == LIST_CONTEXT else GO_ON


@dataclass(frozen=True, slots=True)
class OutgoingPolicy:
    """Answers Postfix, which asks once for each recipient of a message that somebody hands in."""

    settings: LimitSettings
    tell: Tell

    def decide(self, session: Session, request: Request, now: datetime) -> str:
        """The action for Postfix; the account may be locked in the same transaction."""
        login = request.get("sasl_username", "").lower()
        recipient = request.get("recipient", "").lower()
        if "\0" in login + recipient:
            return failure_of(request)
        if request.get("policy_context") == LIST_CONTEXT:
            return _decide_list(session, login, recipient, now)
        account = session.execute(
            select(Account.id, Account.status).where(Account.login == login)
        ).one_or_none()
        if account is None or request.get("protocol_state") != "RCPT":
            return GO_ON  # the product itself, and other senders that are no accounts
        if account.status is not AccountStatus.ACTIVE:
            return LOCKED
        if _is_inside(session, recipient):
            return GO_ON
        return self._count(session, account.id, _key(request, recipient), now)

    def _count(self, session: Session, account_id: UUID, key: bytes, now: datetime) -> str:
        session.execute(ONE_AT_A_TIME, {"account": str(account_id)})
        status = session.scalar(select(Account.status).where(Account.id == account_id))
        if status is not AccountStatus.ACTIVE:
            return LOCKED  # by whom we waited for
        if session.get(Outgoing, key) is not None:
            return GO_ON
        since = now - timedelta(minutes=self.settings.window_minutes)
        mine = Outgoing.account_id == account_id
        session.execute(delete(Outgoing).where(mine, Outgoing.at <= since))
        written = session.scalar(select(func.count()).select_from(Outgoing).where(mine)) or 0
        if written >= self.settings.outside_recipients:
            return self._lock(session, account_id, now)
        session.add(Outgoing(key=key, account_id=account_id, at=now))
        return GO_ON

    def _lock(self, session: Session, account_id: UUID, now: datetime) -> str:
        """Suspend the account and have its office told. Once reinstated it begins at nought."""
        actor, settings = Actor.system("outgoing limit"), self.settings
        count, minutes = settings.outside_recipients, settings.window_minutes
        basis = Basis(f"Gửi quá {count} thư ra ngoài trong {minutes} phút")
        try:
            suspend_account(session, actor, account_id, now=now, basis=basis)
        except AccountStateForbids:
            return TOO_MANY  # another process, or a person, was a moment faster
        except LastAdministrator:
            log.warning("last administrator over the limit", account=str(account_id))
            return NO_MORE
        session.execute(delete(Outgoing).where(Outgoing.account_id == account_id))
        session.add(LimitLock(account_id=account_id, locked_at=now))
        tag = LimitAuditTag.EXCEEDED
        audit.record(session, actor, tag, account_id, basis, recipients=count, minutes=minutes)
        self.tell(session, account_id)
        return TOO_MANY


def _decide_list(session: Session, login: str, recipient: str, now: datetime) -> str:
    """The directory has it as a list already; what the registry does not know is over."""
    local_part, _, domain = recipient.replace('"', "").rpartition("@")
    address = f"{local_part.partition('+')[0]}@{domain}"
    list_id = find_list_id(session, address)
    allowed = list_id is not None and may_send(session, list_id, login, office_day(now))
    return GO_ON if allowed else NOT_YOUR_LIST


def _is_inside(session: Session, recipient: str) -> bool:
    domain = recipient.rpartition("@")[2]
    return bool(session.scalar(select(MailDomain.id).where(MailDomain.name == domain)))


def _key(request: Request, recipient: str) -> bytes:
    """The same only when Postfix repeats a question: `instance` is one of each message."""
    described = "\0".join(
        (request.get("instance", ""), request.get("client_address", ""), recipient)
    )
    return hashlib.sha256(described.encode()).digest()


def forget_outgoing(session: Session, settings: LimitSettings, now: datetime) -> None:
    """Of accounts that send nothing any more."""
    since = now - timedelta(minutes=settings.window_minutes)
    session.execute(delete(Outgoing).where(Outgoing.at <= since))
