"""Figures of a benchmark as tables for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 120
"""Of the tables, wherever they go."""


@dataclass(frozen=True, slots=True)
class Row:
    side: str
    figures: dict[str, float]
    """By heading, with the unit in it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure that was promised."""

    text: str
    value: float
    limit: float
    at_least: bool = True
    """Else the value has to be below."""

    @property
    def is_met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value < self.limit


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    rows: Sequence[Row]
    verdicts: Sequence[Verdict] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        return {
            "sides": {row.side: row.figures for row in self.rows},
            "verdicts": [
                {"text": one.text, "value": one.value, "limit": one.limit, "met": one.is_met}
                for one in self.verdicts
            ],
        }

    def show(self, console: Console) -> None:
        headings = list(dict.fromkeys(name for row in self.rows for name in row.figures))
        table = Table(title=self.title, title_justify="left")
        table.add_column("", no_wrap=True)
        for heading in headings:
            table.add_column(heading, justify="right")
        for row in self.rows:
            cells = [row.figures.get(heading) for heading in headings]
            table.add_row(row.side, *("" if cell is None else number(cell) for cell in cells))
        console.print(table)
        for one in self.verdicts:
            sign, word = ("≥" if one.at_least else "<"), ("met" if one.is_met else "MISSED")
            console.print(f"{one.text}: {number(one.value)} ({sign} {number(one.limit)}: {word})")
        console.print()


def new_console() -> Console:
    return Console(width=WIDTH)


def as_json(sections: Sequence[Section]) -> str:
    return json.dumps({section.name: section.as_json() for section in sections})


def number(value: float) -> str:
    """Three significant figures at least."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004
