"""What a system calls people: the names that it knows, and giving somebody another one."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from console.account_picker import SoughtAccount
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.clients.kinds import PATH
from console.clients.own import is_own, refuse_own
from console.clients.routes import ClientName
from console.desk import OURS_ONLY, ClientsDesk, Desk
from console.pages import pages
from console.session.access import ReadsClients
from identity.accounts.models import Account
from identity.accounts.queries import get_account, get_account_by_login
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from sso.clients import service
from sso.clients.models import LONGEST_USERNAME, ClientRow
from sso.clients.schemas import Username
from sso.clients.username_list import UsernameFilter, count_usernames, find_usernames
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
NAMES = f"{PATH}/{{client_id}}/ten-nguoi-dung"
PAGE = 50
USERNAME: TypeAdapter[str] = TypeAdapter(Username)
NO_USERNAME = Message(
    f"Hãy ghi tên, không quá {LONGEST_USERNAME} ký tự.",
    f"Give a name of {LONGEST_USERNAME} characters at most.",
)


@router.get(NAMES)
def list_names(  # what FastAPI hands over
    request: Request,
    caller: ReadsClients,
    db: Db,
    now: Now,
    client_id: ClientName,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    done: str = "",
) -> Response:
    typed = q.replace("\0", "").strip()
    with db.transaction() as session:
        row = service.get_client(session, client_id)
        page = find_usernames(session, row.id, UsernameFilter(typed, cursor), PAGE)
        count = count_usernames(session, row.id, typed)
    narrow = {"q": typed} if typed else {}
    return pages.show(
        request,
        "clients/usernames.html",
        caller,
        now,
        part="results",
        row=row,
        page=page,
        count=count,
        q=typed,
        cursor=cursor,
        first_address=_address(client_id, **narrow),
        more_address=page.next_cursor and _address(client_id, **narrow, cursor=page.next_cursor),
        may_manage=caller.may(Permission.MANAGE_CLIENTS) and not is_own(client_id),
        done=done,
    )


def _address(client_id: str, **query: str) -> str:
    own = f"{PATH}/{quote(client_id)}/ten-nguoi-dung"
    return f"{own}?{urlencode(query)}" if query else own


@router.get(f"{NAMES}/dat")
def choose_account(desk: ClientsDesk, client_id: ClientName, sought: SoughtAccount) -> Response:
    """Whose name, then which."""
    refuse_own(client_id)
    with desk.db.transaction() as session:
        row = service.get_client(session, client_id)
        if sought.login:
            account = get_account_by_login(session, sought.login)
            present = service.kept_username(session, row.id, account.id) or ""
            return _form(desk, row, account, username=present, seen=present)
        found = sought.found(session, desk.today)
    return desk.show("clients/choose.html", part="found", row=row, sought=sought, found=found)


@router.post(f"{NAMES}/dat", dependencies=OURS_ONLY)
def map_name(
    desk: ClientsDesk,
    client_id: ClientName,
    typed: BasisOfForm,
    login: Annotated[str, Form(max_length=64)] = "",
    username: Annotated[str, Form(max_length=1000)] = "",
    seen: Annotated[str, Form(max_length=LONGEST_USERNAME)] = "",
) -> Response:
    refuse_own(client_id)
    with desk.db.transaction() as session:
        row = service.get_client(session, client_id)
        account = get_account_by_login(session, login)
    faults, wanted = typed.faults, username
    try:
        wanted = USERNAME.validate_python(username)
    except ValidationError:
        faults = [Fault(NO_USERNAME, "username"), *faults]

    def write(session: Session) -> None:
        get_account(session, account.id)
        service.map_username(
            session,
            desk.actor,
            client_id,
            account.id,
            wanted,
            basis=typed.given(),
            seen=seen,
        )

    if not faults:
        faults = desk.tried(write)
        if not faults:
            return go(_address(client_id, q=account.login, done="mapped"))
        seen = _present(desk, row.id, account.id)
    return _form(desk, row, account, username=username, seen=seen, typed=typed, faults=faults)


def _present(desk: Desk, client: UUID, account: UUID) -> str:
    """Shown beside what was typed, so whoever sends the form again knows what they replace."""
    with desk.db.transaction() as session:
        return service.kept_username(session, client, account) or ""


def _form(
    desk: Desk,
    row: ClientRow,
    account: Account,
    *,
    username: str,
    seen: str,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "clients/username.html",
        faults=faults,
        row=row,
        account=account,
        username=username,
        seen=seen,
        typed=typed,
    )
