"""Writes the accepted rows of a list of organisations, parents first."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.hr_import.people_apply import Context
from identity.organisations.models import AgencyCode, Organisation, OrganisationKind
from identity.organisations.service import (
    OrganisationChange,
    OrganisationForm,
    change_organisation,
    create_organisation,
)

Payload = Mapping[str, Any]


def apply_organisations(context: Context, payloads: Sequence[Payload]) -> None:
    """Raises AgencyCodeTaken when the registry has changed since the plan was made."""
    ids = _ids_by_code(context.session)
    for payload in _parents_first(payloads):
        parent = ids.get(payload["parent"]) if payload["parent"] else None
        if "organisation_id" in payload:
            _change(context, payload, parent)
            continue
        organisation = create_organisation(
            context.session,
            context.actor,
            OrganisationForm(
                kind=OrganisationKind(payload["kind"]),
                name=payload["name"],
                short_name=payload["short_name"],
                parent_id=parent,
                mail_stem=payload["mail_stem"],
                statistics_code=payload["statistics_code"],
                display_order=payload["display_order"],
                code=payload["code"],
            ),
            valid_from=date.fromisoformat(payload["valid_from"]),
            basis=context.basis,
        )
        ids[payload["canonical"]] = organisation.id


def _ids_by_code(session: Session) -> dict[str, UUID]:
    statement = select(AgencyCode.canonical, AgencyCode.organisation_id)
    return dict(session.execute(statement).tuples().all())


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
        basis=context.basis,
    )
