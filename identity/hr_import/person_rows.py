"""Reads a row of people or of a request form."""

from datetime import date

from identity.hr_import.columns import BIRTH, NUMBERS, Column
from identity.hr_import.dates import parse_birth_date
from identity.hr_import.fields import PersonFields
from identity.hr_import.kinds import SheetKind
from identity.hr_import.row_reader import RowReader
from identity.hr_import.title_block import Document
from identity.hr_import.values import (
    CitizenNumber,
    Request,
    Unread,
    parse_citizen_number,
    parse_email,
    parse_name,
    parse_phone,
    parse_request,
    parse_sex,
    parse_staff_number,
)
from identity.names.full_name import FullName
from identity.people.models import Sex


class PersonRows:
    def __init__(self, row: RowReader, kind: SheetKind, document: Document, today: date) -> None:
        self._row = row
        self._kind = kind
        self._document = document
        self._today = today
        self._has_birth_column = any(
            column in row.columns
            for column in (
                Column.BIRTH_DATE,
                Column.BIRTH_DATE_OF_MEN,
                Column.BIRTH_DATE_OF_WOMEN,
                Column.BIRTH_MONTH,
            )
        )

    def read(self) -> PersonFields:
        row = self._row
        name = self._name()
        birth_date, sex = self._birth_date_and_sex()
        citizen_number = self._citizen_number(birth_date, sex)
        staff_number = self._staff_number()
        document_number, document_date = self._document_of_row()
        has_number = citizen_number or staff_number or row.is_refused(*NUMBERS)
        if self._kind is SheetKind.PEOPLE and not has_number:
            row.refuse("identity_missing", Column.CITIZEN_NUMBER)
        code = row.text(Column.ORGANISATION_CODE)
        return PersonFields(
            name=name,
            birth_date=birth_date,
            sex=sex,
            staff_number=staff_number,
            citizen_number=citizen_number,
            position=row.text(Column.POSITION),
            rank=row.text(Column.RANK),
            contract_type=row.text(Column.CONTRACT_TYPE),
            organisation_code=code.replace(" ", "").upper() if code else None,
            organisation_name=row.text(Column.ORGANISATION_NAME),
            department_name=row.text(Column.DEPARTMENT_NAME),
            phone=self._phone(),
            recovery_email=self._recovery_email(),
            wanted_address=row.text(Column.WANTED_ADDRESS),
            request=self._request(),
            document_number=document_number,
            document_date=document_date,
            note=row.text(Column.NOTE),
        )

    def _name(self) -> FullName | None:
        row, column = self._row, Column.FULL_NAME
        cell = row.cell(column)
        if column not in row.columns:
            column = Column.FAMILY_AND_MIDDLE_NAME
            parts = (row.text(column), row.text(Column.GIVEN_NAME))
            cell = " ".join(filter(None, parts)) or None
        read = parse_name(cell)
        if isinstance(read, Unread):
            if not row.is_refused(Column.GIVEN_NAME):
                row.refuse(read.reason, column)
            return None
        if read.was_converted:
            row.note("name_converted", column)
        return read.name

    def _birth_date_and_sex(self) -> tuple[date | None, Sex | None]:
        row = self._row
        column, sex = self._birth_column()
        cell = row.cell(column)
        if Column.BIRTH_MONTH in row.columns:
            parts = [row.text(part) or "?" for part in BIRTH_PARTS]
            cell = "/".join(parts) if set(parts) != {"?"} else None
        birth_date = parse_birth_date(cell, self._today, starts_1904=row.starts_1904)
        is_wanted = self._has_birth_column and self._kind is SheetKind.PEOPLE
        is_missing = birth_date is None and (cell is not None or is_wanted)
        if is_missing and not row.is_refused(*BIRTH):  # else the part that was refused explains it
            row.refuse("birth_date_invalid", column)
        return birth_date, sex or self._sex()

    def _birth_column(self) -> tuple[Column, Sex | None]:
        """The column "Nam" or "Nữ" that holds the birth date also tells the sex."""
        row = self._row
        if row.cell(Column.BIRTH_DATE_OF_MEN) is not None:
            return Column.BIRTH_DATE_OF_MEN, Sex.MALE
        if row.cell(Column.BIRTH_DATE_OF_WOMEN) is not None:
            return Column.BIRTH_DATE_OF_WOMEN, Sex.FEMALE
        if Column.BIRTH_MONTH in row.columns:
            return Column.BIRTH_DAY, None
        return Column.BIRTH_DATE, None

    def _sex(self) -> Sex | None:
        row = self._row
        if row.cell(Column.IS_MAN) is not None:
            return Sex.MALE
        if row.cell(Column.IS_WOMAN) is not None:
            return Sex.FEMALE
        text = row.cell(Column.SEX)
        if text is None:
            return None
        sex = parse_sex(str(text))
        if sex is None:
            row.note("sex_unreadable", Column.SEX)
        return sex

    def _citizen_number(self, birth_date: date | None, sex: Sex | None) -> str | None:
        row, column = self._row, Column.CITIZEN_NUMBER
        read = parse_citizen_number(row.cell(column), birth_date, sex)
        if isinstance(read, Unread):
            row.refuse(read.reason, column)
        if not isinstance(read, CitizenNumber):
            return None
        if read.zeros_restored:
            row.note("citizen_number_zeros_restored", column)
        if not read.fits(birth_date, sex):
            row.note("citizen_number_unlike_row", column)
        return read.number

    def _staff_number(self) -> str | None:
        read = parse_staff_number(self._row.cell(Column.STAFF_NUMBER))
        if isinstance(read, Unread):
            self._row.refuse(read.reason, Column.STAFF_NUMBER)
            return None
        return read

    def _phone(self) -> str | None:
        cell = self._row.cell(Column.PHONE)
        if cell is None:
            return None
        phone = parse_phone(cell)
        if phone is None:
            self._row.note("phone_unreadable", Column.PHONE)
            return None
        if phone.was_one_of_many:
            self._row.note("phone_first_of_many", Column.PHONE)
        return phone.number

    def _recovery_email(self) -> str | None:
        cell = self._row.cell(Column.RECOVERY_EMAIL)
        email = parse_email(cell)
        if email is None and cell is not None:
            self._row.note("recovery_email_unreadable", Column.RECOVERY_EMAIL)
        return email

    def _request(self) -> Request | None:
        """A form without the column (Đồng Tháp's form 01) asks for new accounts."""
        if self._kind is not SheetKind.REQUESTS:
            return None
        if Column.REQUEST not in self._row.columns:
            return Request.CREATE
        request = parse_request(self._row.text(Column.REQUEST) or "")
        if request is None:
            self._row.refuse("request_unknown", Column.REQUEST)
        return request

    def _document_of_row(self) -> tuple[str | None, date | None]:
        row = self._row
        number, day = row.text(Column.DOCUMENT_NUMBER), row.date(Column.DOCUMENT_DATE)
        if day is None and row.cell(Column.DOCUMENT_DATE) is not None:
            row.note("document_date_unreadable", Column.DOCUMENT_DATE)
        if number is None and day is None:
            return self._document.number, self._document.day
        return number, day


BIRTH_PARTS = (Column.BIRTH_DAY, Column.BIRTH_MONTH, Column.BIRTH_YEAR)
