"""Systems that hear of logouts."""

from tests.support.logout import couriers, read_token, receiver

__all__ = ["couriers", "read_token", "receiver"]
