"""Bring the database to this version and fill an empty registry: `python -m` this module.

A process of its own, so that the supervisor stays free to restart a server that dies meanwhile.
"""

import sys

from entrypoints.exit_code import exit_code
from entrypoints.prepare import prepare
from entrypoints.sample import provision_sample_if_empty
from entrypoints.settings import load_settings


def main() -> None:
    settings = load_settings()
    prepare(settings)
    provision_sample_if_empty(settings)


if __name__ == "__main__":
    sys.exit(exit_code(main))
