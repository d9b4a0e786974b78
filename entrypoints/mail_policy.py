"""The program beside Postfix: answers what it asks, and takes the mail of ours that comes back."""

import asyncio
import signal
import sys

from entrypoints.exit_code import exit_code
from entrypoints.settings import load_settings
from entrypoints.wiring import Services
from kernel.logs import configure_logs


async def serve(services: Services) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:  # when one fails, so do the others
        group.create_task(services.policy_server().serve(stop))
        if bounces := services.bounce_server():
            group.create_task(bounces.serve(stop))
        group.create_task(services.sender_server().serve(stop))
        group.create_task(services.signing_server().serve(stop))


def main() -> None:
    settings = load_settings()
    configure_logs(settings.log)
    limit = settings.limits.answer_seconds
    quick = settings.database.model_copy(update={"statement_timeout_seconds": limit})
    services = Services(settings.model_copy(update={"database": quick}))
    try:
        asyncio.run(serve(services))
    finally:
        services.close()


if __name__ == "__main__":
    sys.exit(exit_code(main))
