"""Setting text on A4. Lengths are millimetres from the top left corner, type sizes are points."""

from dataclasses import dataclass, replace
from typing import BinaryIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from theme.fonts import Face, register_faces

rl_config.useA85 = 0  # binary streams: a fifth smaller than ASCII, and nobody mails a PDF as text

PAGE_HEIGHT = A4[1]
SMALLEST_SHARE = 0.7
"""Of its size that a text may shrink to before it gets more lines than planned."""


@dataclass(frozen=True, slots=True)
class Style:
    face: Face
    size: float
    leading: float
    grey: float = 0.0
    """0 is black, 1 is white."""

    def scaled(self, share: float) -> "Style":
        return replace(self, size=self.size * share, leading=self.leading * share)


TEXT = Style(Face.REGULAR, 10.5, 14)
STRONG = replace(TEXT, face=Face.SEMIBOLD)
COPIED = Style(Face.MONO, 10.5, 14)
SMALL = Style(Face.REGULAR, 8, 10, grey=0.35)


def new_canvas(out: BinaryIO, *, title: str, author: str) -> Canvas:
    """A document to be printed on one side; its bytes depend on nothing but what is drawn."""
    register_faces()
    canvas = Canvas(
        out,
        pagesize=A4,
        pageCompression=1,
        invariant=1,
        lang="vi-VN",
        initialFontName=Face.REGULAR,  # type: ignore[arg-type]  # the stubs say float
    )
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setViewerPreference("Duplex", "Simplex")  # else one letter is on the back of another
    return canvas


def width_of(text: str, style: Style) -> float:
    return float(stringWidth(text, style.face, style.size)) / mm


def wrap(text: str, style: Style, width: float) -> list[str]:
    """Lines no wider than `width`; a single word that is wider is broken between letters."""
    words = text.split()
    whole = " ".join(words)
    if width_of(whole, style) <= width:  # nearly always, and measuring is half of the work
        return [whole] if whole else []
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".lstrip()
        if width_of(longer, style) <= width:
            lines[-1] = longer
            continue
        *pieces, rest = _broken(word, style, width)
        lines.extend([*pieces, rest])
    return [line for line in lines if line]


def _broken(word: str, style: Style, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if width_of(pieces[-1] + letter, style) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def fit(text: str, style: Style, width: float, most_lines: int) -> tuple[Style, list[str]]:
    """The text in so many lines if shrinking helps, in more if not: nothing is ever cut off."""
    share = 1.0
    while True:
        fitting = style.scaled(share)
        lines = wrap(text, fitting, width)
        if len(lines) <= most_lines or share <= SMALLEST_SHARE:
            return fitting, lines
        share -= 0.05


class Sheet:
    """A page of a canvas. `y` is the base line of text; blocks return the base line after them."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def line(self, x: float, y: float, text: str, style: Style) -> None:
        self.canvas.setFillGray(style.grey)
        self.canvas.setFont(style.face, style.size)
        self.canvas.drawString(x * mm, PAGE_HEIGHT - y * mm, text)

    def line_to(self, x: float, y: float, text: str, style: Style) -> None:
        """A line that ends at `x`."""
        self.line(x - width_of(text, style), y, text, style)

    def line_about(self, x: float, y: float, text: str, style: Style) -> None:
        """A line with its middle at `x`."""
        self.line(x - width_of(text, style) / 2, y, text, style)

    def block(
        self, x: float, y: float, width: float, text: str, style: Style, *, most_lines: int = 99
    ) -> float:
        fitting, lines = fit(text, style, width, most_lines)
        for line in lines:
            self.line(x, y, line, fitting)
            y += fitting.leading / mm
        return y

    def rule(self, x: float, y: float, to_x: float, to_y: float, *, weight: float = 0.5) -> None:
        self.canvas.setStrokeGray(0.0)
        self.canvas.setLineWidth(weight)
        self.canvas.line(x * mm, PAGE_HEIGHT - y * mm, to_x * mm, PAGE_HEIGHT - to_y * mm)

    def frame(self, x: float, y: float, width: float, height: float, *, weight: float) -> None:
        """A rectangle with its upper left corner at `x`, `y`."""
        self.canvas.setStrokeGray(0.0)
        self.canvas.setLineWidth(weight)
        lower = PAGE_HEIGHT - (y + height) * mm
        self.canvas.roundRect(x * mm, lower, width * mm, height * mm, 1.5 * mm)
