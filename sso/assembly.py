"""Builds single sign-on once, from what the process has: `entrypoints.wiring` hands it over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import anyio

from identity.accounts.passwords import Passwords
from identity.people.citizen_numbers import CitizenNumbers
from kernel.async_database import AsyncDatabase
from kernel.clock import Clock
from kernel.database import Database
from kernel.encryption import KeyRing
from kernel.notices import Notices
from kernel.snapshot import Snapshot
from sso.cas.proxies import Proxies
from sso.cas.single_logout import CasMessenger
from sso.cas.tickets import Tickets
from sso.cas.validation import CasValidator
from sso.claims.subject import Claims
from sso.clients.keys import ClientKeys, Fetcher
from sso.clients.published import PublishedCertificates
from sso.clients.registry import Clients, load_clients
from sso.keys.ring import SigningKeys, load_signing_keys
from sso.login.devices import DeviceApprovals
from sso.login.new_password import NewPassword
from sso.login.password_step import PasswordStep
from sso.login.service import SignIn
from sso.logout.messengers import BackChannelMessenger, Messenger, Poster
from sso.logout.models import LogoutProtocol
from sso.protocol.back_channel import Route
from sso.protocol.client_authentication import ClientAuthenticator
from sso.protocol.code_grant import CodeGrant, RequiredChallenge
from sso.protocol.device import DeviceAuthorizationEndpoint, DeviceGrant
from sso.protocol.device_codes import DeviceCodes
from sso.protocol.dpop import ProofChecker
from sso.protocol.flow import AuthorizationFlow
from sso.protocol.forward_auth import ForwardAuth
from sso.protocol.interactions import Interactions
from sso.protocol.introspection import IntrospectionEndpoint
from sso.protocol.protected import ProtectedResource
from sso.protocol.pushed_requests import PushedRequestEndpoint
from sso.protocol.registration import Registration
from sso.protocol.request_objects import RequestObjects
from sso.protocol.request_reader import RequestReader
from sso.protocol.revocation import RevocationEndpoint
from sso.protocol.server import ProtocolServer
from sso.protocol.sites import Sites
from sso.protocol.token import TokenEndpoint
from sso.protocol.token_exchange import TokenExchange
from sso.protocol.token_records import Spool
from sso.protocol.userinfo import UserinfoEndpoint
from sso.settings import SignOnSettings
from sso.throttling.clients import ClientThrottling
from sso.throttling.service import Throttling
from sso.throttling.strangers import StrangerThrottling
from sso.tokens.issuing import TokenIssuer
from sso.tokens.minting import Minter
from sso.tokens.reading import AccessTokenReader
from sso.tokens.refresh import RefreshTokens
from sso.tokens.replay import UsedIdentifiers
from sso.tokens.rotation import RefreshRotation

CHANNEL = "congvu_sso"
"""Triggers notify it when a client or a key changes (migration 0006)."""


@dataclass(frozen=True)
class SingleSignOn:
    issuer: str
    settings: SignOnSettings
    database: Database
    async_database: AsyncDatabase
    notices: Notices
    ring: KeyRing
    citizen_numbers: CitizenNumbers
    passwords: Passwords
    make_spool: Callable[[], Spool]
    """Asked only where tokens are issued: the worker has no spool."""
    fetcher: Fetcher
    poster: Poster
    clock: Clock

    @cached_property
    def spool(self) -> Spool:
        return self.make_spool()

    @cached_property
    def clients(self) -> Snapshot[Clients]:
        return Snapshot(self._load_clients, self.notices, CHANNEL)

    @cached_property
    def keys(self) -> Snapshot[SigningKeys]:
        return Snapshot(self._load_keys, self.notices, CHANNEL)

    def _load_clients(self) -> Clients:
        with self.database.transaction() as session:
            return load_clients(session)

    def _load_keys(self) -> SigningKeys:
        with self.database.transaction() as session:
            return load_signing_keys(session, self.ring, self.clock())

    @cached_property
    def claims(self) -> Claims:
        return Claims(self.ring, self.citizen_numbers)

    @cached_property
    def minter(self) -> Minter:
        return Minter(self.issuer, self.keys.get, self.settings)

    @cached_property
    def refresh_tokens(self) -> RefreshTokens:
        return RefreshTokens(self.ring)

    @cached_property
    def token_issuer(self) -> TokenIssuer:
        return TokenIssuer(self.minter, self.refresh_tokens, self.claims)

    @cached_property
    def used_identifiers(self) -> UsedIdentifiers:
        return UsedIdentifiers(self.async_database)

    @cached_property
    def client_keys(self) -> ClientKeys:
        published = PublishedCertificates(self.database, self.clock)
        return ClientKeys(self.fetcher, published.note)

    @cached_property
    def client_throttling(self) -> ClientThrottling:
        return ClientThrottling()

    @cached_property
    def authenticator(self) -> ClientAuthenticator:
        return ClientAuthenticator(
            self.clients.get,
            self.client_keys,
            self.used_identifiers,
            self.issuer,
            self.client_throttling,
        )

    @cached_property
    def proofs(self) -> ProofChecker:
        return ProofChecker(self.used_identifiers, self.issuer)

    @cached_property
    def reader(self) -> AccessTokenReader:
        return AccessTokenReader(self.minter, self.async_database)

    @cached_property
    def protected(self) -> ProtectedResource:
        return ProtectedResource(self.reader, self.proofs)

    @cached_property
    def server(self) -> ProtocolServer:
        server = ProtocolServer(
            self.database, self.clients.get, self.token_issuer, self.settings, self.clock
        )
        server.register_grant(CodeGrant, [RequiredChallenge()])
        server.register_grant(DeviceGrant)
        return server

    @cached_property
    def flow(self) -> AuthorizationFlow:
        return AuthorizationFlow(self.server, self.interactions)

    @cached_property
    def interactions(self) -> Interactions:
        return Interactions(self.settings, self.stranger_throttling)

    @cached_property
    def stranger_throttling(self) -> StrangerThrottling:
        return StrangerThrottling()

    @cached_property
    def messengers(self) -> Mapping[LogoutProtocol, Messenger]:
        openid = BackChannelMessenger(self.minter, self.claims, self.poster, self.clock)
        cas = CasMessenger(self.database, self.cas_tickets, self.poster, self.clock)
        return {LogoutProtocol.OPENID: openid, LogoutProtocol.CAS: cas}

    @cached_property
    def cas_tickets(self) -> Tickets:
        return Tickets(self.ring)

    @cached_property
    def cas_validator(self) -> CasValidator:
        return CasValidator(
            self.database,
            self.clients.get,
            self.claims,
            self.cas_tickets,
            self.cas_proxies,
            self.clock,
        )

    @cached_property
    def cas_proxies(self) -> Proxies:
        return Proxies(
            self.database,
            self.clients.get,
            self.cas_tickets,
            self.fetcher,
            self.settings,
            self.clock,
        )

    @cached_property
    def throttling(self) -> Throttling:
        return Throttling(self.ring)

    @cached_property
    def sign_in(self) -> SignIn:
        return SignIn(self.database, self.passwords, self.throttling, self.settings)

    @cached_property
    def password_step(self) -> PasswordStep:
        return PasswordStep(self.ring)

    @cached_property
    def new_password(self) -> NewPassword:
        return NewPassword(self.database, self.passwords, self.sign_in, self.throttling)

    @cached_property
    def sign_in_limiter(self) -> anyio.CapacityLimiter:
        """Sign-ins at once: those whose password is hashed, and two that ask the database."""
        return anyio.CapacityLimiter(self.passwords.parallel_hashes + 2)

    @cached_property
    def hash_limiter(self) -> anyio.CapacityLimiter:
        """Threads that hash passwords: one for each processor, whoever else is waiting."""
        return anyio.CapacityLimiter(self.passwords.parallel_hashes)

    @cached_property
    def device_codes(self) -> DeviceCodes:
        return DeviceCodes(self.ring, self.settings)

    @cached_property
    def devices(self) -> DeviceApprovals:
        return DeviceApprovals(self.device_codes, self.server, self.throttling)

    @cached_property
    def sites(self) -> Sites:
        return Sites(self.server, self.ring)

    @cached_property
    def registration(self) -> Registration:
        return Registration(
            self.database,
            self.fetcher,
            self.throttling,
            self.issuer,
            self.clock,
            self.clients,
        )

    @cached_property
    def request_objects(self) -> RequestObjects:
        return RequestObjects(self.client_keys, self.issuer)

    @cached_property
    def request_reader(self) -> RequestReader:
        return RequestReader(self.database, self.clients.get, self.request_objects)

    @cached_property
    def token_endpoint(self) -> TokenEndpoint:
        rotation = RefreshRotation(self.async_database, self.settings, self.clock)
        exchange = TokenExchange(self.reader, self.server, self.database, self.spool)
        return TokenEndpoint(
            self.authenticator,
            self.proofs,
            self.token_issuer,
            rotation,
            self.server,
            self.spool,
            self.clock,
            exchange,
        )

    @cached_property
    def back_channel_routes(self) -> Mapping[str, Route]:
        introspection = IntrospectionEndpoint(self.authenticator, self.reader, self.server)
        revocation = RevocationEndpoint(
            self.authenticator, self.reader, self.refresh_tokens, self.database, self.clock
        )
        userinfo = UserinfoEndpoint(self.protected, self.server, self.database, self.clock)
        pushed = PushedRequestEndpoint(
            self.authenticator,
            self.proofs,
            self.request_objects,
            self.stranger_throttling,
            self.server,
            self.database,
            self.clock,
        )
        forward_auth = ForwardAuth(
            self.sites, self.server, self.async_database, self.settings, self.clock
        )
        device = DeviceAuthorizationEndpoint(
            self.authenticator,
            self.device_codes,
            self.stranger_throttling,
            self.database,
            self.issuer,
            self.settings,
            self.clock,
        )
        return {
            "/oauth2/token": Route(self.token_endpoint),
            "/oauth2/introspect": Route(introspection),
            "/oauth2/revoke": Route(revocation),
            "/oauth2/userinfo": Route(userinfo, ("GET", "POST"), "Bearer"),
            "/oauth2/par": Route(pushed),
            "/oauth2/device_authorization": Route(device),
            "/oauth2/auth": Route(forward_auth, ("GET", "HEAD")),
        }
