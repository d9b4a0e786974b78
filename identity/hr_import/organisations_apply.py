"""Writes the accepted rows of a list of organisations, parents first."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.hr_import.applying import Context
from identity.hr_import.progress import counted
from identity.organisations.models import (
    AgencyCode,
    Group,
    GroupScope,
    Organisation,
    OrganisationKind,
    OrganisationPeriod,
)
from identity.organisations.service import (
    OrganisationAuditTag,
    OrganisationChange,
    change_organisation,
    searchable,
)
from kernel import audit
from kernel.clock import office_day
from kernel.database import Base, copy_rows

Payload = Mapping[str, Any]


def apply_organisations(context: Context, payloads: Sequence[Payload]) -> None:
    """New organisations in bulk, then the changes one by one."""
    ids = _ids_by_code(context.session)
    created = [payload for payload in payloads if "organisation_id" not in payload]
    ids |= {payload["canonical"]: uuid4() for payload in created}
    _create(context, _parents_first(created), ids)
    for payload in payloads:
        if "organisation_id" in payload:
            _change(context, payload, ids.get(payload["parent"]))
            context.progress.advance()


def _create(context: Context, payloads: Sequence[Payload], ids: Mapping[str, UUID]) -> None:
    """COPY into the four tables of an organisation; foreign keys are checked at its end."""
    tables: tuple[tuple[type[Base], tuple[str, ...], list[tuple[Any, ...]]], ...] = (
        (Organisation, ORGANISATION_COLUMNS, []),
        (OrganisationPeriod, PERIOD_COLUMNS, []),
        (AgencyCode, CODE_COLUMNS, []),
        (Group, GROUP_COLUMNS, []),
    )
    organisations, periods, codes, groups = (rows for _, _, rows in tables)
    for payload in counted(payloads, context.progress):
        organisation_id, parent_id = ids[payload["canonical"]], ids.get(payload["parent"])
        kind, name, short_name = payload["kind"], payload["name"], payload["short_name"]
        begins = date.fromisoformat(payload["valid_from"])
        key = searchable(name, short_name, payload["mail_stem"])
        place = (parent_id, kind, name, short_name, begins)
        extra = (payload["mail_stem"], payload["statistics_code"], payload["display_order"])
        organisations.append((organisation_id, *place, key, *extra))
        periods.append((uuid4(), organisation_id, *place))
        code = (payload["code"], payload["canonical"], payload["form"])
        codes.append((uuid4(), organisation_id, *code, begins))
        groups += [(uuid4(), organisation_id, scope.value) for scope in GroupScope]
    for model, columns, rows in tables:
        copy_rows(context.session, model.__tablename__, columns, rows)
    subjects = [
        (ids[payload["canonical"]], {"name": payload["name"], "code": payload["code"]})
        for payload in payloads
    ]
    tag = OrganisationAuditTag.CREATED
    audit.record_many(context.session, context.actor, tag, subjects, context.basis)


PLACE_COLUMNS = ("parent_id", "kind", "name", "short_name", "valid_from")
ORGANISATION_COLUMNS = (
    "id",
    *PLACE_COLUMNS,
    "search_key",
    "mail_stem",
    "statistics_code",
    "display_order",
)
PERIOD_COLUMNS = ("id", "organisation_id", *PLACE_COLUMNS)
CODE_COLUMNS = ("id", "organisation_id", "code", "canonical", "form", "valid_from")
GROUP_COLUMNS = ("id", "organisation_id", "scope")


def _ids_by_code(session: Session) -> dict[str, UUID]:
    statement = select(AgencyCode.canonical, AgencyCode.organisation_id)
    return dict(session.execute(statement).all())


def _parents_first(payloads: Sequence[Payload]) -> list[Payload]:
    by_code = {payload["canonical"]: payload for payload in payloads}
    depths: dict[str, int] = {}

    def depth(code: str | None) -> int:
        if code is None or code not in by_code:
            return 0
        if code not in depths:
            depths[code] = 1 + depth(by_code[code]["parent"])
        return depths[code]

    return sorted(payloads, key=lambda payload: depth(payload["canonical"]))


def _change(context: Context, payload: Payload, parent: UUID | None) -> None:
    organisation = context.session.get_one(Organisation, UUID(payload["organisation_id"]))
    change_organisation(
        context.session,
        context.actor,
        organisation.id,
        OrganisationChange(
            kind=OrganisationKind(payload["kind"]) if payload["kind"] else organisation.kind,
            name=payload["name"] or organisation.name,
            short_name=payload["short_name"] or organisation.short_name,
            parent_id=parent or organisation.parent_id,
            mail_stem=payload["mail_stem"] or organisation.mail_stem,
            statistics_code=payload["statistics_code"] or organisation.statistics_code,
            display_order=organisation.display_order,
        ),
        effective_on=context.day,
        today=office_day(context.now),
        basis=context.basis,
    )
