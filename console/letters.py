"""Letters with codes as files, each given once: no address leads to it."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from fastapi import Response
from fastapi.responses import StreamingResponse

from identity.handover.batch import Batch
from identity.handover.files import FILE_NAMES, archive
from identity.handover.letters import write_letters
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


def letter_as_file(batch: Batch, settings: HandoverSettings) -> Response:
    """For one account, after its code was committed."""
    letter = BytesIO()
    write_letters(letter, batch, settings)
    return pdf(letter.getvalue(), f"{FILE_NAMES[batch.purpose]}-{batch.letters[0].login}")


def pdf(content: bytes, stem: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{stem}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
