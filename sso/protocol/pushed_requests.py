"""Authorization requests over the back channel (RFC 9126)."""

import secrets
from datetime import datetime, timedelta

import anyio.to_thread
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlalchemy import update
from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.database import Database
from kernel.tokens import token_hash
from sso.clients.registry import Client
from sso.protocol.authorization import Parameters, validate
from sso.protocol.client_authentication import Caller, ClientAuthenticator
from sso.protocol.dpop import Proof, ProofChecker
from sso.protocol.errors import InvalidProof, InvalidRequestObject, InvalidRequestUri
from sso.protocol.http import Answer, BackChannelRequest
from sso.protocol.models import PushedRequest
from sso.protocol.request_objects import RequestObject, RequestObjects
from sso.protocol.server import ProtocolServer
from sso.throttling.strangers import StrangerThrottling

PREFIX = "urn:ietf:params:oauth:request_uri:"
ABOUT_THE_CLIENT = {"client_secret", "client_assertion", "client_assertion_type"}
"""What a client shows of itself is not kept."""


class PushedRequestEndpoint:
    def __init__(  # noqa: PLR0917  # built once, in sso.assembly
        self,
        authenticator: ClientAuthenticator,
        proofs: ProofChecker,
        objects: RequestObjects,
        throttling: StrangerThrottling,
        server: ProtocolServer,
        database: Database,
        clock: Clock,
    ) -> None:
        self._authenticator = authenticator
        self._proofs = proofs
        self._objects = objects
        self._throttling = throttling
        self._server = server
        self._database = database
        self._clock = clock

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises OAuth2Error, TooManyAttempts."""
        now = self._clock()
        caller = await self._authenticator.authenticate(request, now)
        if caller.client.is_public:
            self._throttling.take(request.address, now)
        if "request_uri" in request.form:
            raise InvalidRequestError("A pushed request must not refer to another one.")
        proof = await self._proofs.check(request, now)
        reference = await anyio.to_thread.run_sync(self._push, request, caller, proof, now)
        seconds = self._server.settings.pushed_request_seconds
        return Answer(201, {"request_uri": reference, "expires_in": seconds})

    def _push(
        self, request: BackChannelRequest, caller: Caller, proof: Proof | None, now: datetime
    ) -> str:
        text, signed = request.form.get("request"), None
        if text is not None:
            signed = self._objects.verify(caller.client, text, now)
        elif caller.client.description.require_signed_request_object:
            raise InvalidRequestObject("This client must sign its requests.")
        with self._database.transaction() as session:
            parameters = _parameters(session, request, caller.client, signed)
            parameters = _bound(parameters, proof)
            validate(self._server, session, parameters, now)
            return self._keep(session, caller.client, parameters, now)

    def _keep(self, session: Session, client: Client, parameters: Parameters, now: datetime) -> str:
        reference = PREFIX + secrets.token_urlsafe(32)
        lifetime = timedelta(seconds=self._server.settings.pushed_request_seconds)
        session.add(
            PushedRequest(
                reference_hash=token_hash(reference),
                client_id=client.id,
                parameters=parameters.to_json(),
                expires_at=now + lifetime,
            )
        )
        return reference


def _parameters(
    session: Session, request: BackChannelRequest, client: Client, signed: RequestObject | None
) -> Parameters:
    """Those of the signed request alone, where there is one (RFC 9126 section 3)."""
    if signed is not None:
        return signed.use(session)
    single = {name: text for name, text in request.form.items() if name not in ABOUT_THE_CLIENT}
    return Parameters(single | {"client_id": client.client_id}, request.many)


def _bound(parameters: Parameters, proof: Proof | None) -> Parameters:
    """A proof means the same as `dpop_jkt` (RFC 9449 section 10.1). Raises InvalidProof."""
    if proof is None:
        return parameters
    if parameters.single.get("dpop_jkt", proof.thumbprint) != proof.thumbprint:
        raise InvalidProof("dpop_jkt is the thumbprint of another key.")
    return Parameters({**parameters.single, "dpop_jkt": proof.thumbprint}, parameters.many)


def take(session: Session, client: Client, reference: str, *, now: datetime) -> Parameters:
    """The parameters behind a reference, once, and only for the client that pushed them.

    Raises InvalidRequestUri: the same for whatever is wrong. Nothing is ever fetched.
    """
    if not reference.startswith(PREFIX):
        raise InvalidRequestUri("request_uri must be one that was pushed here.")
    statement = (
        update(PushedRequest)
        .where(
            PushedRequest.reference_hash == token_hash(reference),
            PushedRequest.client_id == client.id,
            PushedRequest.consumed_at.is_(None),
            PushedRequest.expires_at > now,
        )
        .values(consumed_at=now)
        .returning(PushedRequest.parameters)
        .execution_options(synchronize_session=False)
    )
    stored = session.scalar(statement)
    if stored is None:
        raise InvalidRequestUri("The pushed request is unknown, used or expired.")
    return Parameters.from_json(stored)
