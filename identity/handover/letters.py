"""The letters: A4, folded twice like a Z, so that only the upper third is seen.

The upper third names the addressee, the middle one holds the account and its code, the lower one
says what to do. What is the same on every letter is set once and referred to by each page.
"""

from dataclasses import replace
from typing import BinaryIO

from identity.accounts.models import AccountKind
from identity.handover import texts
from identity.handover.batch import Batch, Letter, Purpose, Reader
from identity.handover.qr import draw_qr
from identity.handover.settings import HandoverSettings
from identity.handover.sheet import COPIED, SMALL, STRONG, TEXT, Sheet, Style, new_canvas, width_of
from kernel.messages import Message
from theme.fonts import Face

LEFT, RIGHT = 24.0, 188.0
WIDTH = RIGHT - LEFT
FOLDS = (99.0, 198.0)
TITLE = Style(Face.SEMIBOLD, 16, 20)
ADDRESSEE = Style(Face.SEMIBOLD, 14, 18)
CODE = Style(Face.MONO, 25, 30)
COLUMN = LEFT + 30
"""Where values stand that have their label on the left."""
INDENT = LEFT + 6
BOX_TOP, BOX_HEIGHT = 148.0, 40.0
QR_SIZE = 30.0


def write_letters(out: BinaryIO, batch: Batch, settings: HandoverSettings) -> None:
    words = texts.WORDS[batch.purpose]
    canvas = new_canvas(
        out, title=f"{words.letter.vi} - {batch.organisation_name}", author=settings.issuing_office
    )
    sheet = Sheet(canvas)
    for kind in sorted({letter.kind for letter in batch.letters}):
        canvas.beginForm(kind.value)
        _set_common(sheet, kind, batch, settings)
        canvas.endForm()
    for number, letter in enumerate(batch.letters, start=1):
        canvas.doForm(letter.kind.value)
        count = f"{texts.NUMBER.vi} {number}/{len(batch.letters)}"
        sheet.line_to(RIGHT, 18, count, STRONG)
        _set_addressee(sheet, letter, batch)
        _set_account(sheet, letter)
        _set_code(sheet, letter, settings, batch.purpose)
        canvas.showPage()
    canvas.save()


def _set_common(sheet: Sheet, kind: AccountKind, batch: Batch, settings: HandoverSettings) -> None:
    words = texts.WORDS[batch.purpose]
    for fold in FOLDS:
        sheet.rule(5, fold, 9, fold, weight=0.3)
    sheet.block(LEFT, 18, 110, settings.issuing_office, STRONG, most_lines=2)
    sheet.line_to(RIGHT, 23, _capital(texts.written_day(batch.issued_on).vi), TEXT)
    sheet.rule(LEFT, 28, RIGHT, 28)
    sheet.line(LEFT, 39, words.letter.vi, TITLE)
    sheet.line(LEFT, 44, words.letter.en, SMALL)
    _set_pair(sheet, LEFT, 91, texts.PRIVATE)
    personal = kind is AccountKind.PERSONAL
    introduction = words.introduction if personal else words.organisation_introduction
    y = sheet.block(LEFT, 109, WIDTH, introduction.vi, TEXT)
    sheet.block(LEFT, y - 0.6, WIDTH, introduction.en, SMALL)
    _set_label(sheet, LEFT, 129, texts.ADDRESS)
    _set_label(sheet, LEFT, 138, texts.LOGIN)
    _set_code_box(sheet, batch)
    _set_instructions(sheet, batch.purpose, settings)


def _set_code_box(sheet: Sheet, batch: Batch) -> None:
    code = texts.WORDS[batch.purpose].code
    sheet.frame(LEFT, BOX_TOP, WIDTH, BOX_HEIGHT, weight=1)
    sheet.line(INDENT, BOX_TOP + 8, code.vi, STRONG)
    sheet.line(INDENT + width_of(code.vi, STRONG) + 2, BOX_TOP + 8, code.en, SMALL)
    expiry = texts.valid_until(batch.expires_on)
    sheet.line(INDENT, BOX_TOP + 29, expiry.vi, STRONG)
    sheet.line(INDENT, BOX_TOP + 33, f"{expiry.en}. {texts.ALPHABET.en}", SMALL)
    after = INDENT + width_of(expiry.vi, STRONG)
    sheet.line(after, BOX_TOP + 29, f". {texts.ALPHABET.vi}", replace(TEXT, size=9.5))


def _set_instructions(sheet: Sheet, purpose: Purpose, settings: HandoverSettings) -> None:
    words, y, width = texts.WORDS[purpose], 210.0, RIGHT - INDENT
    _set_pair(sheet, LEFT, y, words.steps_heading, STRONG)
    y += 7
    for number, step in enumerate(words.steps, start=1):
        sheet.line(LEFT, y, f"{number}.", STRONG)
        y = sheet.block(INDENT, y, width, step.vi, TEXT)
        if number == 1:
            y = sheet.block(INDENT, y, width, settings.address_for(purpose), COPIED, most_lines=1)
        y = sheet.block(INDENT, y - 0.6, width, step.en, SMALL) + 1.6
    y += 2
    sheet.rule(LEFT, y, LEFT, y + 20, weight=2)
    _set_pair(sheet, INDENT, y + 3, words.warning_heading, STRONG)
    y = sheet.block(INDENT, y + 8, width, words.warning.vi, TEXT)
    sheet.block(INDENT, y - 0.6, width, words.warning.en, SMALL)
    if settings.contact:
        contact = f"{texts.SUPPORT.vi} ({texts.SUPPORT.en}): {settings.contact}"
        sheet.block(LEFT, 284, WIDTH, contact, TEXT, most_lines=1)


def _set_pair(sheet: Sheet, x: float, y: float, message: Message, style: Style = TEXT) -> None:
    sheet.line(x, y, message.vi, style)
    sheet.line(x + width_of(message.vi, style) + 2, y, message.en, SMALL)


def _set_label(sheet: Sheet, x: float, y: float, message: Message) -> None:
    sheet.line(x, y, message.vi, TEXT)
    sheet.line(x, y + 3.4, message.en, SMALL)


def _set_addressee(sheet: Sheet, letter: Letter, batch: Batch) -> None:
    _set_label(sheet, LEFT, 56, texts.TO)
    x, width = COLUMN, RIGHT - COLUMN
    if letter.kind is AccountKind.PERSONAL:
        (reader,) = letter.readers
        y = sheet.block(x, 56, width, _named(reader), ADDRESSEE, most_lines=2)
        y = sheet.block(x, y, width, reader.position or "", TEXT, most_lines=2)
        sheet.block(x, y, width, batch.organisation_name, TEXT, most_lines=3)
        return
    y = sheet.block(x, 56, width, batch.organisation_name, ADDRESSEE, most_lines=3)
    y = sheet.block(x, y, width, f"{texts.MAILBOX.vi}: {letter.name}", TEXT, most_lines=2)
    if letter.readers:
        custodians = "; ".join(map(_with_position, letter.readers))
        sheet.block(x, y, width, f"{texts.CUSTODIAN.vi}: {custodians}", TEXT, most_lines=2)


def _set_account(sheet: Sheet, letter: Letter) -> None:
    width = RIGHT - COLUMN
    sheet.block(COLUMN, 129, width, letter.address or "-", COPIED, most_lines=1)
    sheet.block(COLUMN, 138, width, letter.login, COPIED, most_lines=1)


def _set_code(sheet: Sheet, letter: Letter, settings: HandoverSettings, purpose: Purpose) -> None:
    sheet.line(INDENT, BOX_TOP + 20, letter.code, CODE)
    link = settings.link_for(purpose, letter.code)
    draw_qr(sheet, RIGHT - QR_SIZE - 5, BOX_TOP + (BOX_HEIGHT - QR_SIZE) / 2, QR_SIZE, link)


def _named(reader: Reader) -> str:
    return f"{texts.salutation(reader.sex)} {reader.name}"


def _with_position(reader: Reader) -> str:
    named = _named(reader)
    return f"{named}, {reader.position}" if reader.position else named


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
