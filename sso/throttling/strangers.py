"""How many requests each network may leave with us while nobody has signed in for them.

Every one is a row until it is answered or too old. Each process counts for itself, without the
database: the limit keeps a single machine from filling the disk, no more. It is far above what an
office does that comes to work behind one address.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from sso.throttling.networks import network_of
from sso.throttling.service import TooManyAttempts

BURST = 5000
PER_SECOND = 5.0
MOST = 10_000
"""Of the networks that are remembered; then the one that was quiet for longest is forgotten."""


@dataclass(slots=True)
class Allowance:
    left: float
    at: float


class StrangerThrottling:
    """Asked from several threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Allowance] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str | None, now: datetime) -> None:
        """One request of this network. Raises TooManyAttempts."""
        network, moment = network_of(address or ""), now.timestamp()
        with self._lock:
            known = self._known.pop(network, None) or Allowance(BURST, moment)
            known.left = min(BURST, known.left + max(0, moment - known.at) * PER_SECOND)
            known.at = moment
            self._known[network] = known
            if len(self._known) > MOST:
                self._known.popitem(last=False)
            if known.left < 1:
                raise TooManyAttempts(1)
            known.left -= 1
