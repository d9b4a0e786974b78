"""Connected systems: which there are, what each may do, its secret, and stopping it."""

import enum
from collections.abc import Container, Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.clients.fields import GRANTS, KINDS, METHODS
from console.clients.kinds import PATH
from console.clients.own import is_own, refuse_own
from console.clients.typed import group_ids, members_of
from console.desk import OURS_ONLY, ClientsDesk, Desk
from console.pages import pages
from console.session.access import ReadsClients
from identity.names.text import search_key
from identity.organisations.models import Organisation
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from sso.clients import service
from sso.clients.description import SECRET_METHODS
from sso.clients.expiry import Ending, EndingKind, list_endings
from sso.clients.models import ClientRow
from sso.clients.username_list import count_usernames
from sso.http import SignOn
from sso.login.destinations import go
from sso.login.scope_words import scopes_in_words
from sso.sessions.models import Participation
from theme.catalogue import _
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
ClientName = Annotated[str, Path(max_length=100)]
OVERLAPS = (0, 1, 24, 24 * 7, 24 * 30)
"""Hours."""
ENDINGS = {
    EndingKind.SECRET: _("Mã bí mật cũ"),
    EndingKind.CERTIFICATE: _("Chứng thư số"),
}
CONFIRM = Message("Hãy gõ đúng mã hệ thống.", "Type the id of the system.")


class Show(enum.StrEnum):
    ENDING = "sap-het"
    """Those that prove themselves with something that ends soon."""
    STOPPED = "da-ngung"


SHOWN = {Show.ENDING: _("Sắp hết hạn"), Show.STOPPED: _("Đã ngừng")}


@router.get(PATH)
def list_clients(  # what FastAPI hands over
    request: Request,
    caller: ReadsClients,
    db: Db,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
    show: Annotated[str, Query(alias="loc", max_length=20)] = "",
) -> Response:
    """A province has dozens of them: one page."""
    only = Show(show) if show in set(Show) else None
    with db.transaction() as session:
        rows = service.list_clients(session)
        endings: dict[str, list[Ending]] = {}
        for ending in list_endings(session, now):
            endings.setdefault(ending.client_id, []).append(ending)
    return pages.show(
        request,
        "clients/list.html",
        caller,
        now,
        part="results",
        rows=[row for row in rows if _is_meant(row, q) and _is_kind(row, only, endings)],
        endings=endings,
        ending_words=ENDINGS,
        q=q,
        only=only,
        shown=SHOWN,
        may_manage=caller.may(Permission.MANAGE_CLIENTS),
    )


def _is_kind(row: ClientRow, only: Show | None, endings: Container[str]) -> bool:
    match only:
        case Show.ENDING:
            return row.client_id in endings
        case Show.STOPPED:
            return row.disabled_at is not None
    return True


def _is_meant(row: ClientRow, typed: str) -> bool:
    wanted = search_key(typed)
    shown = search_key(str(row.description.get("client_name", "")))
    return typed.strip().lower() in row.client_id.lower() or bool(wanted and wanted in shown)


@router.get(f"{PATH}/{{client_id}}")
def show_client(  # what FastAPI hands over
    request: Request,
    caller: ReadsClients,
    db: Db,
    now: Now,
    sign_on: SignOn,
    client_id: ClientName,
    done: str = "",
) -> Response:
    with db.transaction() as session:
        row = service.get_client(session, client_id)
        used = select(func.max(Participation.used_at)).where(Participation.client_id == row.id)
        last_used = session.scalar(used)
        usernames = count_usernames(session, row.id)
        groups = session.scalars(
            select(Organisation.name)
            .where(Organisation.id.in_(group_ids(members_of(row.description))))
            .order_by(Organisation.name)
        ).all()
        endings = [one for one in list_endings(session, now) if one.client_id == client_id]
    return pages.show(
        request,
        "clients/client.html",
        caller,
        now,
        row=row,
        scopes=scopes_in_words(row.description.get("scope", [])),
        methods=dict(METHODS),
        grants=dict(GRANTS),
        kinds=dict(KINDS),
        groups=groups,
        last_used=last_used,
        usernames=usernames,
        endings=endings,
        ending_words=ENDINGS,
        issuer=sign_on.issuer,
        uses_secret=_uses_secret(row),
        may_manage=caller.may(Permission.MANAGE_CLIENTS) and not is_own(client_id),
        is_own=is_own(client_id),
        done=done,
    )


def _uses_secret(row: ClientRow) -> bool:
    return row.description.get("token_endpoint_auth_method") in SECRET_METHODS


@router.get(f"{PATH}/{{client_id}}/trang-thai")
def ask_to_switch(desk: ClientsDesk, client_id: ClientName) -> Response:
    refuse_own(client_id)
    return _form(desk, _client(desk, client_id), "clients/switch.html")


@router.post(f"{PATH}/{{client_id}}/trang-thai", dependencies=OURS_ONLY)
def switch(
    desk: ClientsDesk,
    client_id: ClientName,
    typed: BasisOfForm,
    wanted: Annotated[str, Form(max_length=20)] = "",
    confirmation: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """The form says what it was for, so that two who send it do not undo each other."""
    refuse_own(client_id)
    enabled = wanted == "enabled"
    row = _client(desk, client_id)
    faults = typed.faults
    if not enabled and confirmation.strip() != row.client_id:
        faults.append(Fault(CONFIRM, "confirmation"))

    def write(session: Session) -> None:
        basis = typed.given()
        service.set_enabled(
            session, desk.actor, client_id, enabled=enabled, now=desk.now, basis=basis
        )

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}/{client_id}?done={'enabled' if enabled else 'disabled'}")
    return _form(desk, row, "clients/switch.html", typed, faults)


@router.get(f"{PATH}/{{client_id}}/ma-bi-mat")
def ask_to_rotate(desk: ClientsDesk, client_id: ClientName) -> Response:
    return _form(desk, _client(desk, client_id), "clients/secret.html")


@router.post(f"{PATH}/{{client_id}}/ma-bi-mat", dependencies=OURS_ONLY)
def rotate(
    desk: ClientsDesk,
    client_id: ClientName,
    typed: BasisOfForm,
    overlap: Annotated[str, Form(max_length=10)] = "24",
) -> Response:
    """The answer is the only page that ever shows the secret, so it is no redirect."""
    row = _client(desk, client_id)
    hours = timedelta(
        hours=int(overlap) if overlap in {str(one) for one in OVERLAPS} else OVERLAPS[2]
    )
    made: list[str] = []

    def write(session: Session) -> None:
        basis = typed.given()
        secret = service.rotate_secret(
            session, desk.actor, client_id, overlap=hours, now=desk.now, basis=basis
        )
        made.append(secret)

    faults = typed.faults or desk.tried(write)
    if faults:
        return _form(desk, row, "clients/secret.html", typed, faults)
    return desk.show(
        "clients/shown_once.html",
        row=row,
        secret=made[0],
        until=desk.now + hours if hours else None,
        fresh=False,
    )


def _client(desk: Desk, client_id: str) -> ClientRow:
    """Raises ClientNotFound."""
    with desk.db.transaction() as session:
        return service.get_client(session, client_id)


def _form(
    desk: Desk,
    row: ClientRow,
    template: str,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(template, faults=faults, row=row, typed=typed)
