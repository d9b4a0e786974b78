"""What stands beside a record of the audit trail, said as far as it can be in words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from console import words
from console.audit.detail_words import detail_in_words
from console.audit.subjects import Subject
from console.bulk.words import ACTIONS
from console.pages import CATALOGUE, day_in_words
from identity.bulk.models import BulkAction
from kernel.audit import AuditRecord
from theme.catalogue import _
from theme.moments import moment_in_words

NOTHING = "–"
UNLIMITED = _("Không giới hạn")
YES, NO = _("Có"), _("Không")
OCTETS = "account:quota-changed"
"""Whose numbers are sizes of mailboxes."""
NAMES_OF_FIELDS = frozenset({"changed", "fields"})
NO_AMOUNTS = frozenset({"job", "version"})
LONG_ENOUGH = len("2026-11-28")


@dataclass(frozen=True, slots=True)
class Detail:
    label: str
    """To be translated."""
    text: str
    subjects: tuple[Subject, ...] = ()
    """What is named by identifiers, instead of the text."""


def ids_in(details: Mapping[str, Any]) -> set[UUID]:
    """Identifiers of what perhaps has a name."""
    return {found for value in details.values() for found in _ids(value)}


def _ids(value: object) -> Iterator[UUID]:
    for one in value if isinstance(value, list) else [value]:
        try:
            yield UUID(str(one))
        except ValueError:
            continue


class _Speaker:
    def __init__(self, tag: str, language: str, now: datetime) -> None:
        self._tag, self._language, self._now = tag, language, now
        self._translate = CATALOGUE.of(language).ugettext

    def said(self, name: str, value: object) -> str:
        if isinstance(value, dict):
            pairs = ((self._label(key), self.said(key, one)) for key, one in value.items())
            return "; ".join(f"{label}: {text}" for label, text in pairs)
        if isinstance(value, list):
            return self._listed(name, value)
        return self._text(name, value) if isinstance(value, str) else self._bare(name, value)

    def _bare(self, name: str, value: object) -> str:
        if self._tag == OCTETS and name in {"before", "after"}:
            return self._size(value)
        if isinstance(value, bool):
            return self._translate(YES if value else NO)
        if isinstance(value, int) and name not in NO_AMOUNTS:
            return words.number(value, self._language)
        return NOTHING if value is None else str(value)

    def _listed(self, name: str, value: list[Any]) -> str:
        if not all(isinstance(one, str) for one in value):
            return json.dumps(value, ensure_ascii=False)
        shown = map(self._label, value) if name in NAMES_OF_FIELDS else value
        return ", ".join(shown) or NOTHING

    def _label(self, name: str) -> str:
        return self._translate(detail_in_words(name)).replace("%%", "%")

    def _size(self, value: object) -> str:
        if isinstance(value, int):
            return words.size(value, self._language)
        return self._translate(UNLIMITED)

    def _text(self, name: str, value: str) -> str:
        if name == "action" and value in ACTIONS:
            return self._translate(ACTIONS[BulkAction(value)])
        moment = _moment(value)
        if moment is not None:
            said = moment_in_words(moment, self._now)
            return said.vi if self._language == "vi" else said.en
        day = _day(value)
        return day_in_words(day) if day is not None else value


def details_of(
    record: AuditRecord, named: Mapping[UUID, Subject], language: str, now: datetime
) -> list[Detail]:
    speaker = _Speaker(record.tag, language, now)
    return [_detail(name, value, named, speaker) for name, value in record.details.items()]


def _detail(name: str, value: object, named: Mapping[UUID, Subject], speaker: _Speaker) -> Detail:
    ids = list(_ids(value))
    subjects = tuple(named[one] for one in ids if one in named)
    complete = bool(ids) and len(subjects) == len(ids)
    return Detail(detail_in_words(name), speaker.said(name, value), subjects if complete else ())


def _moment(value: str) -> datetime | None:
    if len(value) <= LONG_ENOUGH:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _day(value: str) -> date | None:
    """As `date.isoformat` writes it: other forms are numbers of something else."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if found.isoformat() == value else None
