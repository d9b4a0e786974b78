"""Registering a connected system and changing one; of two who do it at once nobody loses a word."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from console.basis import BasisOfForm, TypedBasis
from console.clients import kinds
from console.clients.form_page import (
    Conflict,
    Sent,
    SentForm,
    Shown,
    last_change,
    show_form,
)
from console.clients.kinds import NEW, PATH
from console.clients.own import refuse_own
from console.clients.routes import ClientName
from console.clients.typed import described, differences, faults_of_members, members_of
from console.desk import OURS_ONLY, ClientsDesk, Desk
from console.once import MakesOnce
from kernel.errors import DomainError
from kernel.messages import Message
from sso.clients import service
from sso.clients.description import ClientDescription
from sso.clients.errors import ClientChangedMeanwhile, ClientDescriptionInvalid
from sso.clients.models import ClientRow
from sso.clients.schemas import ClientId
from sso.http import SignOn
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
CLIENT_ID: TypeAdapter[str] = TypeAdapter(ClientId)
NO_ID = Message(
    "Mã gồm chữ không dấu, số, dấu chấm, gạch nối, gạch dưới; bắt đầu bằng chữ hoặc số, không quá "
    "100 ký tự.",
    "An id has letters without marks, digits, dots, hyphens and underscores; it begins with a "
    "letter or digit and has 100 at most.",
)
NO_DOMAIN = Message("Tên miền này không đúng dạng.", "This is no domain name.")


@router.get(NEW)
def choose_beginning(
    desk: ClientsDesk,
    sign_on: SignOn,
    kind: Annotated[str, Query(alias="loai", max_length=20)] = "",
    template: Annotated[str, Query(alias="mau", max_length=100)] = "",
    typed_domain: Annotated[str, Query(alias="ten-mien", max_length=253)] = "",
) -> Response:
    """What to begin with, then the form."""
    typed = typed_domain.strip().lower()
    with desk.db.transaction() as session:
        domain = kinds.usual_domain(session, typed, sign_on.issuer)
        present = {row.client_id for row in service.list_clients(session)}
    begun = kinds.begun(kind, template, domain)
    if begun is not None:
        client_id, members = begun
        return show_form(desk, Shown(members, client_id=client_id))
    faults = [Fault(NO_DOMAIN, "ten-mien")] if typed not in {"", domain} else []
    return desk.show(
        "clients/new.html",
        faults=faults,
        kinds=kinds.KINDS,
        offered=kinds.offered(domain),
        present=present,
        domain=typed or domain,
    )


@router.post(NEW, dependencies=OURS_ONLY)
def register(desk: ClientsDesk, sent: SentForm, basis: BasisOfForm, once: MakesOnce) -> Response:
    """The answer may be the only page that ever shows the secret, so it is no redirect."""
    if sent.only_looks:
        return show_form(desk, _kept(sent, basis))
    description, faults = _checked(sent, basis, {})
    try:
        CLIENT_ID.validate_python(sent.client_id)
    except ValidationError:
        faults.insert(0, Fault(NO_ID, "client_id"))
    made: list[tuple[ClientRow, str | None]] = []

    def write(session: Session) -> None:
        assert description is not None  # noqa: S101  # there are no faults
        row_and_secret = service.create_client(
            session,
            desk.actor,
            sent.client_id,
            description,
            now=desk.now,
            basis=basis.given(),
            row_id=once.id,
        )
        made.append(row_and_secret)

    faults = once.tried(desk.db, ClientRow, write, faults)
    if faults:
        return show_form(desk, _kept(sent, basis, faults))
    if not made:
        return go(f"{PATH}/{sent.client_id}?done=before")
    row, secret = made[0]
    if secret is None:
        return go(f"{PATH}/{row.client_id}?done=created")
    return desk.show("clients/shown_once.html", row=row, secret=secret, fresh=True)


@router.get(f"{PATH}/{{client_id}}/sua")
def ask_change(desk: ClientsDesk, client_id: ClientName) -> Response:
    refuse_own(client_id)
    with desk.db.transaction() as session:
        row = service.get_client(session, client_id)
    members = members_of(row.description)
    shown = Shown(members, row, row.client_id, row.revision, members)
    return show_form(desk, shown)


@router.post(f"{PATH}/{{client_id}}/sua", dependencies=OURS_ONLY)
def change(
    desk: ClientsDesk,
    client_id: ClientName,
    sent: SentForm,
    basis: BasisOfForm,
) -> Response:
    refuse_own(client_id)
    with desk.db.transaction() as session:
        row = service.get_client(session, client_id)
    faults: list[Fault] = []
    if not sent.only_looks:
        description, faults = _checked(sent, basis, row.description)
        if description is not None and not faults:
            try:
                with desk.db.transaction() as session:
                    service.change_client(
                        session,
                        desk.actor,
                        client_id,
                        description,
                        now=desk.now,
                        basis=basis.given(),
                        expected_revision=sent.revision,
                    )
                return go(f"{PATH}/{client_id}?done=changed")
            except ClientChangedMeanwhile:
                shown = _conflicting(desk, client_id, sent, basis)
                return show_form(desk, shown)
            except DomainError as error:
                faults = list(faults_of(error))
    shown = Shown(
        sent.members,
        row,
        client_id,
        sent.revision,
        sent.before,
        sent.looks_for,
        basis,
        faults,
    )
    return show_form(desk, shown)


def _kept(sent: Sent, basis: TypedBasis, faults: list[Fault] | None = None) -> Shown:
    return Shown(
        sent.members,
        client_id=sent.client_id,
        looks_for=sent.looks_for,
        basis=basis,
        faults=faults or [],
    )


def _checked(
    sent: Sent, basis: TypedBasis, stored: Mapping[str, Any]
) -> tuple[ClientDescription | None, list[Fault]]:
    try:
        return service.describe(described(sent.members, stored)), basis.faults
    except ClientDescriptionInvalid as error:
        return None, [*faults_of_members(error, sent.members), *basis.faults]


def _conflicting(desk: Desk, client_id: str, sent: Sent, basis: TypedBasis) -> Shown:
    """Both changes: where they do not meet each stands, where they do what was typed now."""
    with desk.db.transaction() as session:
        row = service.get_client(session, client_id)
        last = last_change(session, row.id)
    present = members_of(row.description)
    found = differences(sent.before, present, sent.members)
    merged = sent.members | {one.field.name: one.merged for one in found}
    return Shown(
        merged,
        row,
        client_id,
        row.revision,
        present,
        basis=basis,
        conflict=Conflict(found, last),
    )
