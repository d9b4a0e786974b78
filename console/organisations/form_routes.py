"""Adding an organisation, changing one, giving it another code."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.forms import read_form, tried
from console.organisations import queries
from console.organisations.routes import PATH
from console.pages import pages
from console.session.access import ManagesOrganisations
from console.session.service import Caller
from identity.organisations import service
from identity.organisations.models import Organisation, OrganisationKind
from identity.organisations.queries import get_organisation
from identity.organisations.schemas import Code, OrganisationFields
from kernel.clock import office_day
from kernel.database import Database
from kernel.errors import DomainError
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
OURS_ONLY = [Depends(require_same_origin)]
FIELDS = (
    "kind",
    "name",
    "short_name",
    "parent_id",
    "mail_stem",
    "statistics_code",
    "display_order",
    "code",
    "effective_on",
)


class NewOrganisation(OrganisationFields):
    code: Code | None = None
    effective_on: date


class ChangedOrganisation(OrganisationFields):
    effective_on: date


class NewCode(BaseModel):
    code: Code
    effective_on: date


async def typed_fields(request: Request) -> dict[str, str]:
    """What was typed, of the fields that there are."""
    form = await request.form()
    found = ((name, form.get(name, "")) for name in FIELDS)
    return {name: value for name, value in found if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(typed_fields)]


@router.get(PATH + "/them")
def ask_new(
    request: Request,
    caller: ManagesOrganisations,
    db: Db,
    now: Now,
    under: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    typed = {
        "parent_id": under,
        "kind": OrganisationKind.UNIT.value,
        "effective_on": office_day(now).isoformat(),
    }
    return _form(request, caller, db, now, "new.html", typed)


@router.post(PATH + "/them", dependencies=OURS_ONLY)
def add(
    request: Request,
    caller: ManagesOrganisations,
    db: Db,
    now: Now,
    typed: Typed,
    basis: BasisOfForm,
) -> Response:
    form = read_form(NewOrganisation, typed)
    faults = (form if isinstance(form, list) else []) + basis.faults
    if not isinstance(form, list) and not faults:
        fields = form.model_dump(exclude={"effective_on"})
        try:
            with db.transaction() as session:
                made = service.create_organisation(
                    session,
                    caller.actor,
                    service.OrganisationForm(**fields),
                    valid_from=form.effective_on,
                    basis=basis.given(),
                )
            return go(f"{PATH}/{made.id}?{urlencode({'done': 'created'})}")
        except DomainError as error:
            faults = list(faults_of(error))
    return _form(request, caller, db, now, "new.html", typed, basis=basis, faults=faults)


@router.get(PATH + "/{organisation_id}/sua")
def ask_change(
    request: Request, caller: ManagesOrganisations, db: Db, now: Now, organisation_id: UUID
) -> Response:
    with db.transaction() as session:
        organisation = get_organisation(session, organisation_id)
    return _form(request, caller, db, now, "change.html", _present(organisation, now), organisation)


@router.post(PATH + "/{organisation_id}/sua", dependencies=OURS_ONLY)
def change(
    request: Request,
    caller: ManagesOrganisations,
    db: Db,
    now: Now,
    organisation_id: UUID,
    typed: Typed,
    basis: BasisOfForm,
) -> Response:
    form = read_form(ChangedOrganisation, typed)
    faults = (form if isinstance(form, list) else []) + basis.faults
    with db.transaction() as session:
        organisation = get_organisation(session, organisation_id)
    if not isinstance(form, list) and not faults:
        wanted = service.OrganisationChange(**form.model_dump(exclude={"effective_on"}))
        since = form.effective_on

        def write(session: Session) -> None:
            service.change_organisation(
                session,
                caller.actor,
                organisation_id,
                wanted,
                effective_on=since,
                today=office_day(now),
                basis=basis.given(),
            )

        faults = tried(db, write)
        if not faults:
            return go(f"{PATH}/{organisation_id}?{urlencode({'done': 'changed'})}")
    return _form(
        request, caller, db, now, "change.html", typed, organisation, basis=basis, faults=faults
    )


@router.get(PATH + "/{organisation_id}/ma-dinh-danh")
def ask_code(
    request: Request, caller: ManagesOrganisations, db: Db, now: Now, organisation_id: UUID
) -> Response:
    with db.transaction() as session:
        organisation = get_organisation(session, organisation_id)
    typed = {"effective_on": office_day(now).isoformat()}
    return _form(request, caller, db, now, "code.html", typed, organisation)


@router.post(PATH + "/{organisation_id}/ma-dinh-danh", dependencies=OURS_ONLY)
def issue_code(
    request: Request,
    caller: ManagesOrganisations,
    db: Db,
    now: Now,
    organisation_id: UUID,
    typed: Typed,
    basis: BasisOfForm,
) -> Response:
    form = read_form(NewCode, typed)
    faults = (form if isinstance(form, list) else []) + basis.faults
    with db.transaction() as session:
        organisation = get_organisation(session, organisation_id)
    if not isinstance(form, list) and not faults:
        code, since = form.code, form.effective_on

        def write(session: Session) -> None:
            service.issue_code(
                session, caller.actor, organisation_id, code, on=since, basis=basis.given()
            )

        faults = tried(db, write)
        if not faults:
            return go(f"{PATH}/{organisation_id}?{urlencode({'done': 'code'})}")
    return _form(
        request, caller, db, now, "code.html", typed, organisation, basis=basis, faults=faults
    )


def _present(organisation: Organisation, now: datetime) -> dict[str, str]:
    found = {name: getattr(organisation, name, None) for name in FIELDS}
    texts = {name: "" if value is None else str(value) for name, value in found.items()}
    return texts | {"effective_on": office_day(now).isoformat()}


def _form(  # the three forms differ in the template alone
    request: Request,
    caller: Caller,
    db: Database,
    now: datetime,
    template: str,
    typed: Mapping[str, str],
    organisation: Organisation | None = None,
    *,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    with db.transaction() as session:
        tree = queries.load_tree(session, office_day(now))
    values: dict[str, Any] = dict.fromkeys(FIELDS, "") | dict(typed)
    return pages.show(
        request,
        f"organisations/{template}",
        caller,
        now,
        status_code=422 if faults else 200,
        organisation=organisation,
        typed=values,
        basis=basis,
        faults=faults,
        places=list(_indented(tree)),
        kinds=list(OrganisationKind),
    )


def _indented(tree: queries.Tree) -> list[tuple[UUID, str]]:
    """Every organisation in reading order, deeper ones moved in, for a list to choose from."""
    found: list[tuple[UUID, str]] = []
    stack = [(branch, 0) for branch in reversed(tree.tops)]
    while stack:
        branch, depth = stack.pop()
        found.append((branch.id, "\u2003" * depth + branch.name))
        stack.extend((below, depth + 1) for below in reversed(branch.below))
    return found
