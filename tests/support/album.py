"""Pictures of a test in their order, for the documentation; taken where CONGVU_SCREENSHOTS says."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import Page


@dataclass
class Album:
    """Nothing is kept where no folder is named."""

    name: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def take(self, page: Page, name: str) -> None:
        """What stands in the window."""
        if path := self.place(name, "png"):
            page.screenshot(path=path)

    def keep(self, name: str, kind: str, content: bytes) -> None:
        """A file that a step ended in, such as a letter."""
        if path := self.place(name, kind):
            path.write_bytes(content)

    def place(self, name: str, kind: str) -> Path | None:
        """Numbers go on whether or not anything is kept."""
        number = next(self._numbers)
        folder = os.environ.get("CONGVU_SCREENSHOTS")
        if not folder:
            return None
        place = Path(folder) / self.name
        place.mkdir(parents=True, exist_ok=True)
        return place / f"{number:02}-{name}.{kind}"
