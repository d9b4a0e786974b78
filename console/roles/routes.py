"""Roles: who holds which, giving one and ending one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from sqlalchemy.orm import Session

from console.account_picker import find_people_with_accounts
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.forms import tried
from console.pages import pages
from console.roles.words import MEANING
from console.session.access import ManagesRoles
from console.session.service import Caller
from identity.accounts.models import Account
from identity.accounts.queries import get_account_by_login
from identity.roles import service
from identity.roles.errors import RoleNotHeld
from identity.roles.models import Role
from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/vai-tro"
Login = Annotated[str, Path(max_length=64)]
CONFIRM = Message(
    "Hãy gõ đúng tên đăng nhập của bạn để bỏ vai trò quản trị của chính mình.",
    "Type your own login to give up your own administrator role.",
)
CHOOSE = Message("Hãy chọn một vai trò.", "Choose a role.")


@router.get(PATH)
def list_roles(
    request: Request, caller: ManagesRoles, db: Db, now: Now, done: str = ""
) -> Response:
    with db.transaction() as session:
        holders = service.list_holders(session)
    return pages.show(
        request,
        "roles/list.html",
        caller,
        now,
        holders=holders,
        meaning=MEANING,
        done=done,
    )


@router.get(f"{PATH}/giao")
def choose_account(
    request: Request,
    caller: ManagesRoles,
    db: Db,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
    login: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Whom to give a role, then which."""
    with db.transaction() as session:
        if login:
            return _grant_page(request, caller, now, get_account_by_login(session, login))
        found = find_people_with_accounts(session, q)
    return pages.show(request, "roles/choose.html", caller, now, part="found", q=q, found=found)


@router.post(f"{PATH}/giao", dependencies=[Depends(require_same_origin)])
def grant(
    request: Request,
    caller: ManagesRoles,
    db: Db,
    now: Now,
    typed: BasisOfForm,
    login: Annotated[str, Form(max_length=64)] = "",
    role: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    faults = [] if role in set(Role) else [Fault(CHOOSE, "role")]
    faults += typed.faults
    with db.transaction() as session:
        account = get_account_by_login(session, login)

    def write(session: Session) -> None:
        service.grant_role(session, caller.actor, account, Role(role), now=now, basis=typed.given())

    faults = faults or tried(db, write)
    if not faults:
        return go(f"{PATH}?{urlencode({'done': 'granted'})}")
    return _grant_page(request, caller, now, account, typed, role=role, faults=faults)


def _grant_page(  # two callers beside it
    request: Request,
    caller: Caller,
    now: datetime,
    account: Account,
    typed: TypedBasis = NOTHING,
    role: str = "",
    faults: Sequence[Fault] = (),
) -> Response:
    return pages.show(
        request,
        "roles/grant.html",
        caller,
        now,
        status_code=422 if faults else 200,
        account=account,
        typed=typed,
        role=role,
        roles=MEANING,
        faults=faults,
    )


@router.get(f"{PATH}/{{login}}/{{role}}/ket-thuc")
def ask_to_end(
    request: Request, caller: ManagesRoles, db: Db, now: Now, login: Login, role: Role
) -> Response:
    with db.transaction() as session:
        account = get_account_by_login(session, login)
        if role not in service.roles_of(session, account.id):
            raise RoleNotHeld(login)
    return _end_page(request, caller, now, account, role)


@router.post(f"{PATH}/{{login}}/{{role}}/ket-thuc", dependencies=[Depends(require_same_origin)])
def end(
    request: Request,
    caller: ManagesRoles,
    db: Db,
    now: Now,
    login: Login,
    role: Role,
    typed: BasisOfForm,
    confirmation: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    with db.transaction() as session:
        account = get_account_by_login(session, login)
    faults = typed.faults
    if _gives_itself_up(caller, account, role) and confirmation.strip() != account.login:
        faults.append(Fault(CONFIRM, "confirmation"))

    def write(session: Session) -> None:
        service.end_role(session, caller.actor, account, role, now=now, basis=typed.given())

    faults = faults or tried(db, write)
    if not faults:
        return go(f"{PATH}?{urlencode({'done': 'ended'})}")
    return _end_page(request, caller, now, account, role, typed, faults)


def _gives_itself_up(caller: Caller, account: Account, role: Role) -> bool:
    return role is Role.ADMINISTRATOR and account.id == caller.account.id


def _end_page(  # two callers above it
    request: Request,
    caller: Caller,
    now: datetime,
    account: Account,
    role: Role,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return pages.show(
        request,
        "roles/end.html",
        caller,
        now,
        status_code=422 if faults else 200,
        account=account,
        role=role,
        typed=typed,
        faults=faults,
        gives_itself_up=_gives_itself_up(caller, account, role),
    )
