"""What is kept in memory of figures, and when it is read again."""

from sqlalchemy.orm import Session

from console.usage.kept import KeptReadings
from tests.support.small_usage import Small


def test_the_last_ones_asked_for_are_kept_until_figures_change(small: Small) -> None:
    asked: list[str] = []

    def read(_: Session, wanted: str) -> str:
        asked.append(wanted)
        return wanted.upper()

    kept = KeptReadings(most=2)

    def ask(wanted: str) -> None:
        with small.db.transaction() as session:
            assert kept.read(session, read, wanted) == wanted.upper()

    for wanted in ("a", "b", "a", "b", "a", "c", "a", "b"):
        ask(wanted)
    assert asked == ["a", "b", "c", "b"]
    small.refresh()
    ask("a")
    assert asked == ["a", "b", "c", "b", "a"]
