"""Background jobs, run to the end in the process of the test as a worker would."""

import asyncio

from entrypoints.wiring import Services


def run_jobs(services: Services) -> None:
    """Everything that is due now; a retry is not."""
    asyncio.run(_drain(services))


async def _drain(services: Services) -> None:
    async with services.jobs.open_async() as jobs:
        await jobs.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful"
        )
