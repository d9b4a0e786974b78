"""Authlib's authorization server over our registry, for the grants that begin with a person.

Each token request is one transaction, and refusals are answered inside it rather than raised
through it: a code that was spent in vain must stay spent.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from sqlalchemy.orm import Session

from kernel.clock import Clock, office_day
from kernel.database import Database
from sso.claims.access import may_act_as, may_use
from sso.claims.subject import Claims, load_subject
from sso.clients.registry import Client, Clients
from sso.protocol.client_authentication import Caller
from sso.protocol.dpop import Proof
from sso.protocol.http import Answer, BackChannelRequest
from sso.settings import SignOnSettings
from sso.tokens.grants import revoke_grant
from sso.tokens.issuing import TokenIssuer
from sso.tokens.models import Grant


class ProtocolRequest(OAuth2Request):
    """What Authlib's grants see of a request, and the transaction that it is answered in."""

    def __init__(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str],
        *,
        session: Session,
        now: datetime,
        many: Mapping[str, list[str]] | None = None,
        caller: Caller | None = None,
        proof: Proof | None = None,
        back_channel: BackChannelRequest | None = None,
    ) -> None:
        # Authlib refuses plain http by the scheme; transport is checked where we listen
        super().__init__(method, f"https://issuer{path}")
        self.payload = BasicOAuth2Payload(dict(parameters))
        self.session = session
        self.now = now
        self.many = many or {}
        self.caller = caller
        self.proof = proof
        self.back_channel = back_channel

    @property
    def form(self) -> dict[str, str]:
        data: dict[str, str] = self.payload.data
        return data

    @property
    def args(self) -> dict[str, str]:
        return self.form


class ProtocolServer(AuthorizationServer):
    def __init__(
        self,
        database: Database,
        clients: Callable[[], Clients],
        issuer: TokenIssuer,
        settings: SignOnSettings,
        clock: Clock,
    ) -> None:
        super().__init__()
        self.database = database
        self.clients = clients
        self.issuer = issuer
        self.settings = settings
        self.clock = clock

    @property
    def claims(self) -> Claims:
        return self.issuer.claims

    def answer_token_request(
        self, request: BackChannelRequest, caller: Caller, proof: Proof | None
    ) -> Answer:
        """In a thread. The caller is authenticated and the proof checked."""
        with self.database.transaction() as session:
            inner = ProtocolRequest(
                request.method,
                request.path,
                request.form,
                session=session,
                now=self.clock(),
                many=request.many,
                caller=caller,
                proof=proof,
                back_channel=request,
            )
            answer: Answer = self.create_token_response(inner)
            return answer

    def check_grant(self, client: Client, grant_id: UUID) -> None:
        """After a move: the grant goes on if the person may still use the client, else it ends."""
        now = self.clock()
        with self.database.transaction() as session:
            grant = session.get(Grant, grant_id, with_for_update=True)
            if grant is None or grant.client_id != client.id:
                return
            if is_still_allowed(session, client, grant, now):
                grant.needs_check = False
            else:
                revoke_grant(session, grant_id, "no_longer_allowed", now=now)

    def id_token_claims(self, client: Client, grant_id: UUID) -> dict[str, Any]:
        with self.database.transaction() as session:
            grant = session.get_one(Grant, grant_id)
            return claims_for_id_token(session, self.claims, client, grant, self.clock())

    def query_client(self, client_id: str) -> Client | None:
        return self.clients().find(client_id)

    def authenticate_client(
        self, request: ProtocolRequest, methods: list[str], endpoint: str = "token"
    ) -> Client:
        """Done before: assertions and proofs need the event loop (client_authentication.py)."""
        if request.caller is None:
            raise RuntimeError(f"{endpoint} was asked without a caller, expected {methods}")
        return request.caller.client

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        del headers  # what RFC 6749 section 5.1 wants is in every answer of ours
        return Answer(status, dict(body) if isinstance(body, list) else body)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


def is_still_allowed(session: Session, client: Client, grant: Grant, now: datetime) -> bool:
    day = office_day(now)
    if not may_use(session, client, load_subject(session, grant.account_id, day)):
        return False
    if grant.actor_account_id is None:
        return True
    actor = load_subject(session, grant.actor_account_id, day)
    return actor.person is not None and may_act_as(session, actor.person.id, grant.account_id, day)


def claims_for_id_token(
    session: Session, claims: Claims, client: Client, grant: Grant, now: datetime
) -> dict[str, Any]:
    """Those asked for by name, and those of the scopes for clients that never ask userinfo."""
    scope = grant.scope if client.description.id_token_claims else []
    if not scope and not grant.claims.get("id_token"):
        return {}
    return claims.released(
        session,
        client,
        load_subject(session, grant.account_id, office_day(now)),
        scope,
        requested=grant.claims,
        place="id_token",
    )
