"""Bars against the line of the target, drawn to be read in black and white."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from identity.handover.sheet import Style, fit, width_of
from mail_admin.rate.report import ReportRow
from mail_admin.reports import texts
from mail_admin.reports.selection import Selection
from theme.fonts import Face

MOST_BARS = 24
BAR = 3.6 * mm
STEP = 6.8 * mm
NAMES = 68.0
"""Millimetres for the names of organisations."""
LABEL = 15.0
"""Millimetres for the number behind the longest bar."""
NAME = Style(Face.REGULAR, 9, 9.2)
VALUE = Style(Face.REGULAR, 9, 10)
AXIS = 6 * mm
MET, MISSED = 0.45, 0.75
"""Greys: bars that miss the target are the lighter ones."""


def charted(selection: Selection) -> list[ReportRow]:
    """What is directly below the top; without such, the top itself. The lowest first."""
    depth = selection.base_depth + 1
    rows = [row for row in selection.rows if row.node.depth == depth and row.rate is not None]
    rows = rows or [row for row in selection.rows if row.rate is not None][:1]
    return sorted(rows, key=lambda row: row.rate or 0)


class RateChart(Flowable):
    def __init__(self, rows: Sequence[ReportRow], target: float, width: float) -> None:
        super().__init__()
        self._rows = rows
        self._target = target
        self._left = NAMES * mm
        self._scale = width - self._left - LABEL * mm
        self.width = width
        self.height = STEP * len(rows) + AXIS

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        top = self.height
        for number, row in enumerate(self._rows):
            self._bar(row, top - STEP * (number + 0.5))
        self._axis(top)

    def _bar(self, row: ReportRow, middle: float) -> None:
        canvas = self.canv
        style, lines = fit(row.node.name, NAME, NAMES - 2, 2)
        y = middle + style.leading * (len(lines) / 2 - 0.78)
        canvas.setFillGray(0)
        canvas.setFont(style.face, style.size)
        for line in lines:
            canvas.drawRightString(self._left - 2 * mm, y, line)
            y -= style.leading
        rate = row.rate or 0
        canvas.setFillGray(MISSED if rate < self._target else MET)
        canvas.rect(self._left, middle - BAR / 2, rate * self._scale, BAR, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont(VALUE.face, VALUE.size)
        canvas.drawString(self._left + self._scale + 1.5 * mm, middle - 3, texts.percent(row.rate))

    def _axis(self, top: float) -> None:
        canvas = self.canv
        canvas.setStrokeGray(0)
        canvas.setLineWidth(0.6)
        canvas.line(self._left, AXIS, self._left, top)
        canvas.line(self._left, AXIS, self._left + self._scale, AXIS)
        x = self._left + self._target * self._scale
        canvas.setLineWidth(1)
        canvas.setDash(3, 2)
        canvas.line(x, AXIS, x, top)
        canvas.setDash()
        label = f"mục tiêu {texts.goal(self._target)}"
        canvas.setFont(VALUE.face, VALUE.size)
        end = min(x + width_of(label, VALUE) * mm / 2, self.width)
        canvas.drawRightString(end, AXIS - 11, label)
        canvas.drawString(self._left, AXIS - 11, "0 %")
