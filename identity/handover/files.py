"""From batches to files. Call it after the transaction of `hand_over` has been committed."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from identity.handover.batch import Batch, Purpose
from identity.handover.letters import write_letters
from identity.handover.receipt import write_receipt
from identity.handover.settings import HandoverSettings
from identity.handover.table import write_table
from identity.names.text import fold

Write = Callable[[BinaryIO, Batch], None]
FILE_NAMES = {Purpose.ACTIVATION: "thu-kich-hoat", Purpose.RESET: "thu-dat-lai-mat-khau"}


def write_batches(
    batches: Sequence[Batch], directory: Path, settings: HandoverSettings
) -> list[Path]:
    """Three files for each batch: letters, the list to sign, the table. Readable by us alone.

    Files of an earlier run are replaced: their codes no longer work. Raises OSError; then run the
    whole hand-over again, as the module service.py explains.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        _write(directory / f"{stem(batch)}_{ending}", batch, write)
        for batch in batches
        for ending, write in file_kinds(settings, batch.purpose).items()
    ]


def file_kinds(settings: HandoverSettings, purpose: Purpose) -> dict[str, Write]:
    """Ending of the name → what writes it: letters, the list to sign, the table."""
    return {
        f"{FILE_NAMES[purpose]}.pdf": partial(write_letters, settings=settings),
        "bien-ban-ban-giao.pdf": partial(write_receipt, settings=settings),
        "danh-sach.csv": write_table,
    }


def stem(batch: Batch) -> str:
    """The agency code, or, where there is none, a readable name with enough of the id to differ."""
    if batch.organisation_code:
        return batch.organisation_code
    readable = re.sub(r"[^a-z0-9]+", "-", fold(batch.organisation_name)).strip("-")[:40]
    return f"{readable}-{str(batch.organisation_id)[:8]}"


class _Chunks:
    """Where an archive is written to that leaves piece by piece; nothing of it is kept."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        data, self._written = b"".join(self._written), []
        return data


def archive(batches: Sequence[Batch], settings: HandoverSettings) -> Iterator[bytes]:
    """All files of all batches as one ZIP, organisation by organisation as they are made."""
    out = _Chunks()
    with ZipFile(out, "w", ZIP_DEFLATED) as zipped:
        for batch in batches:
            for ending, write in file_kinds(settings, batch.purpose).items():
                content = BytesIO()
                write(content, batch)
                zipped.writestr(f"{stem(batch)}_{ending}", content.getvalue())
                yield out.take()
    yield out.take()


def _write(path: Path, batch: Batch, write: Write) -> Path:
    """Whole or not at all: written beside its place with mode 0600, then moved there."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as out:
        temporary = Path(out.name)
        try:
            write(out, batch)  # type: ignore[arg-type]  # its wrapper is no BinaryIO to mypy
            out.close()
            temporary.replace(path)
        except BaseException:
            temporary.unlink()
            raise
    return path
