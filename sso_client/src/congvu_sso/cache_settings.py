"""How long keys are believed, and how patiently they are fetched."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CacheSettings:
    default_fresh_seconds: float = 300
    """When the issuer's answer has no Cache-Control max-age."""
    shortest_fresh_seconds: float = 60
    longest_fresh_seconds: float = 3600
    """max-age counts within these two bounds."""
    stale_seconds: float = 4 * 3600
    """How long keys go on being used after that while the issuer cannot be reached.

    Longer bridges longer faults; shorter bounds how long a withdrawn key lives for somebody who can
    cut this system off from the issuer.
    """
    cooldown_seconds: float = 10
    """At most one refresh in this time, however many unknown keys tokens name."""
    first_retry_seconds: float = 1
    """The same while there are no keys at all."""
    connect_seconds: float = 2
    total_seconds: float = 5
    """Limit for one download."""
    max_bytes: int = 128 * 1024

    def bounded(self, fresh_seconds: float | None) -> float:
        wished = self.default_fresh_seconds if fresh_seconds is None else fresh_seconds
        return min(max(wished, self.shortest_fresh_seconds), self.longest_fresh_seconds)
