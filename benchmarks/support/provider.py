"""The product's own provider on a fresh installation, with a system, people and their grants."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from benchmarks.support.authorization import basic
from benchmarks.support.comparison import Side
from benchmarks.support.importing import ACTOR, BASIS
from benchmarks.support.installation import Installation, installation
from benchmarks.support.load import CONNECTIONS, Load, Request, repeat, rotate
from benchmarks.support.processes import Processes
from entrypoints.wiring import Services
from identity.accounts import queries, service
from kernel.audit import AuditRecord
from kernel.database import Database
from sso.clients.registry import load_clients
from sso.clients.service import create_client, describe
from sso.keys.service import keep_keys_ready
from sso.protocol.authorization import ACR_PASSWORD
from sso.protocol.token_records import TokenAuditTag
from sso.tokens.grants import Approval, create_grant
from sso.tokens.minting import Authentication
from sso.tokens.refresh import RefreshToken, RefreshTokens
from tests.support.registry import Province

SCOPE = "documents:read"
API = "https://api.example.org"
PASSWORD = "chim hót trên cành 7"  # noqa: S105  # of people who do not exist
SYSTEM, RESOURCE_SERVER = "benchmark", "benchmark-api"
PERSON = "Nguyễn Thị Hồng Nga"


@dataclass(frozen=True, slots=True)
class Provider:
    place: Installation
    web: Processes
    """Of the web alone."""
    everything: Processes
    """PostgreSQL too."""
    name: str
    secret: str
    resource_secret: str
    accounts: Sequence[UUID]
    logins: Sequence[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.place.settings.web.port}"

    def client_credentials_request(self) -> Request:
        return self.token_request(f"grant_type=client_credentials&scope={SCOPE}")

    def client_credentials(self) -> Side:
        request = self.client_credentials_request()
        return Side(self.name, lambda seconds: repeat(request, seconds), self.everything)

    def rotation(self) -> Side:
        return Side(self.name, self._rotate, self.everything)

    def document(self, path: str, title: str) -> Side:
        request, name = Request(f"{self.url}{path}", method="GET"), f"{self.name}: {title}"
        return Side(name, lambda seconds: repeat(request, seconds), self.everything)

    def token_request(self, body: str) -> Request:
        authorization = basic(SYSTEM, self.secret)
        return Request(f"{self.url}/oauth2/token", authorization=authorization, body=body)

    def introspection(self, token: str) -> Request:
        authorization = basic(RESOURCE_SERVER, self.resource_secret)
        return Request(
            f"{self.url}/oauth2/introspect", authorization=authorization, body=f"token={token}"
        )

    def refresh_tokens(self, number: int) -> list[str]:
        """What the sign-in of a person ends with, for as many of them; the first generation."""
        return fresh_refresh_tokens(self.place.services, self.accounts, number)

    def recorded(self) -> int:
        """Tokens in the audit trail."""
        return count_recorded(self.place.services.database)

    def _rotate(self, seconds: float) -> Load:
        file = self.place.home.path / "tokens"
        file.write_text("\n".join(self.refresh_tokens(CONNECTIONS)))
        return rotate(self.token_request(""), f"file:{file}", seconds)


@contextmanager
def provider(folder: Path, *, processes: int, people: int) -> Iterator[Provider]:
    """`people` have activated accounts."""
    with installation(folder, ("postgres",)) as place:
        with place.home.env_file.open("a") as file:
            file.write("CONGVU_SSO__ALLOW_PLAIN_HTTP='true'\n")
            file.write(f"CONGVU_WEB__PROCESSES='{processes}'\n")
        secret, resource_secret = register(place.services)
        accounts, logins = hire(place.services, people)
        with place.program("web") as web:
            yield Provider(
                place=place,
                web=Processes((web.pid,)),
                everything=Processes((web.pid, place.servers["postgres"])),
                name=f"Công Vụ, {processes} process{'es' if processes > 1 else ''}",
                secret=secret,
                resource_secret=resource_secret,
                accounts=accounts,
                logins=logins,
            )


def register(services: Services) -> tuple[str, str]:
    """The secrets of a system that gets tokens, and of the one that it gets them for."""
    now = services.clock()
    system = {
        "client_name": "Benchmark",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "redirect_uris": ["https://app.example.org/callback"],
        "scope": ["offline_access", SCOPE],
        "resources": [API],
    }
    resource_server = {
        "client_name": "Benchmark API",
        "grant_types": ["client_credentials"],
        "scope": [SCOPE],
        "resource_identifiers": [API],
    }
    secrets = []
    with services.database.transaction() as session:
        keep_keys_ready(session, services.keys, services.settings.sso, ACTOR, now=now)
        for client_id, described in {SYSTEM: system, RESOURCE_SERVER: resource_server}.items():
            _, secret = create_client(
                session, ACTOR, client_id, describe(described), now=now, basis=BASIS
            )
            secrets.append(secret or "")
    return secrets[0], secrets[1]


def hire(services: Services, number: int) -> tuple[list[UUID], list[str]]:
    """People of one office with activated accounts: ids and logins. All have one password."""
    province = Province(services.database, ACTOR, services.citizen_numbers, count(1))
    province.domain()
    office = province.organisation()
    accounts = [province.account(province.person(office, PERSON)) for _ in range(number)]
    hashed, now = services.passwords.rehash(PASSWORD), services.clock()
    with services.database.transaction() as session:
        rows = [queries.get_account(session, account.id) for account in accounts]
        codes = service.issue_activation_codes(
            session, ACTOR, rows, now=now, lifetime=timedelta(days=1), basis=BASIS
        )
        for code in codes:
            service.activate_account(session, code, hashed, now=now)
    return [account.id for account in accounts], [account.login for account in accounts]


def fresh_refresh_tokens(services: Services, accounts: Sequence[UUID], number: int) -> list[str]:
    now, settings, tokens = services.clock(), services.settings.sso, []
    texts = RefreshTokens(services.keys)
    with services.database.transaction() as session:
        client = load_clients(session).find(SYSTEM)
        assert client is not None
        for i in range(number):
            approval = Approval(
                client=client,
                account_id=accounts[i % len(accounts)],
                actor_account_id=None,
                participation_id=None,
                session_id=None,
                session_expires_at=None,
                scope=["offline_access", SCOPE],
                resources=[API],
                authentication=Authentication(now, ACR_PASSWORD, ["pwd"]),
            )
            grant = create_grant(session, approval, settings=settings, now=now)
            grant.generation = 1
            tokens.append(texts.encode(RefreshToken(grant.id, 1)))
    return tokens


def count_recorded(database: Database) -> int:
    tags = [TokenAuditTag.ISSUED, TokenAuditTag.REFRESHED]
    statement = select(func.count()).where(AuditRecord.tag.in_(tags))
    with database.transaction() as session:
        return session.scalar(statement) or 0
