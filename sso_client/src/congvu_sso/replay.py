"""Telling whether a DPoP proof was used before."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from congvu_sso.errors import ReplayMemoryFull


class ReplayGuard(Protocol):
    """Where several processes serve the same address, they must share one (Redis, a table)."""

    def first_use(self, identifier: str, keep_until: float) -> bool:
        """True once for each identifier, until that second since 1970; atomic."""


class ReplayMemory:
    """For one process. Full of proofs that still count, it refuses rather than forgets."""

    def __init__(self, capacity: int = 200_000, clock: Callable[[], float] = time.time) -> None:
        self._capacity = capacity
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def first_use(self, identifier: str, keep_until: float) -> bool:
        """Raises ReplayMemoryFull."""
        with self._lock:
            self._forget_old(self._clock())
            if identifier in self._seen:
                return False
            if len(self._seen) >= self._capacity:
                raise ReplayMemoryFull
            self._seen[identifier] = keep_until
            return True

    def _forget_old(self, now: float) -> None:
        """From the oldest on: they expire nearly in the order in which they came."""
        while self._seen:
            identifier, keep_until = next(iter(self._seen.items()))
            if keep_until >= now:
                return
            del self._seen[identifier]
