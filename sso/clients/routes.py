from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from identity.accounts.errors import AccountNotFound
from identity.accounts.queries import get_account
from kernel.http import (
    BasisForm,
    Cursor,
    Db,
    ManagesClients,
    Now,
    PageSize,
    ReadsClients,
    problems,
)
from kernel.paging import CursorInvalid
from sso.clients import service
from sso.clients.errors import (
    CasServiceTaken,
    ClientChangedMeanwhile,
    ClientDescriptionInvalid,
    ClientExists,
    ClientHasNoSecret,
    ClientNotFound,
    UsernameChangedMeanwhile,
    UsernameNotKept,
    UsernameTaken,
)
from sso.clients.models import ClientRow
from sso.clients.schemas import (
    ClientChange,
    ClientIn,
    ClientList,
    ClientOut,
    ClientWithSecret,
    KnownUsernameOut,
    MappedUsernameIn,
    SecretRotation,
    UsernameEnd,
    UsernameList,
)
from sso.clients.username_list import UsernameFilter, find_usernames

router = APIRouter(prefix="/clients", tags=["clients"])
ClientName = Annotated[str, Path(max_length=100)]
FINDS = "Words of a name, tone marks optional, or the beginning of a login or of a user name."


@router.get("")
def list_clients(db: Db, _: ReadsClients) -> ClientList:
    with db.transaction() as session:
        rows = service.list_clients(session)
        return ClientList(items=[ClientOut.model_validate(row) for row in rows])


@router.post(
    "", status_code=201, responses=problems(ClientExists, ClientDescriptionInvalid, CasServiceTaken)
)
def create_client(form: ClientIn, actor: ManagesClients, db: Db, now: Now) -> ClientWithSecret:
    """The secret is in the answer, and never again."""
    description = service.describe(form.description)
    with db.transaction() as session:
        row, secret = service.create_client(
            session, actor, form.client_id, description, now=now, basis=form.basis.to_basis()
        )
        return _with_secret(row, secret)


@router.get("/{client_id}", responses=problems(ClientNotFound))
def get_client(client_id: ClientName, db: Db, _: ReadsClients) -> ClientOut:
    with db.transaction() as session:
        return ClientOut.model_validate(service.get_client(session, client_id))


@router.put(
    "/{client_id}",
    responses=problems(
        ClientNotFound, ClientDescriptionInvalid, ClientChangedMeanwhile, CasServiceTaken
    ),
)
def change_client(
    client_id: ClientName, form: ClientChange, actor: ManagesClients, db: Db, now: Now
) -> ClientOut:
    """The description as a whole; what is left out gets its default."""
    description = service.describe(form.description)
    with db.transaction() as session:
        row = service.change_client(
            session,
            actor,
            client_id,
            description,
            now=now,
            basis=form.basis.to_basis(),
            expected_revision=form.revision,
        )
        return ClientOut.model_validate(row)


@router.post("/{client_id}/secret", responses=problems(ClientNotFound, ClientHasNoSecret))
def rotate_secret(
    client_id: ClientName, form: SecretRotation, actor: ManagesClients, db: Db, now: Now
) -> ClientWithSecret:
    with db.transaction() as session:
        secret = service.rotate_secret(
            session,
            actor,
            client_id,
            overlap=timedelta(hours=form.overlap_hours),
            now=now,
            basis=form.basis.to_basis(),
        )
        return _with_secret(service.get_client(session, client_id), secret)


@router.post("/{client_id}/disable", responses=problems(ClientNotFound))
def disable_client(
    client_id: ClientName, form: BasisForm, actor: ManagesClients, db: Db, now: Now
) -> ClientOut:
    """No more tokens, and those it has are inactive at introspection."""
    return _set_enabled(client_id, form, actor, db, now, enabled=False)


@router.post("/{client_id}/enable", responses=problems(ClientNotFound, CasServiceTaken))
def enable_client(
    client_id: ClientName, form: BasisForm, actor: ManagesClients, db: Db, now: Now
) -> ClientOut:
    return _set_enabled(client_id, form, actor, db, now, enabled=True)


@router.get("/{client_id}/usernames", responses=problems(ClientNotFound, CursorInvalid))
def list_usernames(
    client_id: ClientName,
    db: Db,
    _: ReadsClients,
    q: Annotated[str, Query(max_length=100, description=FINDS)] = "",
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> UsernameList:
    """Names that were mapped, or kept since somebody's first sign-in, in the order of logins."""
    with db.transaction() as session:
        row = service.get_client(session, client_id)
        page = find_usernames(session, row.id, UsernameFilter(q, cursor), limit)
        items = [KnownUsernameOut.model_validate(one) for one in page.rows]
        return UsernameList(items=items, next_cursor=page.next_cursor)


@router.put(
    "/{client_id}/usernames/{account_id}",
    status_code=204,
    responses=problems(ClientNotFound, AccountNotFound, UsernameTaken, UsernameChangedMeanwhile),
)
def map_username(
    client_id: ClientName, account_id: UUID, form: MappedUsernameIn, actor: ManagesClients, db: Db
) -> None:
    """What the application calls this account, in place of what its template says."""
    with db.transaction() as session:
        get_account(session, account_id)
        service.map_username(
            session,
            actor,
            client_id,
            account_id,
            form.username,
            basis=form.basis.to_basis(),
            seen=form.seen,
        )


@router.post(
    "/{client_id}/usernames/{account_id}/end",
    status_code=204,
    responses=problems(ClientNotFound, UsernameNotKept, UsernameChangedMeanwhile),
)
def end_username(
    client_id: ClientName, account_id: UUID, form: UsernameEnd, actor: ManagesClients, db: Db
) -> None:
    """From the next entry on its template says what the application calls this account."""
    with db.transaction() as session:
        service.end_username(
            session,
            actor,
            client_id,
            account_id,
            basis=form.basis.to_basis(),
            seen=form.seen,
        )


def _set_enabled(
    client_id: str, form: BasisForm, actor: ManagesClients, db: Db, now: Now, *, enabled: bool
) -> ClientOut:
    with db.transaction() as session:
        row = service.set_enabled(
            session, actor, client_id, enabled=enabled, now=now, basis=form.to_basis()
        )
        return ClientOut.model_validate(row)


def _with_secret(row: ClientRow, secret: str | None) -> ClientWithSecret:
    plain = ClientOut.model_validate(row).model_dump()
    return ClientWithSecret(**plain, client_secret=secret)
