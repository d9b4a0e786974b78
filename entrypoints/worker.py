"""The worker, a thread each: reconciler, courier, mail servers, their logs, figures, jobs."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from sqlalchemy.exc import DBAPIError

from entrypoints.exit_code import exit_code
from entrypoints.settings import load_settings
from entrypoints.wiring import Services
from identity.directory.watch import reconcile_until
from kernel.logs import configure_logs
from kernel.lost_jobs import resume_lost
from mail_admin.server.follower import Follower
from sso.logout.courier import DATABASE_GONE

RETRY_SECONDS = 2.0
LOOK_SECONDS = 10.0
"""Between looks for work that was lost with its worker."""
GRACE_SECONDS = 20.0
"""For a job that is running when we are asked to stop."""

log = structlog.get_logger("worker")


class Worker:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until asked to stop. Losing the database is waited out, whatever was going on."""
        work: dict[str, Callable[[], None]] = {
            "reconciler": self._reconcile,
            "courier": self._deliver,
            "follower": self._follow,
            "figures": partial(self._services.figure_keeper.run_until, self._stop),
        }
        for collector in self._services.usage_collectors():
            work[collector.name] = partial(collector.run_until, self._stop)
        threads = [
            threading.Thread(target=self._or_stop, args=(function,), name=name)
            for name, function in work.items()
        ]
        for thread in threads:
            thread.start()
        try:
            asyncio.run(self._run_jobs())
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _or_stop(self, work: Callable[[], None]) -> None:
        """Half a worker must not look healthy: what nobody foresaw ends the process."""
        try:
            work()
        finally:
            self._stop.set()

    def _deliver(self) -> None:
        while not self._stop.is_set():
            try:
                self._services.keep_keys_ready()
                self._services.courier.run_until(self._stop)
            except DATABASE_GONE:
                log.warning("database-unavailable", part="courier")
                self._stop.wait(RETRY_SECONDS)

    def _follow(self) -> None:
        """Tell the mail servers; where their API is not set, others look after them."""
        services = self._services
        if not services.settings.mail_server.doveadm_url:
            self._stop.wait()
            return
        with services.doveadm() as doveadm:
            follower = Follower(services.database, doveadm, services.clock)
            while not self._stop.is_set():
                try:
                    follower.run_until(self._stop)
                except DBAPIError:
                    log.warning("database-unavailable", part="follower")
                    self._stop.wait(RETRY_SECONDS)

    def _reconcile(self) -> None:
        services = self._services
        while not self._stop.is_set():
            try:
                with services.directory() as directory:
                    reconcile_until(self._stop, services.engine, services.reconciler(directory))
            except DBAPIError:
                log.warning("database-unavailable", part="reconciler")
                self._stop.wait(RETRY_SECONDS)

    async def _run_jobs(self) -> None:
        services = self._services
        services.every_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        stopped = asyncio.create_task(asyncio.to_thread(self._stop.wait))
        while not self._stop.is_set():
            try:
                await self._work(stopped)
            except OperationalError:
                log.warning("database-unavailable", part="jobs")
                await asyncio.sleep(RETRY_SECONDS)
        await stopped

    async def _work(self, stopped: asyncio.Task[bool]) -> None:
        async with self._services.jobs.open_async() as jobs:
            work = asyncio.create_task(
                jobs.run_worker_async(
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    delete_jobs="successful",
                )
            )
            looking = asyncio.create_task(self._look_after(jobs))
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            looking.cancel()
            if not work.done():
                work.cancel()
            await asyncio.wait({work, looking})
            if not work.cancelled() and (error := work.exception()):
                raise error

    async def _look_after(self, jobs: procrastinate.App) -> None:
        """Jobs of workers that were killed are done again; plans without a job say so."""
        while True:
            try:
                if lost := await resume_lost(jobs):
                    log.warning("jobs resumed", jobs=lost)
                await asyncio.to_thread(self._services.bulk_jobs.mend)
                await asyncio.to_thread(self._services.import_jobs.mend)
            except (ConnectorException, OperationalError, DBAPIError):
                log.warning("database-unavailable", part="plans")
            await asyncio.sleep(LOOK_SECONDS)


def main() -> None:
    settings = load_settings()
    configure_logs(settings.log)
    Worker(Services(settings)).run()


if __name__ == "__main__":
    sys.exit(exit_code(main))
