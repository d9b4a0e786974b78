"""What a sheet part holds and how far it reaches, before the fast parser allocates for it."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from identity.hr_import.file_errors import (
    FileCorrupt,
    FileHasDangerousFormula,
    FileInflatesTooMuch,
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
LONGEST_ROW, LONGEST_COLUMN = len("1048576"), len("XFD")
OTHER_ELEMENTS = {"mergeCell", "col"}
MAX_OTHER_ELEMENTS = 1_000_000
"""Links, rules of validation, runs of formatted text: far fewer than cells."""
MAX_NOTED_CELLS = 250_000
"""Formulas and error cells are remembered one by one; a sheet of nothing else is no list."""
FORMULA_CHARACTERS_KEPT = 200


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def pairs(attributes: list[str]) -> Iterator[tuple[str, str]]:
    return zip(attributes[::2], attributes[1::2], strict=True)


def _reference(attributes: list[str], before: str, row_text: str) -> str:
    """Where a cell stands whose position is not its first attribute, or left out.

    A cell without a position follows the one before (ECMA-376 part 1, 18.3.1.4).
    """
    following = column_letters(column_index(before.rstrip(DIGITS)) + 1) + row_text
    return dict(pairs(attributes)).get("r") or following


class SheetScan:
    """Facts about one worksheet part, gathered in one pass.

    Positions are those the cells claim; a cell outside its row, or a row before the row above it,
    is no work of a spreadsheet program and refuses the file.
    """

    def __init__(self, part: str, limits: ReadLimits) -> None:
        self.part = part
        self.is_worksheet = False
        self.last_row = 0
        self.hidden_rows: set[int] = set()
        self.merges: list[Merge] = []
        self.widths: dict[int, float] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.errors: set[tuple[int, int]] = set()
        self._letters_seen: set[str] = set()
        self._limits = limits
        self._row = 0
        self._formula_at: tuple[int, int] | None = None
        self._formula: list[str] = []
        self.parser = new_parser(part)
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._root

    @property
    def columns(self) -> int:
        return max(map(column_index, self._letters_seen), default=-1) + 1

    @property
    def area(self) -> int:
        return self.last_row * self.columns

    def _root(self, name: str, _: list[str]) -> None:
        """Charts have elements of the same names; they only have to be well formed."""
        self.is_worksheet = local_name(name) == "worksheet"
        self.parser.StartElementHandler = self._start_handler() if self.is_worksheet else None

    def _start_handler(self) -> Callable[[str, list[str]], None]:  # noqa: C901  # one dispatch
        """The hot path, run three million times for 100,000 people.

        Hence a closure: for an ordinary cell it touches no attribute of `self`.
        """
        seen, row_text, reference = self._letters_seen, "0", ""
        row_is_new = is_odd = False
        strangers = 0

        def start(name: str, attributes: list[str]) -> None:  # noqa: C901, PLR0912  # one dispatch
            nonlocal row_text, reference, row_is_new, is_odd, strangers
            if name == "c":
                if attributes and attributes[0] == "r":
                    reference = attributes[1]
                else:
                    reference = _reference(attributes, reference, row_text)
                if "e" in attributes:
                    is_odd = True
            elif name == "v" or name == "is":  # noqa: PLR1714  # measured: faster than a set
                if reference[: -len(row_text)] not in seen or not reference.endswith(row_text):
                    self._see_column(reference, row_text)
                if row_is_new:
                    self._see_row(reference)
                    row_is_new = False
                if is_odd:
                    self._note_value(reference)
                    is_odd = False
            elif name == "t":
                pass
            elif name == "row":
                row_text = self._enter_row(dict(pairs(attributes)))
                reference, row_is_new, is_odd = "", True, False
            elif name == "f":
                self._see_column(reference, row_text)
                self._see_row(reference)
                self._enter_formula(reference)
                is_odd = True
            elif name in OTHER_ELEMENTS:
                self._other(name, dict(pairs(attributes)))
            elif ":" in name:
                start(local_name(name), attributes)
            else:
                strangers += 1
                if strangers > MAX_OTHER_ELEMENTS:
                    raise FileInflatesTooMuch(self.part)

        return start

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        if name == "mergeCell":
            self._merge(attributes)
        else:
            self._column(attributes)

    def finish(self) -> None:
        """Raises FileTooLarge, FileHasDangerousFormula."""
        self._end_formula()
        if self.area > self._limits.max_cells:
            corner = f"{max(self._letters_seen, key=column_index)}{self.last_row}"
            raise FileTooLarge(
                f"vùng dữ liệu có {self.area:,} ô",
                f"the data reaches over {self.area:,} cells",
                f"{self.part} {corner}",
            )

    def _enter_row(self, attributes: dict[str, str]) -> str:
        self._end_formula()
        text = attributes.get("r") or str(self._row + 1)
        row = int(text) if text.isdecimal() and text.isascii() and len(text) <= LONGEST_ROW else 0
        if row <= self._row:
            raise FileCorrupt(f"{self.part} row {text[:20]}")
        self._row = row
        if attributes.get("hidden") in {"1", "true"}:
            self.hidden_rows.add(row)
        return text

    def _see_column(self, reference: str, row_text: str) -> None:
        letters = reference.rstrip(DIGITS)
        ordinary = letters.isascii() and letters.isalpha() and len(letters) <= LONGEST_COLUMN
        if not ordinary or reference != letters + row_text:
            raise FileCorrupt(f"{self.part} {reference[:20]}")
        if column_index(letters) >= self._limits.max_columns:
            raise FileTooLarge(
                f"có dữ liệu ở cột {letters}, quá {self._limits.max_columns} cột",
                f"there is data in column {letters}, beyond {self._limits.max_columns} columns",
                f"{self.part} {reference}",
            )
        self._letters_seen.add(letters)

    def _see_row(self, reference: str) -> None:
        if self._row > self._limits.max_rows:
            raise FileTooLarge(
                f"có dữ liệu ở hàng {self._row:,}, quá {self._limits.max_rows:,} hàng",
                f"there is data in row {self._row:,}, beyond {self._limits.max_rows:,} rows",
                f"{self.part} {reference}",
            )
        self.last_row = max(self.last_row, self._row)

    def _enter_formula(self, reference: str) -> None:
        self._end_formula()
        self._formula_at = self._place(reference)
        self.parser.CharacterDataHandler = self._formula.append

    def _note_value(self, reference: str) -> None:
        """The value after a formula, or an error."""
        if self._formula_at is None:
            self.errors.add(self._place(reference))
        self._end_formula()

    def _place(self, reference: str) -> tuple[int, int]:
        if len(self.formulas) + len(self.errors) > MAX_NOTED_CELLS:
            raise FileTooLarge(
                "quá nhiều công thức hoặc ô lỗi", "too many formulas or error cells", self.part
            )
        return self._row, column_index(reference.rstrip(DIGITS))

    def _end_formula(self) -> None:
        if not self._formula_at:
            return
        text = "".join(self._formula).strip()
        if REACHES_OUTSIDE.search(text):
            row, column = self._formula_at
            raise FileHasDangerousFormula(f"{self.part} {column_letters(column)}{row}")
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
