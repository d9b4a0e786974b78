"""Roles: who holds which, giving one and ending one."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from sqlalchemy.orm import Session

from console.account_picker import SoughtAccount
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, RolesDesk
from console.roles.words import MEANING
from identity.accounts.models import Account
from identity.accounts.queries import get_account_by_login
from identity.roles import service
from identity.roles.errors import RoleNotHeld
from identity.roles.models import Role
from kernel.messages import Message
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
def list_roles(desk: RolesDesk, done: str = "") -> Response:
    with desk.db.transaction() as session:
        holders = service.list_holders(session)
    return desk.show("roles/list.html", holders=holders, meaning=MEANING, done=done)


@router.get(f"{PATH}/giao")
def choose_account(desk: RolesDesk, sought: SoughtAccount) -> Response:
    """Whom to give a role, then which."""
    with desk.db.transaction() as session:
        if sought.login:
            return _grant_page(desk, get_account_by_login(session, sought.login))
        found = sought.found(session, desk.today)
    return desk.show("roles/choose.html", part="found", sought=sought, found=found)


@router.post(f"{PATH}/giao", dependencies=OURS_ONLY)
def grant(
    desk: RolesDesk,
    typed: BasisOfForm,
    login: Annotated[str, Form(max_length=64)] = "",
    role: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    account = _account(desk, login)
    faults = [] if role in set(Role) else [Fault(CHOOSE, "role")]
    faults += typed.faults

    def write(session: Session) -> None:
        basis = typed.given()
        service.grant_role(session, desk.actor, account, Role(role), now=desk.now, basis=basis)

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}?done=granted")
    return _grant_page(desk, account, typed, role=role, faults=faults)


def _grant_page(
    desk: Desk,
    account: Account,
    typed: TypedBasis = NOTHING,
    role: str = "",
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "roles/grant.html", faults=faults, account=account, typed=typed, role=role, roles=MEANING
    )


@router.get(f"{PATH}/{{login}}/{{role}}/ket-thuc")
def ask_to_end(desk: RolesDesk, login: Login, role: Role) -> Response:
    account = _account(desk, login)
    with desk.db.transaction() as session:
        if role not in service.roles_of(session, account.id):
            raise RoleNotHeld(login)
    return _end_page(desk, account, role)


@router.post(f"{PATH}/{{login}}/{{role}}/ket-thuc", dependencies=OURS_ONLY)
def end(
    desk: RolesDesk,
    login: Login,
    role: Role,
    typed: BasisOfForm,
    confirmation: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    account = _account(desk, login)
    faults = typed.faults
    if _gives_itself_up(desk, account, role) and confirmation.strip() != account.login:
        faults.append(Fault(CONFIRM, "confirmation"))

    def write(session: Session) -> None:
        service.end_role(session, desk.actor, account, role, now=desk.now, basis=typed.given())

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}?done=ended")
    return _end_page(desk, account, role, typed, faults)


def _account(desk: Desk, login: str) -> Account:
    """Raises AccountNotFound."""
    with desk.db.transaction() as session:
        return get_account_by_login(session, login)


def _gives_itself_up(desk: Desk, account: Account, role: Role) -> bool:
    return role is Role.ADMINISTRATOR and account.id == desk.caller.account.id


def _end_page(
    desk: Desk,
    account: Account,
    role: Role,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "roles/end.html",
        faults=faults,
        account=account,
        role=role,
        typed=typed,
        gives_itself_up=_gives_itself_up(desk, account, role),
    )
