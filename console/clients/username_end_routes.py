"""Taking back the name that a system has for somebody."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.clients.own import refuse_own
from console.clients.routes import ClientName
from console.clients.username_routes import NAMES
from console.desk import OURS_ONLY, ClientsDesk, Desk
from identity.accounts.queries import get_account_by_login
from kernel.messages import Message
from sso.clients import service
from sso.clients.errors import UsernameNotKept
from sso.clients.models import LONGEST_USERNAME
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
PATH = f"{NAMES}/go"
CONFIRM = Message("Hãy gõ đúng tên sẽ gỡ.", "Type the name that will be taken away.")


@router.get(PATH)
def ask_to_end(
    desk: ClientsDesk,
    client_id: ClientName,
    login: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    return _form(desk, client_id, login)


@router.post(PATH, dependencies=OURS_ONLY)
def end_name(
    desk: ClientsDesk,
    client_id: ClientName,
    typed: BasisOfForm,
    login: Annotated[str, Form(max_length=64)] = "",
    confirmation: Annotated[str, Form(max_length=1000)] = "",
    seen: Annotated[str, Form(max_length=LONGEST_USERNAME)] = "",
) -> Response:
    """What is ended is what was shown and typed, or else the name is shown anew."""
    refuse_own(client_id)
    with desk.db.transaction() as session:
        account = get_account_by_login(session, login)
    faults = typed.faults
    if confirmation.strip() != seen.strip():
        faults.append(Fault(CONFIRM, "confirmation"))

    def write(session: Session) -> None:
        service.end_username(
            session, desk.actor, client_id, account.id, basis=typed.given(), seen=seen
        )

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{NAMES.format(client_id=quote(client_id))}?done=ended")
    return _form(desk, client_id, login, typed, faults)


def _form(
    desk: Desk,
    client_id: str,
    login: str,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    """Raises ClientNotFound, AccountNotFound, UsernameNotKept."""
    refuse_own(client_id)
    with desk.db.transaction() as session:
        row = service.get_client(session, client_id)
        account = get_account_by_login(session, login)
        present = service.kept_username(session, row.id, account.id)
    if present is None:
        raise UsernameNotKept(client_id)
    return desk.show(
        "clients/username_end.html",
        row=row,
        account=account,
        present=present,
        typed=typed,
        faults=faults,
    )
