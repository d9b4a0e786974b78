"""What the routes of the wizard get from the application."""

from typing import Annotated

from fastapi import Depends, Request

from identity.handover.settings import HandoverSettings
from identity.hr_import.jobs import ImportJobs
from identity.hr_import.service import Importer


async def importer_of(request: Request) -> Importer:
    importer: Importer = request.app.state.importer
    return importer


async def jobs_of(request: Request) -> ImportJobs:
    jobs: ImportJobs = request.app.state.import_jobs
    return jobs


async def letters_of(request: Request) -> HandoverSettings:
    settings: HandoverSettings = request.app.state.handover
    return settings


Tools = Annotated[Importer, Depends(importer_of)]
Jobs = Annotated[ImportJobs, Depends(jobs_of)]
LetterSettings = Annotated[HandoverSettings, Depends(letters_of)]
