"""Bring the database to this version before anything else starts: `python -m` this module.

Migrations, and the keys without which the first sign-in could not be signed.
"""

import sys

import click

from entrypoints.migrations import migrate
from entrypoints.settings import Settings, load_settings
from entrypoints.wiring import Services
from kernel.errors import DomainError


def prepare(settings: Settings) -> None:
    """Repeating it changes nothing."""
    migrate(settings.database.url.get_secret_value())
    services = Services(settings)
    try:
        services.keep_keys_ready()
    finally:
        services.close()


def main() -> int:
    try:
        prepare(load_settings())
    except DomainError as error:
        click.echo(f"{error.message.vi}\n{error.message.en}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
