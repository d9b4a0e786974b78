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
SCHEMES = ("light", "dark")
MOST_BYTES = 60 * 1024
"""Of a page: offices in the mountains sit behind slow lines."""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """One line for each rule that the page breaks, with where."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{rule['id']}: {node['html']} ({node['failureSummary']})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def assert_good_page(
    page: Page, name: str, *, most_bytes: int = MOST_BYTES, schemes: Sequence[str] = SCHEMES
) -> None:
    """In these colour schemes and on both screens; pictures go where CONGVU_SCREENSHOTS says."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            _keep(page, f"{name}-{size}-{scheme}")
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} is {overflow} pixels too wide on a {size}"
        broken = violations(page)
        assert not broken, f"{name} in {scheme}: {broken}"
    assert weight(page) < most_bytes


def weight(page: Page) -> int:
    """Bytes of the page with its style, scripts and pictures as they come over the line."""
    kinds = "['navigation', 'resource']"
    loaded: int = page.evaluate(
        f"{kinds}.flatMap(kind => performance.getEntriesByType(kind))"
        ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
    )
    return loaded


def _keep(page: Page, name: str) -> None:
    folder = os.environ.get("CONGVU_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
