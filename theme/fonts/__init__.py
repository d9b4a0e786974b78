"""The typefaces of prints.

Source Sans 3 sets the text: it draws every letter of Vietnamese and those that names of the Central
Highlands need besides (ĕ, ŏ, ŭ, ƀ), and is narrow enough for long titles. JetBrains Mono sets what
people copy letter by letter: its 0, 1, 5 and 8 cannot be taken for O, l, S and B.
Files, licences and checksums are put here by script/vendor-fonts.
"""

import enum
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent


class Face(enum.StrEnum):
    """A typeface by the name under which a canvas knows it."""

    REGULAR = "SourceSans3-Regular"
    SEMIBOLD = "SourceSans3-SemiBold"
    MONO = "JetBrainsMono-SemiBold"


FILES = {
    Face.REGULAR: "source-sans-3/SourceSans3_400Regular.ttf",
    Face.SEMIBOLD: "source-sans-3/SourceSans3_600SemiBold.ttf",
    Face.MONO: "jetbrains-mono/JetBrainsMono_600SemiBold.ttf",
}


@cache
def register_faces() -> None:
    """Make every Face known to reportlab; a second call costs nothing."""
    for face, file in FILES.items():
        pdfmetrics.registerFont(TTFont(face.value, FOLDER / file))
