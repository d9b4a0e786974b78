"""Records of the audit trail as CSV, written while they are read."""

import csv
import io
import json
from collections.abc import Iterator

from console.audit.filters import AuditFilter
from console.audit.queries import every_record
from console.audit.subjects import Subject
from console.audit.words import tag_in_words
from console.pages import CATALOGUE
from identity.handover.table import harmless
from kernel.audit import AuditRecord
from kernel.clock import VIETNAM
from kernel.database import Database
from theme.catalogue import _

MOST_RECORDS = 100_000
HEADER = (
    _("Số"),
    _("Thời điểm"),
    _("Việc"),
    _("Mã việc"),
    _("Người làm"),
    _("Đối tượng"),
    _("Mã đối tượng"),
    _("Lý do"),
    _("Số văn bản"),
    _("Ngày văn bản"),
    _("Mã yêu cầu"),
    _("Chi tiết"),
)


def csv_lines(database: Database, wanted: AuditFilter, language: str) -> Iterator[bytes]:
    """UTF-8 behind a byte order mark, by which spreadsheets know it; the newest first."""
    words = CATALOGUE.of(language)
    yield b"\xef\xbb\xbf" + _line([words.ugettext(title) for title in HEADER])
    for record, subject in every_record(database, wanted, MOST_RECORDS):
        yield _line(_cells(record, subject, words.ugettext(tag_in_words(record.tag))))


def _cells(record: AuditRecord, subject: Subject | None, tag: str) -> list[str]:
    return [
        str(record.id),
        f"{record.at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}",
        tag,
        record.tag,
        record.actor_label,
        subject.name if subject else "",
        str(record.subject_id or ""),
        record.reason,
        record.document_number or "",
        record.document_date.isoformat() if record.document_date else "",
        record.request_id or "",
        json.dumps(record.details, ensure_ascii=False) if record.details else "",
    ]


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()
