"""Icons of pages, drawn in line so that they take the colour of the text; script/vendor-web."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).parent / "web" / "icons"
_HEAD = re.compile(r"<svg[^>]*>", re.DOTALL)
_BOUNDS = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_SPACE = re.compile(r">\s+<")
OPENING = (
    '<svg class="icon" width="24" height="24" viewBox="0 0 24 24" fill="none"'
    ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    ' aria-hidden="true" focusable="false">'
)


@cache
def icon(name: str) -> Markup:
    """Decoration only: what it means stands beside it in words."""
    drawing = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    drawing = _BOUNDS.sub("", _HEAD.sub("", drawing, count=1))
    return Markup(OPENING + _SPACE.sub("><", drawing.strip()))  # noqa: S704  # files of ours
