"""Bring the database to this version and fill an empty registry: `python -m` this module.

A process of its own, so that the supervisor stays free to restart a server that dies meanwhile.
"""

import sys

import click

from entrypoints.prepare import prepare
from entrypoints.sample import provision_sample_if_empty
from entrypoints.settings import load_settings
from kernel.errors import DomainError


def main() -> int:
    try:
        settings = load_settings()
        prepare(settings)
        provision_sample_if_empty(settings)
    except DomainError as error:
        click.echo(f"{error.message.vi}\n{error.message.en}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
