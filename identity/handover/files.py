"""From batches to files. Call it after the transaction of `hand_over` has been committed."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from identity.handover.batch import Batch
from identity.handover.letters import write_letters
from identity.handover.receipt import write_receipt
from identity.handover.settings import HandoverSettings
from identity.handover.table import write_table
from identity.names.text import fold

Write = Callable[[BinaryIO, Batch], None]


def write_batches(
    batches: Sequence[Batch], directory: Path, settings: HandoverSettings
) -> list[Path]:
    """Three files for each batch: letters, the list to sign, the table. Readable by us alone.

    Files of an earlier run are replaced: their codes no longer work. Raises OSError; then run the
    whole hand-over again, as the module service.py explains.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    kinds: dict[str, Write] = {
        "thu-kich-hoat.pdf": partial(write_letters, settings=settings),
        "bien-ban-ban-giao.pdf": partial(write_receipt, settings=settings),
        "danh-sach.csv": write_table,
    }
    return [
        _write(directory / f"{_stem(batch)}_{ending}", batch, write)
        for batch in batches
        for ending, write in kinds.items()
    ]


def _stem(batch: Batch) -> str:
    """The agency code, or, where there is none, a readable name with enough of the id to differ."""
    if batch.organisation_code:
        return batch.organisation_code
    readable = re.sub(r"[^a-z0-9]+", "-", fold(batch.organisation_name)).strip("-")[:40]
    return f"{readable}-{str(batch.organisation_id)[:8]}"


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
