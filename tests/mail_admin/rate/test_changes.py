"""Contributions to the change of a rate add up to it, whatever the parts are."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mail_admin.rate.changes import contributions

COUNTS = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(sorted)
PARTS = COUNTS.map(lambda pair: (pair[0], pair[1]))
PAIRS = st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=40)


def rate(parts: list[tuple[int, int]]) -> Fraction | None:
    whole = sum(denominator for _, denominator in parts)
    return Fraction(sum(numerator for numerator, _ in parts), whole) if whole else None


@given(pairs=PAIRS)
def test_contributions_add_up_to_the_change(
    pairs: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    before, now = [one for one, _ in pairs], [other for _, other in pairs]
    found = contributions(before, now)
    was, is_now = rate(before), rate(now)
    if was is None or is_now is None:
        assert found is None
        return
    assert found is not None
    assert sum(one.total for one in found) == is_now - was
    assert [(one.before, one.now) for one in found] == pairs


@given(parts=st.lists(PARTS, min_size=1, max_size=20), times=st.integers(2, 9))
def test_growing_alike_moves_nothing(parts: list[tuple[int, int]], times: int) -> None:
    found = contributions(parts, [(times * part, times * whole) for part, whole in parts])
    assert all(one.by_rate == one.by_weight == 0 for one in found or ())


@given(pairs=PAIRS)
def test_turning_time_round_turns_the_signs(
    pairs: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    before, now = [one for one, _ in pairs], [other for _, other in pairs]
    forward, backward = contributions(before, now), contributions(now, before)
    assert [one.total for one in forward or ()] == [-one.total for one in backward or ()]


def test_a_part_that_becomes_better_and_one_that_grows() -> None:
    """Half of the mailboxes go from 80 to 90 %; the others stay at 80 %."""
    found = contributions([(80, 100), (80, 100)], [(90, 100), (80, 100)])
    assert found is not None
    assert [(float(one.by_rate), float(one.by_weight)) for one in found] == [(0.05, 0), (0, 0)]
    better, worse = contributions([(90, 100), (60, 100)], [(90, 100), (120, 200)]) or ()
    assert better.by_rate == worse.by_rate == 0
    assert better.total + worse.total == Fraction(210, 300) - Fraction(150, 200)


def test_a_part_that_was_not_there_counts_by_its_weight_alone() -> None:
    (_, new) = contributions([(90, 100), (0, 0)], [(90, 100), (0, 100)]) or ()
    assert new.by_rate == 0
    assert new.total < 0
