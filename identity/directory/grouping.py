"""Which requests share a transaction."""

from collections.abc import Iterator, Sequence

from identity.directory.planning import Plan

GROUP_BYTES = 1024**2
"""Request octets in one transaction: some 15,000 members, or more entries than its operations."""

Portion = tuple[int, Plan]
"""Place of a change, and requests of its plan: usually all, some of it when it is large."""


def groups(plans: Sequence[Plan], most_operations: int) -> Iterator[list[Portion]]:
    """Portions that share a transaction, in order. Plans without requests are left out.

    A large plan goes in several transactions, and not without: outside of one, the overlay
    flushes memberOf of each new member to disk by itself (100,000 members: 175 s against 5 s).
    Half of it written is no harm, since members are written by difference.
    """
    group: list[Portion] = []
    operations = octets = 0
    for portion in _portions(plans):
        count, size = len(portion[1]), sum(map(len, portion[1]))
        full = operations + count > most_operations or octets + size > GROUP_BYTES
        if full and group:
            yield group
            group, operations, octets = [], 0, 0
        group.append(portion)
        operations, octets = operations + count, octets + size
    if group:
        yield group


def _portions(plans: Sequence[Plan]) -> Iterator[Portion]:
    for place, plan in enumerate(plans):
        if sum(map(len, plan)) > GROUP_BYTES:
            yield from ((place, [operation]) for operation in plan)
        elif plan:
            yield place, plan
