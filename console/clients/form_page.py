"""The page that a system is registered and changed on, with what was typed and what is wrong."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from console.basis import NOTHING, TypedBasis
from console.clients.fields import SECTIONS, Section
from console.clients.kinds import NEW, PATH
from console.clients.typed import (
    Difference,
    Members,
    group_ids,
    in_words,
    members_of,
    opened_with,
    read_members,
)
from console.desk import Desk
from console.people.picking import Candidate, find_candidate, find_organisations
from kernel.audit import AuditRecord
from sso.clients.models import ClientRow
from theme.faults import Fault

FIND = "find"
"""Name of the button that only looks for organisations."""
USUAL = members_of({})


@dataclass(frozen=True, slots=True)
class Sent:
    """The form as it came."""

    client_id: str
    members: Members
    revision: str
    before: Members
    looks_for: str
    """Part of the name of an organisation."""
    only_looks: bool


async def sent_form(request: Request) -> Sent:
    form = await request.form()
    return Sent(
        _text(form, "client_id").strip(),
        read_members(form),
        _text(form, "revision"),
        opened_with(_text(form, "before")),
        _text(form, "group_q").replace("\0", "").strip()[:100],
        FIND in form,
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


SentForm = Annotated[Sent, Depends(sent_form)]


@dataclass(frozen=True, slots=True)
class Group:
    """An organisation that may use the system."""

    organisation: Candidate
    scope: str


@dataclass(frozen=True, slots=True)
class Conflict:
    differences: Sequence[Difference]
    last: AuditRecord | None
    """The change that came between."""


@dataclass(frozen=True, slots=True)
class Shown:
    members: Members
    row: ClientRow | None = None
    """None for one that is still to be registered."""
    client_id: str = ""
    revision: str = ""
    before: Members = field(default_factory=dict)
    looks_for: str = ""
    basis: TypedBasis = NOTHING
    faults: Sequence[Fault] = ()
    conflict: Conflict | None = None

    @property
    def address(self) -> str:
        """Where the form goes."""
        return f"{PATH}/{quote(self.row.client_id)}/sua" if self.row else NEW

    def is_open(self, section: Section) -> bool:
        names = {one.name for one in section.fields}
        return any(fault.place in names for fault in self.faults)

    def chosen(self, section: Section) -> int:
        """Members that are not as usual."""
        return sum(self.members[one.name] != USUAL[one.name] for one in section.fields)


def show_form(desk: Desk, shown: Shown) -> Response:
    with desk.db.transaction() as session:
        groups = list(_groups(session, shown.members))
        taken = {one.organisation.id for one in groups}
        found = find_organisations(session, shown.looks_for, desk.today)
    return desk.show(
        "clients/form.html",
        part="groups",
        status_code=409 if shown.conflict else None,
        faults=shown.faults,
        shown=shown,
        before=json.dumps(shown.before, ensure_ascii=False),
        sections=SECTIONS,
        groups=groups,
        found=[one for one in found if one.id not in taken],
        in_words=in_words,
        as_text=as_text,
    )


def _groups(session: Session, members: Members) -> Sequence[Group]:
    scopes = {group["organisation_id"]: group["scope"] for group in members["allowed_groups"]}
    found = []
    for one in group_ids(members):
        candidate = find_candidate(session, one)
        gone = Candidate(one, str(one), None, None)
        found.append(Group(candidate or gone, scopes.get(str(one), "subtree")))
    return found


def last_change(session: Session, client: UUID) -> AuditRecord | None:
    statement = select(AuditRecord).where(
        AuditRecord.subject_id == client, AuditRecord.tag.startswith("client:")
    )
    return session.scalar(statement.order_by(AuditRecord.id.desc()).limit(1))


def as_text(value: Any) -> str:
    """What an input shows of a value; wrong JSON is shown as it was typed."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return str(value)
