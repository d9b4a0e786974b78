"""What the registry wants the directory to show: rows read in bulk, as whole desired entries."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.directory.entries import (
    AccountSnapshot,
    Entry,
    GroupSnapshot,
    OrganisationSnapshot,
    account_entry,
    group_entry,
    organisation_entry,
)


class RowKind(enum.StrEnum):
    """The mirrored tables, in the order in which their entries are written."""

    ORGANISATION = "identity_organisation"
    ACCOUNT = "identity_account"
    GROUP = "identity_group"


@dataclass(frozen=True, slots=True)
class Desired:
    """One row as the directory should show it."""

    kind: RowKind
    id: UUID
    revision: int
    """Read before everything else, so that a change in between leaves the row pending."""
    projected_dn: str | None
    entry: Entry | None
    """None: there shall be no entry."""


ACCOUNTS = text("""
    SELECT account.id, account.revision, account.projected_dn, account.kind, account.login,
        account.status, account.password_hash,
        coalesce(person.full_name, account.display_name) AS display_name,
        person.family_name, person.given_name, person.staff_number, person.phone,
        coalesce(person.hidden, false) AS hidden,
        appointment.position AS title,
        organisation.name AS organisation_name, code.code AS organisation_code,
        mailbox.quota_bytes,
        (SELECT address.local_part || '@' || domain.name FROM identity_address AS address
            JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
            WHERE address.account_id = account.id AND address.role = 'primary') AS mail,
        ARRAY(SELECT address.local_part || '@' || domain.name FROM identity_address AS address
            JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
            WHERE address.account_id = account.id AND address.role = 'alias'
                AND (address.alias_until IS NULL OR address.alias_until > :today)
            ORDER BY 1) AS aliases,
        ARRAY(SELECT keeper.login FROM identity_custodian AS custodian
            JOIN identity_account AS keeper ON keeper.person_id = custodian.person_id
            WHERE custodian.account_id = account.id AND keeper.status <> 'closed'
                AND custodian.valid_from <= :today
                AND (custodian.valid_to IS NULL OR custodian.valid_to > :today)
            ORDER BY 1) AS custodians
    FROM identity_account AS account
    LEFT JOIN identity_person AS person ON person.id = account.person_id
    LEFT JOIN identity_mailbox AS mailbox ON mailbox.account_id = account.id
    LEFT JOIN identity_appointment AS appointment
        ON appointment.person_id = account.person_id AND appointment.is_primary
        AND appointment.valid_from <= :today
        AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
    LEFT JOIN identity_organisation AS organisation
        ON organisation.id = coalesce(appointment.organisation_id, account.organisation_id)
    LEFT JOIN identity_agency_code AS code
        ON code.organisation_id = organisation.id AND code.valid_to IS NULL
    WHERE account.id = ANY(:ids)
""")

ORGANISATIONS = text("""
    SELECT organisation.id, organisation.revision, organisation.projected_dn, organisation.kind,
        organisation.name, organisation.short_name, organisation.parent_id,
        organisation.mail_stem, code.code AS code,
        organisation.valid_to IS NULL OR organisation.valid_to > :today AS exists
    FROM identity_organisation AS organisation
    LEFT JOIN identity_agency_code AS code
        ON code.organisation_id = organisation.id AND code.valid_to IS NULL
    WHERE organisation.id = ANY(:ids)
""")

GROUPS = text("""
    SELECT "group".id, "group".revision, "group".projected_dn, "group".organisation_id,
        "group".scope, organisation.name AS organisation_name, code.code AS organisation_code,
        ARRAY(SELECT address.local_part || '@' || domain.name FROM identity_address AS address
            JOIN identity_mail_domain AS domain ON domain.id = address.domain_id
            WHERE address.group_id = "group".id AND address.role = 'list' ORDER BY 1) AS mail,
        organisation.valid_to IS NULL OR organisation.valid_to > :today AS exists
    FROM identity_group AS "group"
    JOIN identity_organisation AS organisation ON organisation.id = "group".organisation_id
    LEFT JOIN identity_agency_code AS code
        ON code.organisation_id = organisation.id AND code.valid_to IS NULL
    WHERE "group".id = ANY(:ids)
""")

MEMBERS = text("""
    WITH RECURSIVE covered(group_id, scope, organisation_id) AS (
        SELECT id, scope, organisation_id FROM identity_group WHERE id = ANY(:ids)
        UNION
        SELECT covered.group_id, covered.scope, organisation.id FROM covered
        JOIN identity_organisation AS organisation
            ON organisation.parent_id = covered.organisation_id
        WHERE covered.scope = 'subtree'
    )
    SELECT covered.group_id, array_agg(DISTINCT account.projected_dn) AS members
    FROM covered
    JOIN identity_appointment AS appointment USING (organisation_id)
    JOIN identity_account AS account USING (person_id)
    WHERE account.status <> 'closed' AND account.projected_dn IS NOT NULL
        AND appointment.valid_from <= :today
        AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
    GROUP BY covered.group_id
""")
"""Only accounts whose entry stands: memberOf cannot be set on an entry that comes later."""


def read_desired(
    session: Session, kind: RowKind, ids: Sequence[UUID], *, today: date, base_dn: str
) -> list[Desired]:
    """In the order of `ids`; rows that are gone by now are left out."""
    readers = {
        RowKind.ORGANISATION: _organisations,
        RowKind.ACCOUNT: _accounts,
        RowKind.GROUP: _groups,
    }
    parameters = {"ids": list(ids), "today": today}
    found = {desired.id: desired for desired in readers[kind](session, parameters, base_dn)}
    return [found[row_id] for row_id in ids if row_id in found]


def _accounts(session: Session, parameters: dict[str, Any], base_dn: str) -> Iterator[Desired]:
    for row in session.execute(ACCOUNTS, parameters).mappings():
        values = {**row, "aliases": tuple(row["aliases"]), "custodians": tuple(row["custodians"])}
        revision, projected_dn = values.pop("revision"), values.pop("projected_dn")
        stands = row["status"] != "closed"
        entry = account_entry(AccountSnapshot(**values), base_dn) if stands else None
        yield Desired(RowKind.ACCOUNT, row["id"], revision, projected_dn, entry)


def _organisations(session: Session, parameters: dict[str, Any], base_dn: str) -> Iterator[Desired]:
    for row in session.execute(ORGANISATIONS, parameters).mappings():
        values = dict(row)
        revision, projected_dn = values.pop("revision"), values.pop("projected_dn")
        stands = values.pop("exists")
        entry = organisation_entry(OrganisationSnapshot(**values), base_dn) if stands else None
        yield Desired(RowKind.ORGANISATION, row["id"], revision, projected_dn, entry)


def _groups(session: Session, parameters: dict[str, Any], base_dn: str) -> Iterator[Desired]:
    rows = session.execute(GROUPS, parameters).mappings().all()
    members = {row.group_id: tuple(row.members) for row in session.execute(MEMBERS, parameters)}
    for row in rows:
        values = {**row, "mail": tuple(row["mail"])}
        revision, projected_dn = values.pop("revision"), values.pop("projected_dn")
        stands = values.pop("exists")
        snapshot = GroupSnapshot(**values, members=members.get(row["id"], ()))
        entry = group_entry(snapshot, base_dn) if stands else None
        yield Desired(RowKind.GROUP, row["id"], revision, projected_dn, entry)
