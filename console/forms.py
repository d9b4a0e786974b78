"""What was typed into a form, against the schema that the API has for the same thing."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.orm import Session

from kernel.database import Database
from kernel.errors import DomainError
from kernel.messages import Message
from theme.faults import Fault, faults_of

Schema = TypeVar("Schema", bound=BaseModel)
FILL_IN = Message("Hãy điền mục này.", "Fill this in.")
CHOOSE = Message("Hãy chọn một mục trong danh sách.", "Choose one of the list.")
NO_DAY = Message("Ngày này không có thật.", "There is no such day.")
NO_NUMBER = Message("Hãy ghi một số nguyên.", "Give a whole number.")
WRONG_FORM = Message("Nội dung không đúng dạng.", "This does not have the right form.")
WRONG = Message("Giá trị này không dùng được.", "This value cannot be used.")
SENTENCES = {
    "missing": FILL_IN,
    "string_too_short": FILL_IN,
    "enum": CHOOSE,
    "uuid_parsing": CHOOSE,
    "string_pattern_mismatch": WRONG_FORM,
}


def read_form(schema: type[Schema], typed: Mapping[str, str]) -> Schema | list[Fault]:
    """Fields that were left empty count as not given."""
    given = {name: value for name, text in typed.items() if (value := text.strip())}
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        return [_fault(found) for found in error.errors(include_url=False, include_input=False)]


def tried(db: Database, write: Callable[[Session], object]) -> list[Fault]:
    """What a change is refused for; nothing of it is then written."""
    try:
        with db.transaction() as session:
            write(session)
    except DomainError as error:
        return list(faults_of(error))
    return []


def _fault(found: ErrorDetails) -> Fault:
    return Fault(_sentence(found), str(found["loc"][-1]) if found["loc"] else None)


def _sentence(found: ErrorDetails) -> Message:
    kind = found["type"]
    if kind == "string_too_long":
        most = found["ctx"]["max_length"]
        return Message(f"Không quá {most} ký tự.", f"Not more than {most} characters.")
    if kind.startswith("date"):
        return NO_DAY
    if kind.startswith(("int", "less_than", "greater_than")):
        return NO_NUMBER
    return SENTENCES.get(kind, WRONG)
