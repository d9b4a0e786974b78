"""Rows of a plan in the database; what they would write is sealed there."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.hr_import.models import ImportRow
from identity.hr_import.plan_rows import PlannedRow
from identity.hr_import.row_cells import seal_cells
from kernel.database import copy_rows
from kernel.encryption import KeyRing

ROW_COLUMNS = (
    "plan_id",
    "position",
    "row",
    "sheet",
    "verdict",
    "reason",
    '"column"',
    "message",
    "further",
    "notes",
    "changes",
    "subject_id",
    "payload_sealed",
    "cells_sealed",
    "proposed",
)


def store_rows(session: Session, keys: KeyRing, plan_id: UUID, rows: Iterable[PlannedRow]) -> None:
    copy_rows(
        session,
        ImportRow.__tablename__,
        ROW_COLUMNS,
        (
            (
                plan_id,
                row.position,
                row.row,
                row.sheet,
                row.verdict.value,
                row.reason,
                row.column,
                Jsonb({"vi": row.message.vi, "en": row.message.en}) if row.message else None,
                Jsonb([refusal.as_json() for refusal in row.further]),
                Jsonb([note.as_json() for note in row.notes]),
                Jsonb([change.as_json() for change in row.changes]),
                row.subject_id,
                _seal_payload(keys, plan_id, row) if row.payload is not None else None,
                seal_cells(keys, plan_id, row.position, row.cells) if row.cells else None,
                Jsonb(row.proposed),
            )
            for row in rows
        ),
    )


def _seal_payload(keys: KeyRing, plan_id: UUID, row: PlannedRow) -> bytes:
    text = json.dumps(row.payload, ensure_ascii=False)
    return keys.seal(text.encode(), _row_context(plan_id, row.position))


def _row_context(plan_id: UUID, position: int) -> str:
    return f"import-row:{plan_id}:{position}"


def open_payloads(
    session: Session, keys: KeyRing, plan_id: UUID
) -> list[tuple[int, dict[str, Any]]]:
    statement = (
        select(ImportRow.position, ImportRow.payload_sealed)
        .where(ImportRow.plan_id == plan_id, ImportRow.payload_sealed.is_not(None))
        .order_by(ImportRow.position)
    )
    return [
        (position, json.loads(keys.open(sealed, _row_context(plan_id, position))))
        for position, sealed in session.execute(statement)
        if sealed is not None
    ]
