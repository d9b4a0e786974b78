"""The list that comes with the letters: handed over against signatures, kept by the office.

It holds no code, so it may be filed and copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from identity.accounts.models import AccountKind
from identity.handover import texts
from identity.handover.batch import Batch, Letter
from identity.handover.settings import HandoverSettings
from identity.handover.sheet import COPIED, SMALL, STRONG, TEXT, Sheet, Style, new_canvas, wrap
from kernel.messages import Message
from theme.fonts import Face

LEFT, RIGHT = 20.0, 192.0
WIDTH = RIGHT - LEFT
EDGES = (LEFT, 31.0, 82.0, 124.0, 163.0, RIGHT)
"""Where the columns begin and the last one ends."""
PADDING = 1.6
ROW_HEIGHT = 10.0
"""At least: a signature needs the room."""
HEADER_HEIGHT = 11.0
FIRST_TOP, NEXT_TOP, BOTTOM = 104.0, 20.0, 280.0
CLOSING_HEIGHT = 58.0
"""Declaration, two headings and room for two signatures."""
HEADING = Style(Face.SEMIBOLD, 13, 17)
CELL = replace(TEXT, size=9.5, leading=12)
LOGIN_CELL = replace(COPIED, size=8.5, leading=12)
POINTS_IN_MILLIMETRES = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[tuple[Style, list[str]], ...]
    height: float


def write_receipt(out: BinaryIO, batch: Batch, settings: HandoverSettings) -> None:
    canvas = new_canvas(
        out,
        title=f"{texts.WORDS[batch.purpose].list.vi} - {batch.organisation_name}",
        author=settings.issuing_office,
    )
    sheet = Sheet(canvas)
    rows = [_row(number, letter) for number, letter in enumerate(batch.letters, start=1)]
    pages = _pages(rows)
    for number, page in enumerate(pages, start=1):
        y = FIRST_TOP if number == 1 else NEXT_TOP
        if number == 1:
            _set_head(sheet, batch, settings)
        y = _set_table(sheet, y, page)
        if number == len(pages):
            _set_closing(sheet, y + 8)
        _set_foot(sheet, batch, number, len(pages))
        canvas.showPage()
    canvas.save()


def _row(number: int, letter: Letter) -> Row:
    contents = (
        (str(number), CELL),
        (letter.name, CELL),
        (_title(letter), CELL),
        (letter.login, LOGIN_CELL),
    )
    cells = tuple(
        (style, wrap(text, style, EDGES[column + 1] - EDGES[column] - 2 * PADDING))
        for column, (text, style) in enumerate(contents)
    )
    height = max(len(lines) * style.leading * POINTS_IN_MILLIMETRES for style, lines in cells)
    return Row(cells, max(ROW_HEIGHT, height + 2 * PADDING))


def _title(letter: Letter) -> str:
    if letter.kind is AccountKind.PERSONAL:
        return letter.readers[0].position or ""
    return "; ".join(f"{texts.salutation(reader.sex)} {reader.name}" for reader in letter.readers)


def _pages(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows by page. The signatures never stand on a page without a row above them."""
    pages: list[list[Row]] = [[]]
    y = FIRST_TOP + HEADER_HEIGHT
    for index, row in enumerate(rows):
        last = index == len(rows) - 1
        if y + row.height + (CLOSING_HEIGHT if last else 0) > BOTTOM and pages[-1]:
            pages.append([])
            y = NEXT_TOP + HEADER_HEIGHT
        pages[-1].append(row)
        y += row.height
    return pages


def _set_head(sheet: Sheet, batch: Batch, settings: HandoverSettings) -> None:
    sheet.block(LEFT, 18, 105, settings.issuing_office, STRONG, most_lines=2)
    issued = texts.written_day(batch.issued_on).vi
    sheet.line_to(RIGHT, 18, issued[0].upper() + issued[1:], TEXT)
    centre = (LEFT + RIGHT) / 2
    sheet.line_about(centre, 36, texts.WORDS[batch.purpose].list.vi.upper(), HEADING)
    sheet.line_about(centre, 41, texts.WORDS[batch.purpose].list.en, SMALL)
    facts = [
        (texts.GIVER, settings.issuing_office),
        (texts.RECEIVER, batch.organisation_name),
        (texts.COUNT, texts.letters(len(batch.letters)).vi),
        (texts.WORDS[batch.purpose].expiry, f"hết {texts.written_day(batch.expires_on).vi}"),
    ]
    if batch.basis.document_number:
        cited = texts.document(batch.basis.document_number, batch.basis.document_date)
        facts.append((texts.BASIS, cited.vi))
    y = 53.0
    for label, value in facts:
        sheet.line(LEFT, y, label.vi, TEXT)
        sheet.line(LEFT, y + 3.4, label.en, SMALL)
        below = sheet.block(LEFT + 30, y, WIDTH - 30, value, STRONG, most_lines=2)
        y = max(below + 4, y + 9)


def _set_table(sheet: Sheet, top: float, rows: Sequence[Row]) -> float:
    """Returns where the table ends."""
    sheet.rule(LEFT, top, RIGHT, top)
    for column, message in enumerate(texts.COLUMNS):
        sheet.line(EDGES[column] + PADDING, top + 4.6, message.vi, replace(STRONG, size=9.5))
        sheet.line(EDGES[column] + PADDING, top + 8.6, message.en, SMALL)
    y = top + HEADER_HEIGHT
    sheet.rule(LEFT, y, RIGHT, y, weight=0.8)
    for row in rows:
        for edge, (style, lines) in zip(EDGES, row.cells, strict=False):
            below = y + PADDING + style.leading * POINTS_IN_MILLIMETRES * 0.8
            for line in lines:
                sheet.line(edge + PADDING, below, line, style)
                below += style.leading * POINTS_IN_MILLIMETRES
        y += row.height
        sheet.rule(LEFT, y, RIGHT, y, weight=0.25)
    for edge in EDGES:
        sheet.rule(edge, top, edge, y, weight=0.25)
    return y


def _set_closing(sheet: Sheet, y: float) -> None:
    y = sheet.block(LEFT, y, WIDTH, texts.DECLARATION.vi, TEXT)
    y = sheet.block(LEFT, y - 0.6, WIDTH, texts.DECLARATION.en, SMALL)
    y += 6
    quarter = WIDTH / 4
    signers = ((texts.SIGNED_BY_GIVER, quarter), (texts.SIGNED_BY_RECEIVER, 3 * quarter))
    for message, offset in signers:
        _set_signer(sheet, LEFT + offset, y, message)


def _set_signer(sheet: Sheet, centre: float, y: float, message: Message) -> None:
    sheet.line_about(centre, y, message.vi.upper(), STRONG)
    sheet.line_about(centre, y + 5, texts.SIGN_HERE.vi, CELL)
    sheet.line_about(centre, y + 9, f"{message.en} {texts.SIGN_HERE.en}", SMALL)


def _set_foot(sheet: Sheet, batch: Batch, number: int, count: int) -> None:
    name = batch.organisation_name
    width = WIDTH - 30
    sheet.block(LEFT, 289, width, name, SMALL, most_lines=1)
    sheet.line_to(RIGHT, 289, texts.page_of(number, count).vi, SMALL)
