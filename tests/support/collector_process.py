"""A collector in a process of its own, for tests that kill it: DATABASE_URL LOG."""

import sys
from pathlib import Path
from threading import Event

from pydantic import SecretStr

from kernel.clock import utc_now
from kernel.database import Database, DatabaseSettings, build_engine
from mail_admin.usage.collector import Collector, Counting
from mail_admin.usage.dovecot_log import SOURCE, DovecotReader
from mail_admin.usage.log_source import LogSource
from mail_admin.usage.settings import UsageSettings


def main(database_url: str, path: str) -> None:
    engine = build_engine(DatabaseSettings(url=SecretStr(database_url)))
    settings = UsageSettings()
    source = LogSource(SOURCE, Path(path), DovecotReader(settings), utc_now)
    counting = Counting(Database(engine), settings, utc_now)
    Collector(engine, counting, source, pause=0.01).run_until(Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
