"""How a comparison gets on, as its page says it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from identity.directory import comparisons
from identity.directory.comparison import Stage
from identity.directory.comparison_models import ComparisonStanding, DirectoryComparison
from kernel.jobs import next_attempt
from kernel.messages import Message

LATE = timedelta(seconds=10)
"""A worker that runs begins within a second, unless it is busy with something else."""
SHARES = {
    Stage.READING: (2, 40),
    Stage.COMPARING: (40, 85),
    Stage.LOOKING_AGAIN: (85, 100),
}
"""Of the bar, in percent."""
WAITING = Message("Đang chờ đến lượt…", "Waiting for its turn…")
BEGUN = Message("Đang kết nối với thư mục…", "Connecting to the directory…")


@dataclass(frozen=True, slots=True)
class Watched:
    standing: ComparisonStanding
    words: Message = WAITING
    percent: int = 0
    is_late: bool = False
    """Nobody has taken it yet."""
    retry_at: datetime | None = None
    """Of one that failed and that the worker tries again by itself."""

    @property
    def is_live(self) -> bool:
        return self.standing in comparisons.LIVE


def watched(session: Session, comparison: DirectoryComparison, now: datetime) -> Watched:
    standing = comparisons.standing_of(session, comparison)
    if standing is ComparisonStanding.WAITING:
        return Watched(standing, is_late=now - comparison.asked_at > LATE)
    if standing is ComparisonStanding.FAILED:
        return Watched(standing, retry_at=next_attempt(session, comparison.job_id))
    if standing is not ComparisonStanding.RUNNING or comparison.stage is None:
        return Watched(standing, BEGUN)
    first, last = SHARES[comparison.stage]
    share = comparison.done / comparison.total if comparison.total else 0
    percent = first + round((last - first) * share)
    return Watched(standing, _words(comparison.stage, comparison.done, comparison.total), percent)


def _words(stage: Stage, done: int, total: int) -> Message:
    """Numbers with the separators of each language."""
    if not total:
        return BEGUN
    en = f"{done:,} of {total:,}"
    vi = f"{done:,}/{total:,}".replace(",", ".")
    if stage is Stage.READING:
        return Message(f"Đang đọc thư mục: {vi} mục", f"Reading the directory: {en} entries")
    if stage is Stage.COMPARING:
        return Message(f"Đang đối chiếu: {vi} mục", f"Comparing: {en} entries")
    return Message(
        f"Đang xem lại những mục có vẻ khác: {vi}", f"Looking again at what seems to differ: {en}"
    )
