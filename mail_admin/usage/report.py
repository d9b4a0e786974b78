"""Events as other systems report them over HTTP, and as Dovecot's exporter posts them.

Both forms are described in docs/reference/usage-events.md.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from mail_admin.usage.dovecot_log import SOURCE, DovecotReader
from mail_admin.usage.errors import UsageReportInvalid, UsageSourceInvalid
from mail_admin.usage.events import MOST_AT_ONCE, MOST_BYTES, Observed, event_id, plain_name
from mail_admin.usage.importing import checked_source
from mail_admin.usage.models import EventKind

MOST_LINES = 20_000


class ReportedEvent(BaseModel):
    """One line of a report."""

    model_config = ConfigDict(extra="forbid", strict=False)
    source: str = Field(max_length=40)
    id: str = Field(min_length=1, max_length=200)
    """Of the event at the source: repeated with it, at the same moment, it counts once."""
    at: AwareDatetime
    mailbox: str = Field(min_length=1, max_length=320)
    kind: EventKind
    amount: int = Field(default=1, ge=0, le=MOST_AT_ONCE)
    bytes: int = Field(default=0, ge=0, le=MOST_BYTES)

    def observed(self) -> Observed:
        return Observed(
            event_id(self.source, "reported", self.id),
            self.at.timestamp(),
            plain_name(self.mailbox) or "",
            self.kind.value,
            self.amount,
            self.bytes,
        )


def read_report(body: bytes, dovecot: DovecotReader) -> Mapping[str, Sequence[Observed]]:
    """Events by their source, from one JSON object a line.

    Raises UsageReportInvalid with the first line that is wrong: nothing is counted then.
    """
    events: dict[str, list[Observed]] = defaultdict(list)
    lines = body.split(b"\n")
    if len(lines) > MOST_LINES:
        raise UsageReportInvalid(MOST_LINES + 1, f"more than {MOST_LINES} lines")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            if isinstance(told, dict) and "event" in told:
                if (event := dovecot.exported(told)) is not None:
                    events[SOURCE].append(event)
            else:
                reported = ReportedEvent.model_validate(told)
                events[checked_source(reported.source)].append(reported.observed())
        except ValidationError as error:
            raise UsageReportInvalid(number, _first(error)) from None
        except UsageSourceInvalid:
            raise UsageReportInvalid(number, "source: not a name for a source") from None
        except (ValueError, RecursionError, OverflowError):
            raise UsageReportInvalid(number, "no JSON object of either form") from None
    return events


def _first(error: ValidationError) -> str:
    """Without the value, which may be anything."""
    fault: Any = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])
