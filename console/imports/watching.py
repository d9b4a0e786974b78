"""How the worker gets on with a plan: one statement, asked by pages and by streams of events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from identity.hr_import.models import PlanStatus, Stage
from kernel.messages import Message

STATEMENT: LiteralString = """
    SELECT plan.status, plan.asked_at, progress.stage, progress.done, progress.total, progress.at,
        COALESCE((plan.totals ->> 'accept')::int, 0) + COALESCE((plan.totals ->> 'change')::int, 0)
    FROM identity_import_plan plan
    LEFT JOIN identity_import_progress progress ON progress.plan_id = plan.id
    WHERE plan.id = %(plan_id)s
"""
LATE = timedelta(seconds=10)
"""A worker that runs begins within a second."""
SILENT = timedelta(minutes=2)
SHARES = {
    Stage.READING: (2, 30),
    Stage.CHECKING: (30, 60),
    Stage.STORING: (60, 100),
    Stage.APPLYING: (2, 100),
}
"""Of the bar, in percent; reading and checking take about as long as storing."""


NOTHING = Message("", "")


@dataclass(frozen=True, slots=True)
class Standing:
    is_settled: bool
    """Nothing is asked of the worker any more."""
    percent: int = 0
    words: Message = NOTHING
    note: Message | None = None
    """What makes it last, where it does."""


def standing_of(row: tuple[Any, ...], now: datetime) -> Standing:
    """Of a row of STATEMENT."""
    status, asked_at, stage, done, total, at, rows = row
    asked = asked_at is not None and status == PlanStatus.PLANNED
    if status != PlanStatus.PENDING and not asked:
        return Standing(is_settled=True)
    if stage is None:
        late = asked_at is not None and now - asked_at > LATE
        return Standing(False, 0, WAITING, LATE_NOTE if late else None)
    first, last = SHARES[Stage(stage)]
    percent = first + (last - first) * done // total if total else first
    note = SILENT_NOTE if now - at > SILENT else None
    if stage == Stage.APPLYING and total:  # of a person's row the account is a step of its own
        done, total = done * rows // total, rows
    return Standing(False, percent, _words(Stage(stage), done, total), note)


WAITING = Message("Đang chờ đến lượt xử lý…", "Waiting for its turn…")
LATE_NOTE = Message(
    "Bộ phận xử lý nền chưa nhận việc; có thể nó đang dừng. Tệp đã được lưu và sẽ được xử lý ngay "
    "khi bộ phận này chạy lại: bạn có thể đóng trang. Nếu kéo dài, hãy báo quản trị kỹ thuật.",
    "The background worker has not taken the work; it may be down. The file is kept and is worked "
    "on as soon as the worker runs again: you may close the page. If it lasts, tell the "
    "administrators.",
)
SILENT_NOTE = Message(
    "Đã hơn 2 phút không có tiến triển; bộ phận xử lý nền có thể vừa khởi động lại. Việc chưa xong "
    "sẽ được làm lại từ đầu, không ghi hai lần.",
    "There has been no progress for more than 2 minutes; the worker may have been restarted. What "
    "was not finished is done again from its beginning, and nothing is written twice.",
)


def _words(stage: Stage, done: int, total: int) -> Message:
    """Numbers with the separators of each language."""
    en = f"{done:,} of {total:,}"
    vi = f"{done:,}/{total:,}".replace(",", ".")
    if stage is Stage.READING:
        return Message("Đang đọc tệp…", "Reading the file…")
    if stage is Stage.CHECKING:
        rows = f"{total:,}"
        return Message(
            f"Đang đối chiếu {rows.replace(',', '.')} dòng với hệ thống…",
            f"Comparing {rows} rows with the registry…",
        )
    if stage is Stage.STORING:
        return Message(f"Đang lưu kết quả kiểm tra: {vi} dòng", f"Storing the result: {en} rows")
    return Message(f"Đang ghi vào hệ thống: {vi} dòng", f"Writing: {en} rows")
