"""Sign-in on devices without a browser of their own (RFC 8628)."""

from datetime import datetime

import anyio.to_thread
from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidGrantError,
    InvalidScopeError,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc8628 import DeviceCodeGrant

from kernel.clock import Clock
from kernel.database import Database
from sso.clients.description import GrantType
from sso.clients.registry import Client
from sso.protocol.client_authentication import ClientAuthenticator
from sso.protocol.device_codes import (
    INTERVAL_SECONDS,
    Codes,
    DeviceCodes,
    consume,
    find_for_poll,
    note_poll,
)
from sso.protocol.http import Answer, BackChannelRequest
from sso.protocol.models import DeviceAuthorization
from sso.protocol.person_grant import IssuesForPerson
from sso.protocol.resource_indicators import requested_resources
from sso.protocol.server import is_still_allowed
from sso.settings import SignOnSettings
from sso.throttling.strangers import StrangerThrottling
from sso.tokens.models import Grant

DEVICE_PATH = "/thiet-bi"
"""Short enough to type."""


class DeviceAuthorizationEndpoint:
    def __init__(  # noqa: PLR0917  # built once, in sso.assembly
        self,
        authenticator: ClientAuthenticator,
        codes: DeviceCodes,
        throttling: StrangerThrottling,
        database: Database,
        issuer: str,
        settings: SignOnSettings,
        clock: Clock,
    ) -> None:
        self._authenticator = authenticator
        self._codes = codes
        self._throttling = throttling
        self._database = database
        self._issuer = issuer
        self._settings = settings
        self._clock = clock

    async def __call__(self, request: BackChannelRequest) -> Answer:
        """Raises OAuth2Error, TooManyAttempts."""
        now = self._clock()
        caller = await self._authenticator.authenticate(request, now)
        if caller.client.is_public:
            self._throttling.take(request.address, now)
        codes = await anyio.to_thread.run_sync(self._begin, request, caller.client, now)
        address = f"{self._issuer}{DEVICE_PATH}"
        answer = {
            "device_code": codes.device,
            "user_code": codes.user,
            "verification_uri": address,
            "verification_uri_complete": f"{address}?user_code={codes.user}",
            "expires_in": self._settings.device_code_minutes * 60,
            "interval": INTERVAL_SECONDS,
        }
        return Answer(200, answer)

    def _begin(self, request: BackChannelRequest, client: Client, now: datetime) -> Codes:
        if not client.check_grant_type(GrantType.DEVICE_CODE):
            raise UnauthorizedClientError("The client may not use this grant type.")
        scope = client.get_allowed_scope(request.form.get("scope"))
        if scope is None:
            raise InvalidScopeError
        resources = requested_resources(client, request.many.get("resource", ()))
        with self._database.transaction() as session:
            return self._codes.create(session, client, scope.split(), resources, now=now)


class Device:
    """A device that polls, as Authlib's grant asks it."""

    def __init__(self, row: DeviceAuthorization, client: Client, now: datetime) -> None:
        self.row = row
        self._client = client
        self._now = now

    def get_client_id(self) -> str:
        return self._client.client_id

    def get_scope(self) -> str:
        return " ".join(self.row.scope)

    def get_user_code(self) -> str:
        return ""  # nobody knows it any more; the row says what became of it

    def is_expired(self) -> bool:
        return self.row.expires_at <= self._now


class DeviceGrant(IssuesForPerson, DeviceCodeGrant):
    def query_device_credential(self, device_code: str) -> Device:
        """Unknown, spent or another client's: all the same."""
        client = self._client
        self._row = find_for_poll(self.request.session, device_code, client)
        if self._row is None:
            raise InvalidGrantError("The device code is unknown or was used.")
        return Device(self._row, client, self.request.now)

    @property
    def _client(self) -> Client:
        assert self.request.caller is not None  # noqa: S101  # authenticated before
        return self.request.caller.client

    def query_user_grant(self, user_code: str) -> tuple[Grant | None, bool] | None:
        del user_code
        assert self._row is not None  # noqa: S101  # found above
        self._in_time = note_poll(self._row, self.request.now)
        if self._row.denied_at is not None:
            return None, False
        if self._row.grant_id is None:
            return None
        return self._approved(self._row), True

    def _approved(self, row: DeviceAuthorization) -> Grant:
        """Raises InvalidGrantError, AccessDeniedError."""
        session, now = self.request.session, self.request.now
        if not consume(session, row, now):
            raise InvalidGrantError("The device code was used.")
        grant = session.get_one(Grant, row.grant_id)
        if grant.revoked_at is not None or not is_still_allowed(session, self._client, grant, now):
            raise AccessDeniedError
        return grant

    def should_slow_down(self, credential: Device) -> bool:
        del credential
        return not self._in_time
