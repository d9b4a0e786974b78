"""What the audit trail says of tokens."""

import enum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor, ActorKind
from kernel.audit import Basis
from sso.clients.registry import Client
from sso.protocol.http import BackChannelRequest
from sso.protocol.server import ProtocolRequest
from sso.tokens.issuing import Issued
from sso.tokens.models import Grant

TOKEN_REQUEST = Basis("token request")


class Spool(Protocol):
    """`kernel.audit_spool.AuditSpool`: survives the process, reaches the database in batches."""

    def record(
        self,
        actor: Actor,
        tag: enum.StrEnum,
        subject_id: UUID | None,
        basis: Basis,
        **details: Any,
    ) -> None: ...


class TokenAuditTag(enum.StrEnum):
    ISSUED = "token:issued"
    REFRESHED = "token:refreshed"
    EXCHANGED = "token:exchanged"
    """A client was given a token to act for somebody who had signed in to another one."""
    REFRESH_REUSED = "token:refresh-reused"
    """A refresh token that had its successor came again; the grant is revoked."""
    REVOKED = "token:revoked"
    """One access token, by its client."""
    GRANT_REVOKED = "grant:revoked"


def client_actor(client: Client, request_id: str | None) -> Actor:
    return Actor(ActorKind.MACHINE, client.client_id, frozenset(), client.id, request_id)


def record_issued(request: ProtocolRequest, client: Client, issued: Issued, grant: Grant) -> None:
    """In the transaction of the request."""
    seen = request.back_channel
    audit.record(
        request.session,
        client_actor(client, seen.request_id if seen else None),
        TokenAuditTag.ISSUED,
        grant.account_id,
        TOKEN_REQUEST,
        client_id=client.client_id,
        grant_id=str(grant.id),
        jti=issued.access_token.jti,
        address=seen and seen.address,
    )


def record_revoked(
    session: Session,
    request: BackChannelRequest,
    client: Client,
    account_id: UUID | None,
    tag: TokenAuditTag,
    jti: str | None,
) -> None:
    audit.record(
        session,
        client_actor(client, request.request_id),
        tag,
        account_id,
        TOKEN_REQUEST,
        client_id=client.client_id,
        jti=jti,
    )
