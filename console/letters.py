"""Letters with codes as one file: once, and written while it leaves."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import Response
from fastapi.responses import StreamingResponse

from identity.handover.batch import Batch
from identity.handover.files import FILE_NAMES, archive
from identity.handover.settings import HandoverSettings
from kernel.clock import VIETNAM
from theme.pages import HEADERS


def letters_as_file(
    batches: Sequence[Batch], settings: HandoverSettings, now: datetime
) -> Response:
    """After the codes were committed: they stand in clear only here, and no address gives it twice.

    Of the letters no more than those of one organisation are in memory together.
    """
    stem = FILE_NAMES[batches[0].purpose]
    name = f"{stem}-{now.astimezone(VIETNAM):%Y%m%d-%H%M}.zip"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        archive(batches, settings), media_type="application/zip", headers=headers
    )
