"""Bring the database to this version and fill an empty registry: `python -m` this module.

A process of its own, so that the supervisor stays free to restart a server that dies meanwhile.
"""

import os
import sys

from entrypoints.embedded.first_administrator import invite
from entrypoints.embedded.mail_client import ensure_mail_client
from entrypoints.exit_code import exit_code
from entrypoints.home import Home
from entrypoints.prepare import prepare
from entrypoints.sample import provision_sample_if_empty
from entrypoints.settings import load_settings
from entrypoints.wiring import Services


def main() -> None:
    settings = load_settings()
    prepare(settings)
    provision_sample_if_empty(settings)
    services, home = Services(settings), Home.from_environment(os.environ)
    try:
        ensure_mail_client(services, home)
        invite(services, home)
    finally:
        services.close()


if __name__ == "__main__":
    sys.exit(exit_code(main))
