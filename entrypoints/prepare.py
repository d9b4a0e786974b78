"""Bring the database to this version before anything else starts: `python -m` this module.

Migrations, the keys without which the first sign-in could not be signed, and the console as a
system that people sign in to.
"""

import sys

from console.session.client import keep_console_client
from entrypoints.exit_code import exit_code
from entrypoints.migrations import migrate
from entrypoints.settings import Settings, load_settings
from entrypoints.wiring import Services


def prepare(settings: Settings) -> None:
    """Repeating it changes nothing."""
    migrate(settings.database.url.get_secret_value())
    services = Services(settings)
    try:
        services.keep_keys_ready()
        keep_console_client(services.database, services.settings.web.public_url, services.clock())
    finally:
        services.close()


def main() -> None:
    prepare(load_settings())


if __name__ == "__main__":
    sys.exit(exit_code(main))
