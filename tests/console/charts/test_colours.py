"""Colours of charts for everybody: read on their ground, and told apart by the colour-blind."""

import math
import re

import pytest

from entrypoints.home import CHECKOUT
from theme.pages import STATIC

SHEETS = {"light": "tokens.css", "dark": "dark.css"}
Colour = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, severity 1, on linear light
BLINDNESS = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def tokens(theme: str) -> dict[str, str]:
    sheet = (STATIC / SHEETS[theme]).read_text(encoding="utf-8")
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", sheet))


def linear(colour: str) -> Colour:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, blindness: str | None) -> Colour:
    """In CIE L*a*b*, by somebody with this kind of sight."""
    light = linear(colour)
    if blindness:
        rows = BLINDNESS[blindness]
        mixed = [sum(w * p for w, p in zip(row, light, strict=True)) for row in rows]
        light = tuple(min(max(part, 0.0), 1.0) for part in mixed)  # type: ignore[assignment]
    red, green, blue = light
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, blindness: str | None) -> float:
    return math.dist(seen(one, blindness), seen(other, blindness))


def test_every_colour_has_another_in_the_dark() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_are_read_on_every_tone(theme: str) -> None:
    colours = tokens(theme)
    for number in range(6):
        ink = colours["on-tone-0" if number == 0 else "on-tone"]
        assert contrast(colours[f"tone-{number}"], ink) >= 4.5, number


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_bars_stand_out_from_the_paper(theme: str) -> None:
    colours = tokens(theme)
    for name in ("under", "met"):
        assert contrast(colours[name], colours["paper"]) >= 3, name


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("blindness", [None, *BLINDNESS])
def test_the_colour_blind_tell_tones_apart(theme: str, blindness: str | None) -> None:
    colours = tokens(theme)
    assert distance(colours["under"], colours["met"], blindness) >= 25
    for number in range(5):
        one, other = colours[f"tone-{number}"], colours[f"tone-{number + 1}"]
        assert distance(one, other, blindness) >= 10, number
    for below in range(4):
        for above in (4, 5):
            apart = distance(colours[f"tone-{below}"], colours[f"tone-{above}"], blindness)
            assert apart >= 10, (below, above)


def test_the_dark_is_other_colours_and_nothing_else() -> None:
    """So it is enough to look at the colours of pages in the dark."""
    sheet = (STATIC / SHEETS["dark"]).read_text(encoding="utf-8")
    colours = r":root \{\s*color-scheme: dark;\s*(--[a-z0-9-]+: #[0-9a-f]{6};\s*)+\}"
    assert re.fullmatch(rf"/\*.*?\*/\s*{colours}\s*", sheet, re.DOTALL)
    assert tokens("dark").keys() <= tokens("light").keys()
    ours = [
        path for part in ("console", "sso", "theme") for path in (CHECKOUT / part).rglob("*.css")
    ]
    assert STATIC / SHEETS["dark"] in ours
    for path in ours:
        if "web" not in path.parts:  # what others made names schemes that we never turn on
            assert "prefers-color-scheme" not in path.read_text(encoding="utf-8"), path
