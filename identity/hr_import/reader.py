"""The door for files: what it lets through is a workbook or a CSV text within the limits."""

from pathlib import Path, PurePath

from identity.hr_import.csv_text import read_csv
from identity.hr_import.file_errors import (
    FileCorrupt,
    FileEmpty,
    FileEncrypted,
    FileHasMacros,
    FileTooLarge,
    FileTypeWrong,
)
from identity.hr_import.table import ReadLimits, Table
from identity.hr_import.workbook import read_workbook

ZIP_MARK = b"PK"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
"""A workbook with a password is an OLE file with a stream of this name ([MS-OFFCRYPTO] 2.3.4.1)."""
MACRO_EXTENSIONS = {".xlsm", ".xltm", ".xlam"}
KNOWN_MARKS: dict[bytes, tuple[str, str]] = {
    b"%PDF": ("tệp PDF", "a PDF document"),
    b"\x89PNG": ("tệp hình ảnh", "a picture"),
    b"\xff\xd8\xff": ("tệp hình ảnh", "a picture"),
    b"GIF8": ("tệp hình ảnh", "a picture"),
    b"BM6": ("tệp hình ảnh", "a picture"),
    b"II*\0": ("tệp hình ảnh", "a picture"),
    b"Rar!": ("tệp nén RAR", "a RAR archive"),
    b"7z\xbc\xaf\x27\x1c": ("tệp nén 7z", "a 7z archive"),
    b"\x1f\x8b": ("tệp nén gzip", "a gzip archive"),
    b"{\\rtf": ("văn bản RTF", "an RTF document"),
    b"MZ": ("tệp chương trình", "a program"),
    b"\x7fELF": ("tệp chương trình", "a program"),
}
MARKUP_STARTS = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<meta")


def read_table(source: Path | bytes, file_name: str, limits: ReadLimits | None = None) -> Table:
    """Read an .xlsx or .csv file; `file_name` tells which of the two it claims to be.

    Raises FileRefused: one error, with its place, for anything that is not a list within limits.
    """
    limits = limits or ReadLimits()
    content = _content(source, file_name, limits)
    refuse_at_the_door(content, file_name, limits)
    if _extension(file_name) == ".csv":
        return read_csv(content, file_name, limits)
    return read_workbook(content, file_name, limits)


def refuse_at_the_door(content: bytes, file_name: str, limits: ReadLimits) -> None:
    """What shows at a glance, before anything is taken apart. Raises FileRefused."""
    _content(content, file_name, limits)
    extension = _extension(file_name)
    if extension in MACRO_EXTENSIONS:
        raise FileHasMacros(file_name)
    _refuse_other_kinds(content, file_name)
    is_zip = content.startswith(ZIP_MARK)
    if extension == ".csv":
        if is_zip:
            raise FileTypeWrong(
                "tệp Excel hoặc tệp nén mang đuôi .csv",
                "a workbook or archive named .csv",
                file_name,
            )
    elif extension != ".xlsx":
        raise FileTypeWrong(f"tệp {extension or '?'}", f"a {extension or '?'} file", file_name)
    elif not is_zip:
        if _looks_like_text(content):
            raise FileTypeWrong("tệp văn bản mang đuôi .xlsx", "a text named .xlsx", file_name)
        raise FileCorrupt(file_name)


def _extension(file_name: str) -> str:
    return PurePath(file_name).suffix.lower()


def _content(source: Path | bytes, file_name: str, limits: ReadLimits) -> bytes:
    if isinstance(source, bytes):
        content = source
    else:
        with source.open("rb") as file:
            content = file.read(limits.max_file_bytes + 1)
    if len(content) > limits.max_file_bytes:
        mebibytes = limits.max_file_bytes // (1024 * 1024)
        raise FileTooLarge(f"hơn {mebibytes} MiB", f"it has more than {mebibytes} MiB", file_name)
    if not content.strip(b"\0 \t\r\n"):
        raise FileEmpty(file_name)
    return content


def _refuse_other_kinds(content: bytes, file_name: str) -> None:
    if content.startswith(OLE_MARK):
        if ENCRYPTED_STREAM in content:
            raise FileEncrypted(file_name)
        raise FileTypeWrong(
            "tệp Office kiểu cũ (.xls, .doc)", "an old Office file (.xls, .doc)", file_name
        )
    for mark, (vi, en) in KNOWN_MARKS.items():
        if content.startswith(mark):
            raise FileTypeWrong(vi, en, file_name)
    if content[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP_STARTS):
        raise FileTypeWrong("trang HTML hoặc XML", "an HTML or XML page", file_name)


def _looks_like_text(content: bytes) -> bool:
    return b"\0" not in content[:4096]
