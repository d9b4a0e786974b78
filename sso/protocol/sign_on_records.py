"""What the audit trail says of people signing in, entering systems and leaving."""

import enum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts.models import Account
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import Asked
from sso.clients.registry import Client
from sso.sessions.service import Browser


class SignOnAuditTag(enum.StrEnum):
    SIGNED_IN = "sign-on:signed-in"
    REFUSED = "sign-on:refused"
    """A wrong password, or no such account; what was typed is nowhere kept."""
    PASSWORD_DUE = "sign-on:password-due"  # noqa: S105  # a tag
    """A right password that opened nothing but the choice of another one."""
    ENTERED = "sign-on:client-entered"
    """A client was given a code for a person, perhaps acting as an organisation."""
    SIGNED_OUT = "sign-on:signed-out"
    SESSIONS_ENDED = "sign-on:sessions-ended"
    NOT_ME = "sign-on:session-disowned"
    """Somebody found a session in their list that was not theirs."""
    WITHDRAWN = "sign-on:client-withdrawn"
    """Somebody took back what they had allowed a client."""
    CONSENTED = "sign-on:consented"
    DEVICE_APPROVED = "sign-on:device-approved"


def record_entered(
    session: Session, actor: Actor, client: Client, account: Account, sid: UUID
) -> None:
    audit.record(
        session,
        actor,
        SignOnAuditTag.ENTERED,
        account.id,
        Basis("single sign-on"),
        client_id=client.client_id,
        sid=str(sid),
    )


def record_sign_on(
    asked: Asked,
    actor: Actor,
    tag: SignOnAuditTag,
    account_id: UUID | None,
    browser: Browser,
    **details: Any,
) -> None:
    audit.record(
        asked,
        actor,
        tag,
        account_id,
        Basis("single sign-on"),
        address=browser.address,
        **details,
    )
