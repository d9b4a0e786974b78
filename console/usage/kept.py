"""What was read from figures, kept in memory until any of them change.

The same month is looked at by many, often; what is told of it changes when figures are computed.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

T = TypeVar("T")
MOST_KEPT = 32
"""In each process."""
STATE = text("SELECT string_agg(id || ' ' || xmin, ',') FROM mail_admin_rate_window")
"""Figures are written with the row of their window, and no two writings leave the same xmin."""


class KeptReadings:
    """For all requests of a process; of one database."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def read(self, session: Session, read: Callable[..., T], *wanted: Hashable) -> T:
        """What `read` makes of figures and `wanted`: as new as the figures. Raises what it does.

        Whoever gets it shares it, and changes nothing of it.
        """
        key = session.scalar(STATE), read, *wanted
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: T = self._kept[key]
                return kept
        found = read(session, *wanted)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found
