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
from console.forms import NO_NUMBER, WRONG_FORM, Schema, read_form
from console.once import MakesOnce, Once
from console.organisations import queries
from console.organisations.routes import PATH
from identity.organisations import service
from identity.organisations.models import Organisation, OrganisationKind
from identity.organisations.queries import (
    find_holder_of_stem,
    get_organisation,
    has_organisations,
    list_alike,
)
from identity.organisations.schemas import Code, OrganisationFields
from kernel.messages import Message
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
    "confirmed",
)


NOWHERE = "none"
"""Chosen as parent by whoever means a top of the tree."""
PARENT_UNCHOSEN = Message(
    "Hãy chọn cơ quan cấp trên, hoặc “không trực thuộc cơ quan nào”.",
    "Choose what it belongs to, or that it belongs to no other.",
)
SENTENCES = {
    "mail_stem": Message(
        "Phần tên trong địa chỉ thư chỉ gồm chữ thường không dấu và chữ số, có thể có dấu chấm "
        "hoặc gạch nối ở giữa.",
        "The part in addresses has small letters without marks and digits, with dots or hyphens "
        "between them.",
    ),
    "statistics_code": Message(
        "Mã thống kê chỉ gồm chữ số, nhiều nhất 10.", "A statistics code has at most 10 digits."
    ),
    "display_order": Message(
        "Thứ tự trong danh sách là một số nguyên từ 0 đến 1.000.000.",
        "The place in the list is a whole number from 0 to 1,000,000.",
    ),
}
"""What the form of such a field is, which no general sentence says."""
IN_DOUBT = Message(
    "Nếu đúng là như vậy, hãy đánh dấu “Vẫn lưu như trên” rồi lưu lần nữa.",
    "If it is meant so, tick “Save it as it is” and save once more.",
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
    with desk.db.transaction() as session:
        is_first = not has_organisations(session)
    parent = NOWHERE if is_first else under
    typed = {"parent_id": parent, "kind": OrganisationKind.UNIT.value}
    return _form(desk, "new.html", _from_today(desk, typed))


@router.post(PATH + "/them", dependencies=OURS_ONLY)
def add(desk: OrganisationsDesk, typed: Typed, basis: BasisOfForm, once: MakesOnce) -> Response:
    def write(session: Session, form: NewOrganisation) -> None:
        fields = form.model_dump(exclude={"effective_on"})
        service.create_organisation(
            session,
            desk.actor,
            service.OrganisationForm(**fields),
            valid_from=form.effective_on,
            basis=basis.given(),
            organisation_id=once.id,
        )

    faults = _tried(desk, NewOrganisation, typed, basis, write, once=once)
    if not faults:
        return go(f"{PATH}/{once.id}?done=created")
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
    before = {name: getattr(organisation, name) for name in OrganisationFields.model_fields}
    same: list[bool] = []

    def write(session: Session, form: ChangedOrganisation) -> None:
        after = form.model_dump(exclude={"effective_on"})
        same.append(after == before)
        service.change_organisation(
            session,
            desk.actor,
            organisation_id,
            service.OrganisationChange(**after),
            effective_on=form.effective_on,
            today=desk.today,
            basis=basis.given(),
        )

    faults = _tried(desk, ChangedOrganisation, typed, basis, write, before=organisation)
    if not faults:
        return go(f"{PATH}/{organisation_id}?done={'unchanged' if same[0] else 'changed'}")
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
    *,
    before: Organisation | None = None,
    once: Once | None = None,
) -> list[Fault]:
    """`write` is given what was typed once nothing is wrong with it."""
    form, faults = _read(desk, schema, typed, basis, before)

    def write_it(session: Session) -> None:
        assert form is not None  # noqa: S101  # there are no faults
        write(session, form)

    if once is not None:
        return once.tried(desk.db, Organisation, write_it, faults)
    return faults or desk.tried(write_it)


def _read(
    desk: Desk,
    schema: type[Schema],
    typed: Mapping[str, str],
    basis: TypedBasis,
    before: Organisation | None,
) -> tuple[Schema | None, list[Fault]]:
    places = issubclass(schema, OrganisationFields)
    chosen = typed["parent_id"] if places else NOWHERE
    form = read_form(schema, {**typed, "parent_id": "" if chosen == NOWHERE else chosen})
    unchosen = [] if chosen else [Fault(PARENT_UNCHOSEN, "parent_id")]
    if isinstance(form, list):
        return None, [*map(_said, form), *unchosen, *basis.faults]
    if unchosen or basis.faults:
        return None, unchosen + basis.faults
    if isinstance(form, OrganisationFields) and not typed["confirmed"]:
        with desk.db.transaction() as session:
            doubts = _doubts(session, form, before)
        if doubts:
            return None, doubts
    return form, []


def _said(fault: Fault) -> Fault:
    if fault.message in {WRONG_FORM, NO_NUMBER} and fault.place in SENTENCES:
        return Fault(SENTENCES[fault.place], fault.place)
    return fault


def _doubts(session: Session, form: OrganisationFields, before: Organisation | None) -> list[Fault]:
    """What may be meant, but hardly is; of a change only what is new."""
    own = before.id if before else None
    found = []
    is_moved = before is None or (before.name, before.parent_id) != (form.name, form.parent_id)
    if is_moved and list_alike(session, form.name, form.parent_id, other_than=own):
        sentence = Message(
            f"Cùng cấp đã có “{form.name}”.", f"There is “{form.name}” in the same place already."
        )
        found.append(Fault(sentence, "name"))
    if form.mail_stem and (before is None or before.mail_stem != form.mail_stem):
        holder = find_holder_of_stem(session, form.mail_stem, other_than=own)
        if holder is not None:
            sentence = Message(
                f"“{form.mail_stem}” đang là phần tên trong địa chỉ thư của {holder.name}.",
                f"“{form.mail_stem}” is in addresses of {holder.name}.",
            )
            found.append(Fault(sentence, "mail_stem"))
    return [*found, Fault(IN_DOUBT, "confirmed")] if found else []


def _organisation(desk: Desk, organisation_id: UUID) -> Organisation:
    with desk.db.transaction() as session:
        return get_organisation(session, organisation_id)


def _present(organisation: Organisation) -> dict[str, str]:
    found = {name: getattr(organisation, name, None) for name in FIELDS}
    found["parent_id"] = found["parent_id"] or NOWHERE
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
    places = list(_indented(tree))
    known = {NOWHERE, *(str(place) for place, _ in places)}
    parent = typed.get("parent_id", "")  # one that is not in the list must be chosen anew
    return desk.show(
        f"organisations/{template}",
        faults=faults,
        organisation=organisation,
        typed=dict.fromkeys(FIELDS, "")
        | dict(typed)
        | {"parent_id": parent if parent in known else ""},
        basis=basis,
        places=places,
        nowhere=NOWHERE,
        in_doubt=any(fault.place == "confirmed" for fault in faults) or typed.get("confirmed"),
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
