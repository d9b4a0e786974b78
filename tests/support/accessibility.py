"""Looking at a page as people do who see, hear or move otherwise: axe-core in a real browser."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests/relying_parties/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"phone": (390, 844), "office": (1366, 768)}
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""Of RULES those that read colours: all that another scheme changes, see test_colours."""
SCHEMES = ("light", "dark")
PICTURES = os.environ.get("CONGVU_SCREENSHOTS")
MOST_BYTES = 60 * 1024
"""Of a page: offices in the mountains sit behind slow lines."""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def prepare(page: Page) -> None:
    """For a tour: each page brings axe along, which is quicker than handing it over each time."""
    page.add_init_script(_axe())


def violations(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """One line for each rule that the page breaks, with where; `rules` are ids or tags of axe."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", list(rules)
    )
    return [
        f"{rule['id']}: {node['html']} ({node['failureSummary']})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def assert_good_page(
    page: Page, name: str, *, most_bytes: int = MOST_BYTES, schemes: Sequence[str] = SCHEMES
) -> None:
    """In these colour schemes and on both screens; pictures go where CONGVU_SCREENSHOTS says.

    Another scheme is other colours in the same places: only what they can break is looked for.
    """
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        first = scheme == schemes[0]
        if first or PICTURES:
            _look_on_both_screens(page, f"{name}-{{}}-{scheme}")
        broken = violations(page, RULES if first else COLOUR_RULES)
        assert not broken, f"{name} in {scheme}: {broken}"
    assert weight(page) < most_bytes


def _look_on_both_screens(page: Page, name: str) -> None:
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name.format(size)}.png"), full_page=True)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{name.format(size)} is {overflow} pixels too wide"


def weight(page: Page) -> int:
    """Bytes of the page with its style, scripts and pictures as they come over the line."""
    kinds = "['navigation', 'resource']"
    loaded: int = page.evaluate(
        f"{kinds}.flatMap(kind => performance.getEntriesByType(kind))"
        ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
    )
    return loaded
