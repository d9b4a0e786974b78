"""Ports for servers of tests: below the kernel's ephemeral range, which starts at 32768."""

import random

from entrypoints.embedded.ports import is_free

LOWEST, HIGHEST = 20_000, 32_000

_random = random.SystemRandom()  # hypothesis seeds the shared generator alike in every process


def free_port(count: int = 1) -> int:
    """The first of `count` ports in a row that nobody listens on just now."""
    while True:
        base = _random.randrange(LOWEST, HIGHEST)
        if all(is_free(port) for port in range(base, base + count)):
            return base
