"""Growing delays for whoever fails to prove that they are a client.

Secrets of clients cannot be guessed; this keeps those who try, and systems that were given the
wrong secret, from costing more than a look into a table. Each process counts for itself, without
the database. Counted by client and address together: nobody slows down a client that asks from
elsewhere, nor another one that asks from the same place.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from sso.throttling.networks import network_of

FREE = 10
"""Failures without delay: a secret that was rotated a moment ago is no attack."""
LONGEST_SECONDS = 60
"""A good copy of a system beside one with an old secret must not be out for long."""
FORGOTTEN_SECONDS = 3600
"""After the last failure."""
MOST = 10_000
"""Of what is remembered; then the oldest is forgotten."""
LONGEST_NAME = 100
"""Client ids are no longer, so whatever is can be counted together."""

Key = tuple[str, str]


@dataclass(slots=True)
class Failures:
    count: int
    last: float
    free_at: float


class ClientThrottling:
    """For one event loop: nothing here waits, so nothing comes in between."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Failures] = OrderedDict()

    def seconds_to_wait(self, client_id: str | None, address: str | None, now: datetime) -> int:
        """0 when the next attempt may be looked at."""
        if not self._known:  # as on any good day
            return 0
        failures = self._known.get(_key(client_id, address))
        if failures is None:
            return 0
        return max(0, -int(-(failures.free_at - now.timestamp()) // 1))

    def failed(self, client_id: str | None, address: str | None, now: datetime) -> None:
        key, moment = _key(client_id, address), now.timestamp()
        failures = self._known.pop(key, None)
        if failures is None or moment - failures.last > FORGOTTEN_SECONDS:
            failures = Failures(0, moment, moment)
        failures.count += 1
        failures.last = moment
        if failures.count >= FREE:
            delay = min(LONGEST_SECONDS, 2 ** min(failures.count - FREE, 20))
            failures.free_at = moment + delay
        self._known[key] = failures
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def succeeded(self, client_id: str, address: str | None) -> None:
        if self._known:
            self._known.pop(_key(client_id, address), None)


def _key(client_id: str | None, address: str | None) -> Key:
    name = client_id if client_id is not None and len(client_id) <= LONGEST_NAME else ""
    return name, network_of(address or "")
