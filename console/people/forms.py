"""What is typed about a person and an appointment, read into what the services take."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Form
from pydantic import TypeAdapter, ValidationError

from identity.names.full_name import FullName
from identity.people.models import Appointment, ContractType, Person, Sex
from identity.people.schemas import CitizenNumber, Email, Phone, StaffNumber
from identity.people.service import AppointmentForm, PersonForm
from kernel.errors import DomainError
from kernel.messages import Message
from theme.faults import Fault, faults_of

Text = Annotated[str, Form()]
Value = TypeVar("Value")
EARLIEST = date(1900, 1, 1)
LONGEST_POSITION, LONGEST_RANK = 200, 100
NO_DAY = Message("Ngày không có thật.", "There is no such day.")
SHAPES: dict[str, tuple[TypeAdapter[str], Message]] = {
    "staff_number": (
        TypeAdapter(StaffNumber),
        Message(
            "Số hiệu chỉ gồm chữ không dấu, chữ số và . / -, nhiều nhất 40 ký tự.",
            "A staff number has letters, digits and . / -, at most 40.",
        ),
    ),
    "citizen_number": (
        TypeAdapter(CitizenNumber),
        Message("Số CCCD phải gồm 12 chữ số.", "A citizen number has 12 digits."),
    ),
    "phone": (
        TypeAdapter(Phone),
        Message(
            "Số điện thoại bắt đầu bằng 0 và có 9 đến 11 chữ số.",
            "A telephone number begins with 0 and has 9 to 11 digits.",
        ),
    ),
    "recovery_email": (
        TypeAdapter(Email),
        Message("Đây không phải là địa chỉ thư.", "This is not a mail address."),
    ),
}


def day_typed(text: str) -> date:
    """As the browser's field sends it, or as offices write it. Raises ValueError."""
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text):
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007  # a calendar day
    return date.fromisoformat(text)


@dataclass
class Typed:
    """Fields as text; reading them collects what is wrong."""

    def __post_init__(self) -> None:
        self.faults: list[Fault] = []
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name).strip())

    def _fault(self, place: str, message: Message) -> None:
        self.faults.append(Fault(message, place))

    def day(self, name: str) -> date | None:
        text = getattr(self, name)
        if not text:
            return None
        try:
            found = day_typed(text)
        except ValueError:
            self._fault(name, NO_DAY)
            return None
        if found < EARLIEST:
            self._fault(name, NO_DAY)
        return found

    def needed_day(self, name: str) -> date:
        found = self.day(name)
        if not getattr(self, name):
            self._fault(name, Message("Thiếu ngày.", "The day is missing."))
        return found or EARLIEST

    def shaped(self, name: str) -> str | None:
        text: str = getattr(self, name)
        if name != "recovery_email":  # numbers are typed in groups
            text = "".join(text.split())
        if not text:
            return None
        adapter, message = SHAPES[name]
        try:
            return adapter.validate_python(text)
        except ValidationError:
            self._fault(name, message)
            return None

    def limited(self, name: str, longest: int) -> str | None:
        text: str = getattr(self, name)
        if len(text) > longest:
            self._fault(
                name,
                Message(f"Nhiều nhất {longest} ký tự.", f"At most {longest} characters."),
            )
        return text or None

    def one_of(self, name: str, values: Callable[[str], Value]) -> Value | None:
        try:
            return values(getattr(self, name)) if getattr(self, name) else None
        except ValueError:
            self._fault(name, Message("Hãy chọn trong danh sách.", "Choose from the list."))
            return None


@dataclass
class TypedPerson(Typed):
    full_name: Text = ""
    sex: Text = ""
    birth_date: Text = ""
    staff_number: Text = ""
    citizen_number: Text = ""
    """Empty leaves what is stored, like the two below."""
    phone: Text = ""
    recovery_email: Text = ""
    no_phone: Text = ""
    """Ticked: the stored one goes."""
    no_recovery: Text = ""
    hidden: Text = ""

    @classmethod
    def of(cls, person: Person) -> "TypedPerson":
        """Sensitive fields stay empty."""
        return cls(
            full_name=person.full_name,
            sex=person.sex or "",
            birth_date=person.birth_date.isoformat() if person.birth_date else "",
            staff_number=person.staff_number or "",
            hidden="yes" if person.hidden else "",
        )

    @property
    def name(self) -> FullName | None:
        try:
            return FullName.parse(self.full_name)
        except DomainError as error:
            self.faults.extend(faults_of(error))
            return None

    def read(self, present: Person | None = None) -> PersonForm | None:
        """None when there are faults."""
        phone, recovery = self.shaped("phone"), self.shaped("recovery_email")
        if present is not None:
            phone = phone or (None if self.no_phone else present.phone)
            recovery = recovery or (None if self.no_recovery else present.recovery_email)
        name = self.name
        values: dict[str, Any] = {
            "sex": self.one_of("sex", Sex),
            "birth_date": self.day("birth_date"),
            "staff_number": self.shaped("staff_number"),
            "citizen_number": self.shaped("citizen_number"),
            "phone": phone,
            "recovery_email": recovery,
            "hidden": bool(self.hidden),
        }
        return None if self.faults or name is None else PersonForm(name=name, **values)


@dataclass
class TypedAppointment(Typed):
    organisation: Text = ""
    """What was typed to find it; `organisation_id` is what was chosen."""
    organisation_id: Text = ""
    position: Text = ""
    rank: Text = ""
    contract_type: Text = ""
    valid_from: Text = ""

    @classmethod
    def of(cls, row: Appointment, organisation: str, valid_from: date) -> "TypedAppointment":
        """The same once more, for what changes to be changed."""
        return cls(
            organisation=organisation,
            organisation_id=str(row.organisation_id),
            position=row.position or "",
            rank=row.rank or "",
            contract_type=row.contract_type or "",
            valid_from=valid_from.isoformat(),
        )

    @property
    def chosen(self) -> UUID | None:
        try:
            return UUID(self.organisation_id)
        except ValueError:
            return None

    def read(
        self, organisation_id: UUID | None, *, is_primary: bool
    ) -> tuple[AppointmentForm, date] | None:
        """`organisation_id`: what was chosen, or the only one that what was typed can mean."""
        valid_from = self.needed_day("valid_from")
        values: dict[str, Any] = {
            "position": self.limited("position", LONGEST_POSITION),
            "rank": self.limited("rank", LONGEST_RANK),
            "contract_type": self.one_of("contract_type", ContractType),
        }
        if organisation_id is None:
            sentence = Message(
                "Hãy chọn cơ quan: gõ tên hoặc mã, rồi chọn một dòng.",
                "Choose an organisation: type its name or code, then take a line.",
            )
            self._fault("organisation", sentence)
        if self.faults or organisation_id is None:
            return None
        return AppointmentForm(organisation_id, is_primary=is_primary, **values), valid_from


@dataclass
class TypedAddress(Typed):
    address: Text = ""
    """One of those offered, or `other`; empty for what the rules say."""
    other_address: Text = ""
    no_account: Text = ""

    @property
    def wanted(self) -> str | None:
        """The local part that a person asks for."""
        if self.address == "other" and self.other_address:
            return self.other_address.lower().partition("@")[0]
        return self.address if self.address not in {"", "other"} else None
