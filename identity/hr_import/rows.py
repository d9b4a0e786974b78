"""Tells the rows that are data from those that only guide the eye."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from unicodedata import normalize

from identity.hr_import.columns import Column, title_key
from identity.hr_import.headers import Header
from identity.hr_import.kinds import SheetKind
from identity.hr_import.table import Cell, CellError, Formula, Row, Sheet
from identity.names.text import clean, fold

PROOF = frozenset(
    {
        Column.BIRTH_DATE,
        Column.BIRTH_DATE_OF_MEN,
        Column.BIRTH_DATE_OF_WOMEN,
        Column.BIRTH_DAY,
        Column.BIRTH_MONTH,
        Column.BIRTH_YEAR,
        Column.SEX,
        Column.IS_MAN,
        Column.IS_WOMAN,
        Column.STAFF_NUMBER,
        Column.CITIZEN_NUMBER,
        Column.PHONE,
        Column.RECOVERY_EMAIL,
        Column.WANTED_ADDRESS,
        Column.REQUEST,
    }
)
"""Columns that only a person fills. One alone may be a count or a stray word; two are proof."""
NAMES = (Column.FULL_NAME, Column.FAMILY_AND_MIDDLE_NAME, Column.GIVEN_NAME)
LIGHT = frozenset({Column.ORDINAL, Column.NOTE, Column.REASON, Column.IGNORED})
PARTS_OF_BODIES = re.compile(
    r"(?:[IVXLC]+|[A-Z]|\d+(?:\.\d+)*)(?:\s*[.)/]\s*|\s+[-–]\s+)\S"
    r"|(?i:phòng|ban|sở|chi cục|cục|trung tâm|văn phòng|ủy ban|uỷ ban|ubnd|hđnd|thanh tra|trường|"
    r"trạm|bệnh viện|khoa|đội|tổ|bộ phận|khối|cơ quan|đơn vị|huyện|thành phố|thị xã|thị trấn|xã|"
    r"phường|hội|liên đoàn|công ty|quỹ|viện|chi nhánh|lãnh đạo|ban giám đốc|đảng ủy|"
    r"đoàn thanh niên)\s"
)
"""How the headings of groups begin."""
TOTAL = re.compile(
    r"tổng(?: số| cộng|\s*:|$)|cộng(?:\s*:|$)|tong (?:so|cong)\b|"
    r"(?:ấn định )?danh sách (?:gồm|này|có|trên|đề nghị)|total\b"
)
"""With tone marks, for Tống is a family name."""
SIGNATURE = re.compile(
    r"(?:ghi chu|noi nhan|nguoi lap|nguoi de nghi|thu truong|ky thay|(?:kt|tm|tl|tuq)[. ]|"
    r"giam doc|chu tich|truong phong|xac nhan|lap bieu|luu y|ky ten|\(ky)"
)
PLACE_AND_DATE = re.compile(r"[^,\d]{2,40},?\s*ngay\s*[\d.…]*\s*thang\s*[\d.…]*\s*nam")
COLUMN_NUMBER = re.compile(r"\(?(?:\d{1,2}|[A-Z]{1,2})\)?(?:\s*=.*)?")

FIRST_WORD = re.compile(r"\w+")


class RowKind(Enum):
    BLANK = "blank"
    HEADING = "heading"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Classified:
    number: int
    kind: RowKind
    cells: Row


class Classifier:
    """Looks at rows one by one, downwards: what closes a list changes how the rest is read."""

    def __init__(self, header: Header) -> None:
        self._columns = {
            column: position for column, position in header.columns.items() if column not in LIGHT
        }
        self._proof = [header.columns[column] for column in PROOF & header.columns.keys()]
        self._names = [header.columns[column] for column in NAMES if column in header.columns]
        self._ordinal = header.columns.get(Column.ORDINAL)
        self._of_people = header.kind in {SheetKind.PEOPLE, SheetKind.REQUESTS}
        self._titles = {position: title_key(title) for position, title in header.titles.items()}
        self._title_words = {p: frozenset(title.split()) for p, title in self._titles.items()}
        self._closed = False

    def kind_of(self, cells: Row) -> RowKind:
        if all(map(_blank, cells)):
            return RowKind.BLANK
        if not self._of_people:
            return self._kind_of_body(cells)
        proofs = self._count_proofs(cells)
        if proofs > 1:
            # Nearly every row ends here. A repeated header or a row of numbers fills all, too.
            return RowKind.HEADING if self._is_repeated_header(cells) else RowKind.DATA
        numbered = self._ordinal is not None and _is_number(_cell(cells, self._ordinal))
        is_bare = not numbered and not proofs
        if self._is_guide(cells, is_bare=is_bare) or self._is_repeated_header(cells):
            return RowKind.HEADING
        return self._kind_by_name(cells, proofs, numbered=numbered)

    def _count_proofs(self, cells: Row) -> int:
        """0, 1 or 2 for more."""
        proofs, width = 0, len(cells)
        for position in self._proof:
            if position < width and not _blank(cells[position]):
                proofs += 1
                if proofs > 1:
                    break
        return proofs

    def _kind_of_body(self, cells: Row) -> RowKind:
        filled = [p for p in self._columns.values() if p < len(cells) and not _blank(cells[p])]
        if len(filled) < 2 or self._is_repeated_header(cells):  # noqa: PLR2004
            return RowKind.HEADING
        return RowKind.DATA

    def _kind_by_name(self, cells: Row, proofs: int, *, numbered: bool) -> RowKind:
        name = next((text for p in self._names if (text := _text(cells, p))), "")
        filled = [p for p in self._columns.values() if p < len(cells) and not _blank(cells[p])]
        is_group = bool(PARTS_OF_BODIES.match(name)) and not proofs
        if is_group and len(filled) <= (2 if numbered else 3):
            return RowKind.HEADING
        if proofs:
            # One proof beside nothing else is a count (12 under a column) or a stray word.
            others = len(filled) - proofs
            return (
                RowKind.DATA if numbered or (others > 0 and not self._closed) else RowKind.HEADING
            )
        if numbered and filled:
            return RowKind.DATA
        if self._closed or (self._ordinal is not None and not numbered):
            # Where people are numbered, what has neither number nor proof is no person,
            # unless it has as much as a row of a form has: name, position and organisation.
            enough = bool(name) and len(filled) > 2 and not self._closed  # noqa: PLR2004
            return RowKind.DATA if enough else RowKind.HEADING
        return RowKind.DATA if name and len(filled) > 1 else RowKind.HEADING

    def _is_guide(self, cells: Row, *, is_bare: bool) -> bool:
        """Totals, places and dates, signatures; they close the list.

        `is_bare`: the row has neither number nor proof. Only then "Giám đốc" is a signature; in a
        form it is the position of a person.
        """
        texts = [clean(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
        is_guide = bool(texts) and TOTAL.match(texts[0].lower()) is not None
        if is_bare and not is_guide:
            folded = [fold(text) for text in texts]
            is_guide = any(SIGNATURE.match(text) or PLACE_AND_DATE.match(text) for text in folded)
            is_guide = is_guide and len(texts) < 3  # noqa: PLR2004  # a form row without number
        self._closed |= is_guide
        return is_guide

    def _is_repeated_header(self, cells: Row) -> bool:
        """The titles once more (page breaks), or the row "(1) (2) (3)" under them."""
        width = len(cells)
        for probe in self._columns.values():
            if probe < width and not _blank(cells[probe]):
                break
        else:
            return False
        if self._is_no_title(cells[probe], probe):
            return False
        filled = [(p, cell) for p, cell in enumerate(cells) if not _blank(cell)]
        same = sum(1 for p, cell in filled if self._is_title(p, cell))
        if same >= max(2, len(filled) / 2):
            return True
        return len(filled) > 2 and all(_is_column_number(cell) for _, cell in filled)  # noqa: PLR2004

    def _is_no_title(self, cell: Cell, position: int) -> bool:
        """The quick way out for ordinary rows: the first word is none of the title's."""
        if not isinstance(cell, str) or len(cell) < 3 or cell[0] == "(":  # noqa: PLR2004
            return False  # a number of a column such as (1), 1 or A
        word = FIRST_WORD.search(normalize("NFC", cell))
        return word is None or word[0].lower() not in self._title_words.get(position, ())

    def _is_title(self, position: int, cell: Cell) -> bool:
        title = self._titles.get(position, "")
        key = title_key(cell) if isinstance(cell, str) else ""
        return bool(key) and (key == title or f" {key} " in f" {title} ")


def data_rows(sheet: Sheet, header: Header) -> Iterator[Classified]:
    """Rows below the header, with merged cells filled downwards."""
    filled = _filled_down(sheet, header.last_row)
    classifier = Classifier(header)
    for number in range(header.last_row + 1, len(sheet.rows) + 1):
        cells = filled.get(number) or sheet.rows[number - 1]
        yield Classified(number, classifier.kind_of(cells), cells)


def _filled_down(sheet: Sheet, header_end: int) -> dict[int, Row]:
    """Rows below the first of a merged range, with its value: one unit beside many people."""
    rows: dict[int, Row] = {}
    for merge in sheet.merges:
        if merge.first_row <= header_end or merge.first_row == merge.last_row:
            continue
        column = merge.first_column
        value = _cell(sheet.rows[merge.first_row - 1], column)
        if _blank(value):
            continue
        for number in range(merge.first_row + 1, min(merge.last_row, len(sheet.rows)) + 1):
            row = rows.get(number) or sheet.rows[number - 1]
            if not row:
                continue
            cells = list(row) + [None] * (column + 1 - len(row))
            cells[column] = value
            rows[number] = tuple(cells)
    return rows


def _cell(cells: Row, position: int) -> Cell:
    return cells[position] if position < len(cells) else None


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(cells: Row, position: int) -> str:
    cell = _cell(cells, position)
    return clean(cell) if isinstance(cell, str) else ""


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, Formula):
        return True  # =A7+1 numbers people, too
    if isinstance(cell, str):
        return cell.strip().rstrip(".)").isdecimal()
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _is_column_number(cell: Cell) -> bool:
    if isinstance(cell, str):
        return COLUMN_NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, int) and not isinstance(cell, bool | CellError) and 0 < cell < 100  # noqa: PLR2004
