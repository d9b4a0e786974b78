"""The zip container of a workbook, opened without trusting a word it says about itself.

A workbook is later read by a fast parser that believes its input. Everything that could make
that parser use more memory or time than the limits allow is therefore found out here first: each
part is really unpacked, in pieces, and must come out exactly as long as it was declared.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from identity.hr_import.file_errors import (
    FileCorrupt,
    FileEncrypted,
    FileHasForeignContent,
    FileHasMacros,
    FileInflatesTooMuch,
    FileTooLarge,
)
from identity.hr_import.table import MEBIBYTE, ReadLimits

PIECE_BYTES = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
"""PKWARE APPNOTE 6.3.10 section 4.3.7."""
FLAG_ENCRYPTED = 0x1

MACRO_MARKS = ("vbaproject", "xl/macrosheets/", "xl/dialogsheets/", "vbadata")
FOREIGN_MARKS = (
    "xl/externallinks/",
    "xl/embeddings/",
    "xl/activex/",
    "xl/connections.xml",
    "xl/querytables/",
    "xl/richdata/rdwebimage",
)
ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".gz", ".7z", ".rar", ".exe", ".dll")


class Container:
    """The parts of a workbook by name."""

    def __init__(self, content: bytes, limits: ReadLimits) -> None:
        """Raises FileRefused when the table of contents alone is reason enough."""
        self._content = content
        self._limits = limits
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise FileCorrupt("zip") from error
        self.parts = {_part_name(entry): entry for entry in entries}
        self._refuse_strange_lists(entries)
        for name, entry in self.parts.items():
            self._refuse_strange_part(name.lower(), entry)

    def _refuse_strange_lists(self, entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > self._limits.max_parts:
            raise FileInflatesTooMuch("zip")
        if len({name.lower() for name in self.parts}) != len(entries):
            # Two parts of one name: the inspection and the parser could each look at another.
            raise FileCorrupt("zip")
        if sum(entry.file_size for entry in entries) > self._limits.max_inflated_bytes:
            raise FileInflatesTooMuch("zip")

    def _refuse_strange_part(self, name: str, entry: zipfile.ZipInfo) -> None:
        if entry.flag_bits & FLAG_ENCRYPTED:
            raise FileEncrypted(entry.filename)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise FileCorrupt(entry.filename)
        if any(mark in name for mark in MACRO_MARKS):
            raise FileHasMacros(entry.filename)
        if name.startswith(FOREIGN_MARKS) or name.endswith(ARCHIVES):
            raise FileHasForeignContent(entry.filename)
        too_dense = entry.file_size > self._limits.max_ratio * max(entry.compress_size, 1)
        if entry.file_size > MEBIBYTE and too_dense:
            raise FileInflatesTooMuch(entry.filename)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The unpacked part, piece by piece.

        Raises FileInflatesTooMuch or FileCorrupt when it is not what was declared.
        """
        entry = self.parts[name]
        length = checksum = 0
        for piece in self._unpack(entry):
            length += len(piece)
            checksum = zlib.crc32(piece, checksum)
            if length > entry.file_size:
                raise FileInflatesTooMuch(name)
            yield piece
        if length != entry.file_size or checksum != entry.CRC:
            raise FileCorrupt(name)

    def text(self, name: str, max_bytes: int = MEBIBYTE) -> bytes:
        """A small part as a whole. Raises FileTooLarge."""
        if self.parts[name].file_size > max_bytes:
            raise FileTooLarge("một phần bên trong quá lớn", "a part inside is too large", name)
        return b"".join(self.pieces(name))

    def _unpack(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(entry)
        slices = (packed[at : at + PIECE_BYTES] for at in range(0, len(packed), PIECE_BYTES))
        if entry.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(data) for data in slices)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for data in slices:
                yield inflater.decompress(data, PIECE_BYTES)
                while inflater.unconsumed_tail:
                    yield inflater.decompress(inflater.unconsumed_tail, PIECE_BYTES)
        except zlib.error as error:
            raise FileCorrupt(entry.filename) from error
        if not inflater.eof or inflater.unused_data:
            raise FileCorrupt(entry.filename)

    def _packed(self, entry: zipfile.ZipInfo) -> memoryview:
        start = entry.header_offset
        try:
            fields = LOCAL_HEADER.unpack_from(self._content, start)
        except struct.error as error:
            raise FileCorrupt(entry.filename) from error
        if fields[0] != b"PK\x03\x04":
            raise FileCorrupt(entry.filename)
        start += LOCAL_HEADER.size + fields[9] + fields[10]
        packed = memoryview(self._content)[start : start + entry.compress_size]
        if len(packed) != entry.compress_size:
            raise FileCorrupt(entry.filename)
        return packed


def _part_name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").lstrip("/")
