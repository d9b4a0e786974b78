"""What a sheet part holds and how far it reaches, before the fast parser allocates for it."""

import re
from typing import Final
from xml.parsers import expat

from identity.hr_import.file_errors import (
    FileCorrupt,
    FileHasDangerousFormula,
    FileTooLarge,
)
from identity.hr_import.table import Merge, ReadLimits, column_letters
from identity.hr_import.xml_scan import local_name, new_parser

DIGITS: Final = "0123456789"
REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
REACHES_OUTSIDE = re.compile(
    r"\b(WEBSERVICE|FILTERXML|CALL|REGISTER(\.ID)?|EXEC|RTD|DDE|IMAGE|STOCKHISTORY)\s*\("
    r"|\[\d+\]|\w\s*\|\s*'",
    re.IGNORECASE,
)
"""Functions that fetch or run, references to other workbooks, DDE (`cmd|'/c calc'!A1`)."""
MAX_FORMULAS = 250_000
FORMULA_CHARACTERS_KEPT = 200


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


class SheetScan:
    """Facts about one worksheet part, gathered in one pass.

    Positions are those the cells claim; a cell outside its row, or a row before the row above it,
    is no work of a spreadsheet program and refuses the file.
    """

    def __init__(self, part: str, limits: ReadLimits) -> None:
        self.part = part
        self.is_worksheet = False
        self.last_row = 0
        self.filled_cells = 0
        self.shared_texts = 0
        """Cells that point into the shared strings."""
        self.hidden_rows: set[int] = set()
        self.merges: list[Merge] = []
        self.widths: dict[int, float] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self._letters_seen: set[str] = set()
        self._limits = limits
        self._row = 0
        self._row_text = "0"
        self._reference = ""
        self._formula_at: tuple[int, int] | None = None
        self._formula: list[str] = []
        self.parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = new_parser(self.part)
        parser.StartElementHandler = self._start
        return parser

    @property
    def columns(self) -> int:
        return max(map(column_index, self._letters_seen), default=-1) + 1

    @property
    def area(self) -> int:
        return self.last_row * self.columns

    def finish(self) -> None:
        self._end_formula()
        if self.filled_cells and self.area > self._limits.max_cells:
            raise FileTooLarge(
                f"vùng dữ liệu có {self.area:,} ô",
                f"the data reaches over {self.area:,} cells",
                f"{self.part} {max(self._letters_seen, key=column_index)}{self.last_row}",
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        # Most frequent first: this runs three million times for 100,000 people.
        if name == "c":
            self._reference = attributes.get("r") or self._next_reference()
            if attributes.get("t") == "s":
                self.shared_texts += 1
        elif name in ("v", "is"):
            if self._formula_at:
                self._end_formula()
            self._fill()
        elif name == "t" or name == "r":
            pass
        elif name == "row":
            self._enter_row(attributes)
        elif name == "f":
            self._enter_formula()
        elif name == "mergeCell":
            self._merge(attributes)
        elif name == "col":
            self._column(attributes)
        elif name == "worksheet":
            self.is_worksheet = True
        elif ":" in name:
            self._start(local_name(name), attributes)

    def _enter_row(self, attributes: dict[str, str]) -> None:
        self._end_formula()
        self._row_text = attributes.get("r") or str(self._row + 1)
        row = int(self._row_text) if self._row_text.isdecimal() else 0
        if row <= self._row:
            raise FileCorrupt(f"{self.part} row {self._row_text[:20]}")
        self._row, self._reference = row, ""
        if attributes.get("hidden") in {"1", "true"}:
            self.hidden_rows.add(row)

    def _next_reference(self) -> str:
        """Some programs leave positions out: then a cell follows the one before."""
        before = column_index(self._reference.rstrip(DIGITS))
        return f"{column_letters(before + 1)}{self._row_text}"

    def _fill(self) -> None:
        reference = self._reference
        letters = reference.rstrip(DIGITS)
        if reference[len(letters) :] != self._row_text:
            raise FileCorrupt(f"{self.part} {reference[:20]}")
        self.filled_cells += 1
        if letters not in self._letters_seen:
            self._see_column(letters)
        if self._row > self.last_row:
            self._see_row()

    def _see_column(self, letters: str) -> None:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
            raise FileCorrupt(f"{self.part} {letters[:20]}")
        if column_index(letters) >= self._limits.max_columns:
            raise FileTooLarge(
                f"có dữ liệu ở cột {letters}, quá {self._limits.max_columns} cột",
                f"there is data in column {letters}, beyond {self._limits.max_columns} columns",
                f"{self.part} {letters}{self._row_text}",
            )
        self._letters_seen.add(letters)

    def _see_row(self) -> None:
        if self._row > self._limits.max_rows:
            raise FileTooLarge(
                f"có dữ liệu ở hàng {self._row:,}, quá {self._limits.max_rows:,} hàng",
                f"there is data in row {self._row:,}, beyond {self._limits.max_rows:,} rows",
                f"{self.part} {self._reference[:20]}",
            )
        self.last_row = self._row

    def _enter_formula(self) -> None:
        self._end_formula()
        self._fill()
        self._formula_at = (self._row, column_index(self._reference.rstrip(DIGITS)))
        self.parser.CharacterDataHandler = self._formula.append

    def _end_formula(self) -> None:
        if not self._formula_at:
            return
        text = "".join(self._formula).strip()
        if REACHES_OUTSIDE.search(text):
            row, column = self._formula_at
            raise FileHasDangerousFormula(f"{self.part} {column_letters(column)}{row}")
        if len(self.formulas) >= MAX_FORMULAS:
            raise FileTooLarge("quá nhiều công thức", "too many formulas", self.part)
        self.formulas[self._formula_at] = f"={text[:FORMULA_CHARACTERS_KEPT]}"
        self._formula_at = None
        self._formula.clear()
        self.parser.CharacterDataHandler = None

    def _merge(self, attributes: dict[str, str]) -> None:
        if len(self.merges) >= self._limits.max_merges:
            raise FileTooLarge("quá nhiều ô gộp", "too many merged ranges", self.part)
        corners = [REFERENCE.fullmatch(end) for end in attributes.get("ref", "").split(":")]
        if len(corners) != 2 or not corners[0] or not corners[1]:  # noqa: PLR2004  # A1:B2
            return
        (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
        self.merges.append(Merge(int(top), column_index(left), int(bottom), column_index(right)))

    def _column(self, attributes: dict[str, str]) -> None:
        try:
            first, last = int(attributes["min"]), int(attributes["max"])
            width = float(attributes["width"])
        except (KeyError, ValueError):
            return
        for column in range(first - 1, min(last, self._limits.max_columns)):
            self.widths[column] = width


class SharedTextScan:
    """Lengths of the shared strings; with `weigh`, how much text a sheet makes of them."""

    def __init__(self, part: str) -> None:
        self.lengths: list[int] = []
        self.parser = new_parser(part)
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, _: dict[str, str]) -> None:
        if name == "si" or name.endswith(":si"):
            self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class SharedTextWeight:
    """Characters that the shared strings of a sheet come to, each counted at every use.

    One long text used by a million cells is a bomb that no size of a part shows.
    """

    def __init__(self, part: str, lengths: list[int]) -> None:
        self.characters = 0
        self._lengths = lengths
        self._number: list[str] = []
        self._shared = False
        self.parser = new_parser(part)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        if name == "c":
            self._shared = attributes.get("t") == "s"
        elif name == "v" and self._shared:
            self._number.clear()
            self.parser.CharacterDataHandler = self._number.append

    def _end(self, name: str) -> None:
        if self.parser.CharacterDataHandler is None or local_name(name) != "v":
            return
        self.parser.CharacterDataHandler = None
        number = "".join(self._number).strip()
        if number.isdecimal() and int(number) < len(self._lengths):
            self.characters += self._lengths[int(number)]
