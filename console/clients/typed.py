"""A description of a system between the form and the service: read, kept, merged, compared."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from console.clients.fields import FIELDS, Field, Kind
from console.forms import CHOOSE, FILL_IN
from kernel.messages import Message
from sso.clients.description import ClientDescription
from sso.clients.errors import ClientDescriptionInvalid
from sso.clients.faults import DescriptionFault
from theme.faults import Fault

Members = dict[str, Any]
"""As a description has them; what does not fit is kept as it was typed."""
ONLY = "only"
FORBIDDEN = {ord("\0"): None}
LONGEST_NUMBER = 9
LONGEST_QUOTED = 100


def members_of(description: Mapping[str, Any]) -> Members:
    """What the form shows of a stored description, whichever release wrote it."""
    return {
        name: _ordered(field, description.get(name, _default(name)))
        for name, field in FIELDS.items()
    }


def _ordered(field: Field, value: Any) -> Any:
    """Members whose order says nothing have that of the form, so that they compare."""
    if not isinstance(value, list):
        return value
    if field.kind is Kind.GROUPS:
        return [_group(one) for one in value if isinstance(one, dict)]
    if field.kind not in {Kind.TICKS, Kind.SCOPES, Kind.CLAIMS}:
        return value
    order = {name: place for place, (name, _label) in enumerate(field.choices)}
    return sorted(value, key=lambda one: order.get(one, len(order)))


def _group(stored: Mapping[str, Any]) -> dict[str, str]:
    return {
        "organisation_id": str(stored.get("organisation_id", "")),
        "scope": str(stored.get("scope", "subtree")),
    }


def _default(name: str) -> Any:
    field = ClientDescription.model_fields[name]
    if field.is_required():
        return None
    value = field.default
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value) if isinstance(value, str) else value


def read_members(form: FormData) -> Members:
    return {name: _ordered(field, _read(field, form)) for name, field in FIELDS.items()}


def _read(field: Field, form: FormData) -> Any:
    name = field.name
    reader = READERS.get(field.kind)
    return reader(form, name) if reader else _text(form, name) or None


def _scopes(form: FormData, name: str) -> list[str]:
    return list(dict.fromkeys([*_texts(form, name), *_lines(_text(form, f"{name}_more"))]))


def _claims(form: FormData, name: str) -> list[str] | None:
    return _texts(form, name) if _text(form, f"{name}_limit") == ONLY else None


def _groups(form: FormData, _name: str) -> list[dict[str, str]]:
    return [
        {"organisation_id": one, "scope": _text(form, f"scope_{one}") or "subtree"}
        for one in dict.fromkeys(_texts(form, "group"))
    ]


def _number(form: FormData, name: str) -> int | str | None:
    text = _text(form, name)
    whole = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if whole else text or None


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.translate(FORBIDDEN).strip() if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [one.translate(FORBIDDEN) for one in form.getlist(name) if isinstance(one, str)]


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line for part in text.splitlines() if (line := part.strip())))


def _json(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


READERS: Mapping[Kind, Callable[[FormData, str], Any]] = {
    Kind.TICK: lambda form, name: name in form,
    Kind.TICKS: _texts,
    Kind.LINES: lambda form, name: _lines(_text(form, name)),
    Kind.SCOPES: _scopes,
    Kind.CLAIMS: _claims,
    Kind.GROUPS: _groups,
    Kind.NUMBER: _number,
    Kind.JSON: lambda form, name: _json(_text(form, name)),
}


def described(members: Members, stored: Mapping[str, Any]) -> dict[str, Any]:
    """For the service: what the form does not ask for stays as it is."""
    known = {name: stored[name] for name in stored if name in ClientDescription.model_fields}
    given = {name: value for name, value in members.items() if value is not None}
    return {name: value for name, value in known.items() if name not in members} | given


def faults_of_members(error: ClientDescriptionInvalid, members: Members) -> list[Fault]:
    return [_fault(one, members) for one in error.faults]


def _fault(found: DescriptionFault, members: Members) -> Fault:
    name = found.member
    if name is None or name not in FIELDS:
        vi, en = f"{found.path}: {found.message.vi}", f"{found.path}: {found.message.en}"
        return Fault(Message(vi, en))
    if FIELDS[name].required and not members[name]:
        return Fault(FILL_IN, name)
    if FIELDS[name].kind is Kind.CHOICE:
        return Fault(CHOOSE, name)
    return Fault(_sentence(found.message, found.path, members[name]), name)


def _sentence(message: Message, path: str, value: Any) -> Message:
    """Of a list: which of its values is meant."""
    place = path.partition(".")[2].partition(".")[0]
    one = value[int(place)] if isinstance(value, list) and place.isdigit() else None
    about = f"{one[:LONGEST_QUOTED]}: " if isinstance(one, str) else ""
    shown = {str(each) for each in (value if isinstance(value, list) else [value])}
    return Message(_as_sentence(about + message.vi, shown), _as_sentence(about + message.en, shown))


def _as_sentence(text: str, typed: set[str]) -> str:
    """What was typed stays as it is, also where a sentence begins with it."""
    is_quoted = any(each and text.startswith(each[:LONGEST_QUOTED]) for each in typed)
    return (text if is_quoted else text[:1].upper() + text[1:]).rstrip(".") + "."


@dataclass(frozen=True, slots=True)
class Difference:
    """A member that somebody else changed while the form was open."""

    field: Field
    before: Any
    now: Any
    typed: Any

    @property
    def is_contested(self) -> bool:
        return self.typed not in (self.before, self.now)

    @property
    def merged(self) -> Any:
        """Whoever changed it has it; where both did, what the present caller typed."""
        return self.now if self.typed == self.before else self.typed


def differences(before: Members, now: Members, typed: Members) -> list[Difference]:
    return [
        Difference(field, before.get(name), now[name], typed[name])
        for name, field in FIELDS.items()
        if now[name] != before.get(name)
    ]


def opened_with(text: str) -> Members:
    """What the form showed when it was opened, as it comes back with it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def group_ids(members: Members) -> list[UUID]:
    found = []
    for group in members["allowed_groups"] or ():
        try:
            found.append(UUID(str(group.get("organisation_id"))))
        except (ValueError, AttributeError):
            continue
    return found


def in_words(field: Field, value: Any) -> str:
    """One cell of a comparison; what is ticked or not the template says."""
    if value in (None, "", []):
        return "–"
    if field.kind is Kind.GROUPS:
        return str(len(value))
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
