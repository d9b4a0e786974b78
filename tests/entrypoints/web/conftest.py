"""The whole application over real PostgreSQL, and machines that call it with their tokens."""

from tests.support.web import address, api, app, client, database_url, services, token

__all__ = ["address", "api", "app", "client", "database_url", "services", "token"]
