"""Tables and marked blocks of Markdown."""

import re
from collections.abc import Iterable, Mapping, Sequence

BLOCK = re.compile(
    r"(?P<open><!-- generated: (?P<name>[a-z-]+) -->\n).*?(?P<close><!-- end -->)", re.DOTALL
)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def fill_blocks(page: str, blocks: Mapping[str, str]) -> str:
    """The page with what stands between its marks written anew. Raises KeyError."""

    def filled(match: re.Match[str]) -> str:
        return f"{match['open']}{blocks[match['name']].strip()}\n{match['close']}"

    return BLOCK.sub(filled, page)
