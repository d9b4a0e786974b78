"""The console over the whole application and real PostgreSQL."""

from tests.support.clock import clock, hands, services
from tests.support.console import console
from tests.support.sign_on import world
from tests.support.web import address, api, app, client, database_url, token

__all__ = [
    "address",
    "api",
    "app",
    "client",
    "clock",
    "console",
    "database_url",
    "hands",
    "services",
    "token",
    "world",
]
