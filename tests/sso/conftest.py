"""Single sign-on over the whole application and real PostgreSQL."""

from tests.support.sign_on import world
from tests.support.web import address, api, app, client, database_url, services, token

__all__ = ["address", "api", "app", "client", "database_url", "services", "token", "world"]
