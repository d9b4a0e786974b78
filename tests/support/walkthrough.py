"""The pages of docs/integrate, as what they are for: configuration that works when copied."""

import re
import shlex
from collections.abc import Mapping

from entrypoints.home import CHECKOUT

PAGES = CHECKOUT / "docs" / "integrate"
_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """What stands between the fences of that language, in order."""
    text = (PAGES / page).read_text()
    return [block for name, block in _FENCE.findall(text) if name == language]


def block(page: str, language: str, values: Mapping[str, str]) -> str:
    """The only block of that language, with the reader's own values put in."""
    (text,) = blocks(page, language)
    return filled(text, page, values)


def command(page: str, beginning: str, values: Mapping[str, str]) -> list[str]:
    """The words of the only command in a `console` block that begins so, its program left out."""
    lines = "\n".join(blocks(page, "console")).replace("\\\n", " ").splitlines()
    (line,) = [line for line in lines if line.startswith(f"$ {beginning}")]
    return shlex.split(filled(line, page, values))[2:]


def filled(text: str, page: str, values: Mapping[str, str]) -> str:
    """Each value must have a place to go: a page that no longer names it is out of date."""
    for placeholder, value in values.items():
        assert placeholder in text, f"{page} does not mention {placeholder}"
        text = text.replace(placeholder, value)
    return text
