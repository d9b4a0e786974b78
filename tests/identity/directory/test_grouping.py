from hypothesis import given
from hypothesis import strategies as st

from identity.directory.grouping import GROUP_BYTES, groups

PLANS = st.lists(st.lists(st.sampled_from([b"x", b"y" * (GROUP_BYTES // 3)]), max_size=7))


@given(PLANS, st.integers(1, 8))
def test_every_request_is_in_one_group_in_its_order(plans: list[list[bytes]], most: int) -> None:
    given = [(place, request) for place, plan in enumerate(plans) for request in plan]
    grouped = [
        (place, request)
        for group in groups(plans, most)
        for place, portion in group
        for request in portion
    ]
    assert grouped == given


@given(PLANS, st.integers(1, 8))
def test_a_group_is_small_unless_one_plan_alone_is_not(plans: list[list[bytes]], most: int) -> None:
    for group in groups(plans, most):
        requests = [request for _, portion in group for request in portion]
        assert sum(map(len, requests)) <= GROUP_BYTES
        assert len(requests) <= most or len(group) == 1


def test_a_plan_goes_whole_into_one_group_when_it_fits() -> None:
    assert [*groups([[b"a", b"b"], [], [b"c", b"d"]], 3)] == [
        [(0, [b"a", b"b"])],
        [(2, [b"c", b"d"])],
    ]
