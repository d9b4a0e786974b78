from collections.abc import Iterator
from itertools import groupby
from typing import Any

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.units import mm

from identity.handover.sheet import PAGE_HEIGHT, Sheet

MASK = 2
"""ISO/IEC 18004 section 7.8 ranks eight masks by how restful they look; readers take any of them.
Ranking costs 10 of the 12 ms that a code takes, and 7,000 letters would wait 80 seconds for it."""


def draw_qr(sheet: Sheet, x: float, y: float, size: float, text: str) -> None:
    """A QR code of level M (15 % may be soiled), `size` wide; keep a tenth of that clear around."""
    modules = _modules(text)
    canvas = sheet.canvas
    canvas.saveState()
    canvas.setFillGray(0.0)
    canvas.translate(x * mm, PAGE_HEIGHT - y * mm)
    module = size * mm / len(modules)
    canvas.scale(module, -module)
    # As literal operators: reportlab's own path takes 5 ms to format the same 280 rectangles.
    runs = (run for row, line in enumerate(modules) for run in _dark_runs(row, line))
    canvas.addLiteral(" ".join(runs) + " f")
    canvas.restoreState()


def _modules(text: str) -> list[list[bool]]:
    """Rows of the code from the top, True is dark."""
    code: Any = QRCode(None, QRErrorCorrectLevel.M)  # Any: its stubs lack half of it
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(False, MASK)
    return [[bool(dark) for dark in row] for row in code.modules]


def _dark_runs(row: int, line: list[bool]) -> Iterator[str]:
    """PDF rectangles (ISO 32000-1 section 8.5.2.1), one for each run of dark modules."""
    column = 0
    for dark, run in groupby(line):
        length = len(list(run))
        if dark:
            yield f"{column} {row} {length} 1 re"
        column += length
