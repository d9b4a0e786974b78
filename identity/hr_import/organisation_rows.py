"""Reads a row of the tree of organisations, or of the organisation accounts to provision."""

from datetime import date

from identity.hr_import.columns import Column
from identity.hr_import.fields import OrganisationAccountFields, OrganisationFields
from identity.hr_import.row_reader import RowReader


def read_organisation(row: RowReader) -> OrganisationFields:
    name = _wanted(row, Column.ORGANISATION_NAME, "organisation_name_missing")
    code = _wanted(row, Column.ORGANISATION_CODE, "organisation_code_missing")
    return OrganisationFields(
        code=code,
        name=name,
        short_name=row.text(Column.SHORT_NAME),
        kind=row.text(Column.ORGANISATION_KIND),
        parent_code=row.text(Column.PARENT_CODE),
        mail_stem=row.text(Column.MAIL_STEM),
        gso_code=row.text(Column.GSO_CODE),
        valid_from=_day(row, Column.VALID_FROM),
        valid_until=_day(row, Column.VALID_UNTIL),
        note=row.text(Column.NOTE),
    )


def read_organisation_account(row: RowReader) -> OrganisationAccountFields:
    return OrganisationAccountFields(
        organisation_code=row.text(Column.ORGANISATION_CODE),
        organisation_name=row.text(Column.ORGANISATION_NAME),
        purpose=row.text(Column.PURPOSE),
        address_stem=_wanted(row, Column.ADDRESS_STEM, "address_stem_missing"),
        display_name=row.text(Column.DISPLAY_NAME),
        note=row.text(Column.NOTE),
    )


def _wanted(row: RowReader, column: Column, reason: str) -> str | None:
    text = row.text(column)
    if text is None:
        row.refuse(reason, column)
    return text


def _day(row: RowReader, column: Column) -> date | None:
    day = row.date(column)
    if day is None and row.cell(column) is not None:
        row.refuse("date_invalid", column)
    return day
