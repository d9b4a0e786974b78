"""Every stable code: errors, reasons of import rows, notes, and the tags of the audit trail."""

import ast
import enum
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from entrypoints import http_errors
from entrypoints.home import CHECKOUT
from entrypoints.reference.markdown import code, table
from entrypoints.reference.source_text import calls, class_tree, sentences_of, strings_in
from identity.addresses.choice import AddressNeedsDecision
from identity.addresses.errors import NoAddressPolicy
from identity.addresses.local_part import Refusal as AddressRefusal
from identity.addresses.subject import AddressNameUnusable
from identity.hr_import.findings import CODE_OF_HINT, NOTES, REFUSALS
from identity.hr_import.people_plan import UNKNOWN_PERSON
from identity.organisations.errors import AgencyCodeInvalid
from identity.passwords.texts import RULES
from identity.protection.errors import LastAdministrator, OwnAccountRefused
from kernel.errors import DomainError
from kernel.http import status_of
from kernel.messages import Message

PACKAGES = ("kernel", "theme", "identity", "mail_admin", "sso", "console", "entrypoints")
IMPORTS = CHECKOUT / "identity" / "hr_import"
STARTS_SOMETHING = "__main__"
PAIR = 2
"""A message says it in Vietnamese, then in English."""
TOLD_BY_ERRORS: dict[str, type[DomainError]] = {
    "address_name_unusable": AddressNameUnusable,
    "address_needs_decision": AddressNeedsDecision,
    "address_policy_missing": NoAddressPolicy,
    "last_administrator": LastAdministrator,
    "organisation_code_invalid": AgencyCodeInvalid,
    "own_account_refused": OwnAccountRefused,
}


def errors() -> str:
    rows = {found.code: _error_row(found) for found in _error_classes() if "code" in vars(found)}
    for refusal in _address_refusals():
        row = (code(refusal.code), "Invalid", "422", *_both(refusal.message))
        rows.setdefault(refusal.code, row)
    rows |= {row[0].strip("`"): row for row in _http_rows()}
    return table(
        ("code", "kind", "HTTP", "in English", "bằng tiếng Việt"),
        [rows[name] for name in sorted(rows)],
    )


def _error_classes() -> list[type[DomainError]]:
    _import_everything()
    found: list[type[DomainError]] = []
    waiting = [*DomainError.__subclasses__()]
    while waiting:
        error = waiting.pop()
        found.append(error)
        waiting += error.__subclasses__()
    return found


def _import_everything() -> None:
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(STARTS_SOMETHING):
                importlib.import_module(module.name)


def _error_row(error: type[DomainError]) -> tuple[str, ...]:
    kind = next(parent for parent in error.__mro__ if parent.__module__ == "kernel.errors")
    vi, en = _sentences(error)
    return code(error.code), kind.__name__, str(status_of(error)), en, vi


def _sentences(error: type[DomainError]) -> tuple[str, str]:
    """As written in the class; where it is told what to say, its own docstring."""
    for call in calls(class_tree(error), "__init__"):
        texts = strings_in(call)
        if len(texts) >= PAIR:
            return texts[0], texts[1]
    return "", (error.__doc__ or "The sentence says which rule it is about.").partition("\n")[0]


def _address_refusals() -> Iterator[AddressRefusal]:
    for name in ("local_part", "choice"):
        module = importlib.import_module(f"identity.addresses.{name}")
        yield from (thing for thing in vars(module).values() if isinstance(thing, AddressRefusal))


def _both(message: Message) -> tuple[str, str]:
    return message.en, message.vi


def _http_rows() -> Iterator[tuple[str, ...]]:
    """What the web answers without a domain error behind it."""
    for call in calls(ast.parse(inspect.getsource(http_errors)), "Problem"):
        stated = {word.arg: word.value for word in call.keywords}
        values = {
            name: str(value.value)
            for name, value in stated.items()
            if isinstance(value, ast.Constant)
        }
        if "code" in values:
            sentences = values.get("detail", ""), values.get("detail_vi", "")
            yield (
                code(values["code"]),
                values.get("title", ""),
                values.get("status", ""),
                *sentences,
            )


def password_rules() -> str:
    rows = [(code(name), *_both(template)) for name, template in RULES.items()]
    return table(("rule", "in English", "bằng tiếng Việt"), rows)


def reasons() -> str:
    """Why a row is refused: by the parser, by the plan, and by what the registry would refuse."""
    found = {name: _both(text) for name, text in REFUSALS.items() if name not in CODE_OF_HINT}
    found |= {name: texts for name, texts in _planned_refusals() if name not in REFUSALS}
    for name, texts in _refusals_of_errors():
        if not any(found.get(name, ())):
            found[name] = texts
    rows = [(code(name), *found[name]) for name in sorted(found)]
    return table(("reason", "in English", "bằng tiếng Việt"), rows)


def _planned_refusals() -> Iterator[tuple[str, tuple[str, str]]]:
    """What refuses a row by a literal reason, with the message nearest to it in the source."""
    for path in sorted(IMPORTS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                yield from _refusals_in(function)


def _refusals_in(function: ast.FunctionDef) -> Iterator[tuple[str, tuple[str, str]]]:
    for call in calls(function, "refuse", "Mismatch", "NotResolved"):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value), _nearest_message(function, call)


def _nearest_message(function: ast.FunctionDef, call: ast.Call) -> tuple[str, str]:
    """Inside the call, or the last one built before it; empty when it is made elsewhere."""
    built = [message for message in calls(function, "Message") if len(strings_in(message)) == PAIR]
    inside = set(ast.walk(call))
    before = [message for message in built if message in inside or message.lineno < call.lineno]
    if not before or (call.args[1:] and not _takes_message(call)):
        return "", ""
    vi, en = strings_in(max(before, key=lambda message: message.lineno))
    return en, vi


def _takes_message(call: ast.Call) -> bool:
    last = call.args[-1]
    return isinstance(last, ast.Call) or (isinstance(last, ast.Name) and last.id == "message")


def _refusals_of_errors() -> Iterator[tuple[str, tuple[str, str]]]:
    """Reasons that the source computes: the codes of errors in the spelling of reasons."""
    for reason, error in TOLD_BY_ERRORS.items():
        vi, en = _sentences(error)
        yield reason, (en, vi)
    for refusal in _address_refusals():
        yield refusal.code.replace("-", "_"), _both(refusal.message)
    yield (
        "address_stem_invalid",
        ("The address stem cannot stand before the @.", "Phần tên của địa chỉ không hợp lệ."),
    )
    yield "person_unknown", _both(UNKNOWN_PERSON)
    for column, en, vi in (
        ("citizen_number", "citizen number", "Số CCCD"),
        ("staff_number", "staff number", "Số hiệu"),
    ):
        yield (
            f"{column}_conflict",
            (f"This {en} is somebody else's.", f"{vi} này là của người khác."),
        )


def notes() -> str:
    rows = [(code(name), *_both(NOTES[name])) for name in sorted(NOTES)]
    return table(("note", "in English", "bằng tiếng Việt"), rows)


def audit_tags() -> str:
    rows = []
    for kind in _tag_classes():
        sentences = sentences_of(kind)
        subject = kind.__module__
        rows += [(code(tag.value), code(subject), sentences.get(tag.name, "")) for tag in kind]
    return table(("tag", "written by", "remark"), sorted(rows))


def tags_in_use() -> Iterator[str]:
    for kind in _tag_classes():
        yield from (tag.value for tag in kind)


def _tag_classes() -> list[type[enum.StrEnum]]:
    _import_everything()
    return [
        found
        for found in enum.StrEnum.__subclasses__()
        if found.__name__.endswith("Tag") and found.__module__.partition(".")[0] in PACKAGES
    ]
