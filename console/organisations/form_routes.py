"""Adding an organisation, changing one, giving it another code."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, OrganisationsDesk
from console.forms import Schema, read_form
from console.organisations import queries
from console.organisations.routes import PATH
from identity.organisations import service
from identity.organisations.models import Organisation, OrganisationKind
from identity.organisations.queries import get_organisation
from identity.organisations.schemas import Code, OrganisationFields
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
ONE = PATH + "/{organisation_id}"
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
def ask_new(desk: OrganisationsDesk, under: Annotated[str, Query(max_length=36)] = "") -> Response:
    typed = {"parent_id": under, "kind": OrganisationKind.UNIT.value}
    return _form(desk, "new.html", _from_today(desk, typed))


@router.post(PATH + "/them", dependencies=OURS_ONLY)
def add(desk: OrganisationsDesk, typed: Typed, basis: BasisOfForm) -> Response:
    made: list[UUID] = []

    def write(session: Session, form: NewOrganisation) -> None:
        fields = form.model_dump(exclude={"effective_on"})
        organisation = service.create_organisation(
            session,
            desk.actor,
            service.OrganisationForm(**fields),
            valid_from=form.effective_on,
            basis=basis.given(),
        )
        made.append(organisation.id)

    faults = _tried(desk, NewOrganisation, typed, basis, write)
    if not faults:
        return go(f"{PATH}/{made[0]}?done=created")
    return _form(desk, "new.html", typed, basis=basis, faults=faults)


@router.get(ONE + "/sua")
def ask_change(desk: OrganisationsDesk, organisation_id: UUID) -> Response:
    organisation = _organisation(desk, organisation_id)
    return _form(desk, "change.html", _from_today(desk, _present(organisation)), organisation)


@router.post(ONE + "/sua", dependencies=OURS_ONLY)
def change(
    desk: OrganisationsDesk, organisation_id: UUID, typed: Typed, basis: BasisOfForm
) -> Response:
    organisation = _organisation(desk, organisation_id)

    def write(session: Session, form: ChangedOrganisation) -> None:
        service.change_organisation(
            session,
            desk.actor,
            organisation_id,
            service.OrganisationChange(**form.model_dump(exclude={"effective_on"})),
            effective_on=form.effective_on,
            today=desk.today,
            basis=basis.given(),
        )

    faults = _tried(desk, ChangedOrganisation, typed, basis, write)
    if not faults:
        return go(f"{PATH}/{organisation_id}?done=changed")
    return _form(desk, "change.html", typed, organisation, basis=basis, faults=faults)


@router.get(ONE + "/ma-dinh-danh")
def ask_code(desk: OrganisationsDesk, organisation_id: UUID) -> Response:
    organisation = _organisation(desk, organisation_id)
    return _form(desk, "code.html", _from_today(desk, {}), organisation)


@router.post(ONE + "/ma-dinh-danh", dependencies=OURS_ONLY)
def issue_code(
    desk: OrganisationsDesk, organisation_id: UUID, typed: Typed, basis: BasisOfForm
) -> Response:
    organisation = _organisation(desk, organisation_id)

    def write(session: Session, form: NewCode) -> None:
        service.issue_code(
            session,
            desk.actor,
            organisation_id,
            form.code,
            on=form.effective_on,
            basis=basis.given(),
        )

    faults = _tried(desk, NewCode, typed, basis, write)
    if not faults:
        return go(f"{PATH}/{organisation_id}?done=code")
    return _form(desk, "code.html", typed, organisation, basis=basis, faults=faults)


def _tried(
    desk: Desk,
    schema: type[Schema],
    typed: Mapping[str, str],
    basis: TypedBasis,
    write: Callable[[Session, Schema], None],
) -> list[Fault]:
    """`write` is given what was typed once nothing is wrong with it."""
    form = read_form(schema, typed)
    if isinstance(form, list):
        return form + basis.faults
    return basis.faults or desk.tried(lambda session: write(session, form))


def _organisation(desk: Desk, organisation_id: UUID) -> Organisation:
    with desk.db.transaction() as session:
        return get_organisation(session, organisation_id)


def _present(organisation: Organisation) -> dict[str, str]:
    found = {name: getattr(organisation, name, None) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _from_today(desk: Desk, typed: Mapping[str, str]) -> dict[str, str]:
    return {**typed, "effective_on": desk.today.isoformat()}


def _form(
    desk: Desk,
    template: str,
    typed: Mapping[str, str],
    organisation: Organisation | None = None,
    *,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    with desk.db.transaction() as session:
        tree = queries.load_tree(session, desk.today)
    return desk.show(
        f"organisations/{template}",
        faults=faults,
        organisation=organisation,
        typed=dict.fromkeys(FIELDS, "") | dict(typed),
        basis=basis,
        places=list(_indented(tree)),
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
