"""Which plans share a transaction."""

from collections.abc import Iterator, Sequence

from identity.directory.planning import Plan

GROUP_BYTES = 1024**2
"""Request octets in one transaction."""


def fits(plan: Plan) -> bool:
    """Whether a transaction can carry the plan.

    Thousands of new members are too much for one. Half of them written is no harm: members are
    written by difference, so the next try goes on there.
    """
    return sum(map(len, plan)) <= GROUP_BYTES


def groups(plans: Sequence[Plan], most_operations: int) -> Iterator[list[int]]:
    """Places of the plans that share a transaction, without empty and unfit ones."""
    group: list[int] = []
    operations = octets = 0
    for place, plan in enumerate(plans):
        if not plan or not fits(plan):
            continue
        size = sum(map(len, plan))
        full = operations + len(plan) > most_operations or octets + size > GROUP_BYTES
        if full and group:
            yield group
            group, operations, octets = [], 0, 0
        group.append(place)
        operations, octets = operations + len(plan), octets + size
    if group:
        yield group
