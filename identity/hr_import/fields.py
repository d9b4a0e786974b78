"""What a row says, column by column, once read."""

from dataclasses import dataclass
from datetime import date

from identity.hr_import.values import Request
from identity.names.full_name import FullName
from identity.people.models import Sex


@dataclass(frozen=True, slots=True)
class PersonFields:
    """A row of a list of people or of a request form; None is what the row does not say."""

    name: FullName | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    staff_number: str | None = None
    citizen_number: str | None = None
    """Twelve digits. Personal data: never in logs, never in LDAP."""
    position: str | None = None
    rank: str | None = None
    contract_type: str | None = None
    organisation_code: str | None = None
    """As typed, in capitals; whether such an agency exists is for the registry to say."""
    organisation_name: str | None = None
    department_name: str | None = None
    """A part of the organisation, where the sheet has a column for both."""
    phone: str | None = None
    recovery_email: str | None = None
    wanted_address: str | None = None
    request: Request | None = None
    """Only in request forms."""
    document_number: str | None = None
    document_date: date | None = None
    """Of the row, or of the official letter named above the table."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationFields:
    code: str | None = None
    name: str | None = None
    short_name: str | None = None
    kind: str | None = None
    parent_code: str | None = None
    mail_stem: str | None = None
    gso_code: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationAccountFields:
    organisation_code: str | None = None
    organisation_name: str | None = None
    purpose: str | None = None
    address_stem: str | None = None
    display_name: str | None = None
    note: str | None = None


Fields = PersonFields | OrganisationFields | OrganisationAccountFields
