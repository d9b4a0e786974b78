"""Walks XML parts without building anything, within a budget, and refuses document types.

Entities need a document type, so refusing that ends entity expansion and external entities alike.
The encoding is fixed to UTF-8, which is what the parser behind will assume: a declared encoding
could otherwise show two different documents to the two.
"""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from identity.hr_import.file_errors import FileCorrupt, FileHasDoctype, FileInflatesTooMuch

StartHandler = Callable[[str, dict[str, str]], None]
TextHandler = Callable[[str], None]


class MarkBudget:
    """Tags that may still be read. Counting angle brackets is a hundred times faster than XML."""

    def __init__(self, marks: int) -> None:
        self._left = marks

    def spend(self, piece: bytes, part: str) -> None:
        self._left -= piece.count(b"<")
        if self._left < 0:
            raise FileInflatesTooMuch(part)


def new_parser(part: str) -> expat.XMLParserType:
    def refuse(*_: object) -> None:
        raise FileHasDoctype(part)

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def scan(
    parser: expat.XMLParserType, pieces: Iterable[bytes], part: str, budget: MarkBudget
) -> None:
    """Raises FileCorrupt, FileHasDoctype, FileInflatesTooMuch, and what the handlers raise."""
    try:
        for piece in pieces:
            budget.spend(piece, part)
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileCorrupt(part) from error


def local_name(name: str) -> str:
    return name.rpartition(":")[2]
