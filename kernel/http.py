"""What every route needs: the database, the moment, the caller, and errors as RFC 9457 problems."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection
from starlette.types import Scope

from kernel import api_tokens
from kernel.access import Actor, Permission, PermissionMissing
from kernel.audit import Basis
from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import ERROR_KINDS, DomainError
from kernel.paging import LARGEST_PAGE

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; sentences may be improved."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    detail_vi: str | None = None
    place: str | None = Field(None, description="Field, row or file that the problem is about.")
    request_id: str | None = None
    errors: list[dict[str, Any]] | None = None


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    problem.request_id = request_id_of(request)
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None  # noqa: PLR2004
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=headers,
    )


def status_of(error: DomainError | type[DomainError]) -> int:
    kind = error if isinstance(error, type) else type(error)
    return next((ERROR_KINDS[parent] for parent in kind.__mro__ if parent in ERROR_KINDS), 500)


def problems(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can end in these errors."""
    codes: dict[int, list[str]] = {}
    for error in errors:
        codes.setdefault(status_of(error), []).append(error.code)
    return {status: _described(names) for status, names in codes.items()}


def _described(codes: Sequence[str]) -> dict[str, Any]:
    return {
        "description": ", ".join(codes),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    }


ANY_ROUTE: dict[int | str, dict[str, Any]] = {
    400: _described(["http-error"]),
    401: _described([api_tokens.TokenRejected.code]),
    403: _described([PermissionMissing.code]),
    409: _described(["changed-meanwhile"]),
    422: _described(["request-invalid", "value-unstorable"]),
    503: _described(["database-unavailable"]),
}
"""The `responses` that every route of the API has besides its own."""


ROUTE_NAME = "route_name"


def name_route(scope: Scope, name: str) -> None:
    """What logs and metrics call the request that a plain ASGI application answers.

    For instance /oauth2/token; never with anything in it that the client chose.
    """
    scope.setdefault("state", {})[ROUTE_NAME] = name


def request_id_of(request: Request) -> str | None:
    return getattr(request.state, "request_id", None)


def client_address(request: HTTPConnection) -> str:
    """Whom the request comes from, in one way of writing; behind a proxy only if it is trusted.

    Empty when that is not known, as with a socket of the file system.
    """
    return address_in(request.scope)


def address_in(scope: Scope) -> str:
    """The same for plain ASGI applications."""
    client = scope.get("client")
    return _plain_address(client[0]) if client else ""


@lru_cache(maxsize=4096)  # a tenth of the time of parsing it at every request
def _plain_address(host: str) -> str:
    return str(peer_address(host) or "")


def peer_address(host: str) -> IPv4Address | IPv6Address | None:
    """IPv4 in the guise of IPv6 is IPv4; None for what is no address."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


async def database_of(request: Request) -> Database:
    """Asynchronous like `now_of`: FastAPI sends whatever is not on a trip to the thread pool."""
    database: Database = request.app.state.database
    return database


async def now_of(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


Db = Annotated[Database, Depends(database_of)]
Now = Annotated[datetime, Depends(now_of)]

bearer = HTTPBearer(auto_error=False, description="A token made by `congvu token create`.")


def require(permission: Permission) -> Callable[..., Actor]:
    """A dependency that answers with the caller, who has this permission."""

    def caller(
        request: Request,
        db: Db,
        now: Now,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> Actor:
        if credentials is None:
            raise api_tokens.TokenRejected
        with db.transaction() as session:
            actor = api_tokens.actor_of_token(
                session, credentials.credentials, now=now, request_id=request_id_of(request)
            )
        actor.require(permission)
        return actor

    return caller


ReadsOrganisations = Annotated[Actor, Depends(require(Permission.READ_ORGANISATIONS))]
ManagesOrganisations = Annotated[Actor, Depends(require(Permission.MANAGE_ORGANISATIONS))]
ReadsPeople = Annotated[Actor, Depends(require(Permission.READ_PEOPLE))]
ManagesPeople = Annotated[Actor, Depends(require(Permission.MANAGE_PEOPLE))]
ReadsAccounts = Annotated[Actor, Depends(require(Permission.READ_ACCOUNTS))]
ManagesAccounts = Annotated[Actor, Depends(require(Permission.MANAGE_ACCOUNTS))]
Imports = Annotated[Actor, Depends(require(Permission.IMPORT))]
ReadsDirectory = Annotated[Actor, Depends(require(Permission.READ_DIRECTORY))]
ManagesDirectory = Annotated[Actor, Depends(require(Permission.MANAGE_DIRECTORY))]
ReadsClients = Annotated[Actor, Depends(require(Permission.READ_CLIENTS))]
ManagesClients = Annotated[Actor, Depends(require(Permission.MANAGE_CLIENTS))]
ReadsUsage = Annotated[Actor, Depends(require(Permission.READ_USAGE))]

PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Rows of one page.")]
Cursor = Annotated[
    str | None, Query(max_length=1000, description="`next_cursor` of the page before.")
]


class BasisForm(BaseModel):
    """Why, and on which document it rests."""

    reason: str = Field(min_length=3, max_length=500, description="Shown in the audit trail.")
    document_number: str | None = Field(None, max_length=100, examples=["123/QĐ-SNV"])
    document_date: date | None = None

    def to_basis(self) -> Basis:
        return Basis(self.reason, self.document_number, self.document_date)
