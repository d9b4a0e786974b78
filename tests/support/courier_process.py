"""A courier in a process of its own, for tests that kill it: DATABASE_URL."""

import sys
from threading import Event

from kernel.jobs import connection_string
from kernel.notices import Notices
from tests.support.logout import courier_for
from tests.support.services import built, nowhere, settings_for


def main(database_url: str) -> None:
    with built(settings_for(database_url, nowhere())) as services:
        notices = Notices(connection_string(services.settings.database.url))
        courier_for(services, notices).run_until(Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
