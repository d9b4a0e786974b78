"""Where things stand on drawings: values at their scale, gaps, nothing, one, and very many."""

import itertools

import pytest

from console.charts.bars import bar, extent_of, swing
from console.charts.heat import MET, legend, tone
from console.charts.line import LineChart, Point
from console.charts.scale import Scale, shares_between


def chart(*values: float | None, target: float = 0.9) -> LineChart:
    return LineChart([Point(f"{n + 1:02}", value) for n, value in enumerate(values)], target)


def test_values_stand_at_their_scale() -> None:
    scale = Scale(0, 1, 10, 110)
    assert [scale.at(value) for value in (0, 0.25, 1, -3, 7)] == [10, 35, 110, 10, 110]
    assert Scale(2, 2, 5, 9).at(2) == 5


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.9], [0.85, 0.9, 0.95, 1]),
        ([0.9, 0.82], [0.75, 0.8, 0.85, 0.9, 0.95, 1]),
        ([0.9, 0.71], [0.6, 0.7, 0.8, 0.9, 1]),
        ([0.9, 0.0], [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([], [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_the_axis_shows_all_and_has_few_lines(values: list[float], ticks: list[float]) -> None:
    assert shares_between(values) == (ticks[0], 1.0, ticks)


def test_a_line_goes_through_its_values() -> None:
    drawn = chart(0.9, 1.0, 0.85)
    low, high, _ = shares_between([0.85, 0.9])
    y = Scale(low, high, drawn.bottom, 16)
    assert [dot.x for dot in drawn.dots] == [
        drawn.left,
        (drawn.left + drawn.right) / 2,
        drawn.right,
    ]
    assert [dot.y for dot in drawn.dots] == [y.at(0.9), y.at(1.0), y.at(0.85)]
    assert drawn.target_y == drawn.dots[0].y
    assert [dot.is_under for dot in drawn.dots] == [False, False, True]
    assert len(drawn.paths) == 1


def test_months_without_figures_are_gaps() -> None:
    drawn = chart(0.9, 0.9, None, 0.8, None, 0.7, 0.7)
    assert [path.count("L") for path in drawn.paths] == [1, 1]
    assert len(drawn.dots) == 5, "one between two gaps is a dot without a line"
    assert chart(0.9, None).last is None


def test_one_point_and_no_point() -> None:
    one = chart(0.95)
    assert (one.paths, len(one.dots), len(one.labels)) == ([], 1, 1)
    assert one.dots[0].x == one.left
    for empty in (chart(), chart(None, None)):
        assert (empty.paths, empty.dots, empty.last) == ([], [], None)
        assert empty.ticks


@pytest.mark.parametrize("count", [1, 2, 12, 24, 60])
@pytest.mark.parametrize("width", [360.0, 680.0])
def test_labels_have_room_and_the_last_month_has_one(count: int, width: float) -> None:
    drawn = LineChart([Point(str(n), 0.9) for n in range(count)], 0.9, width)
    places = [x for x, _ in drawn.labels]
    assert drawn.labels[-1][1] == str(count - 1)
    assert all(after - x >= 50 for x, after in itertools.pairwise(places))


@pytest.mark.parametrize("value", [0.86, 0.88, 0.9, 0.91, 0.93, 0.99])
def test_the_label_of_the_target_is_out_of_the_way_of_the_last_value(value: float) -> None:
    drawn = chart(0.9, value)
    assert drawn.last is not None
    assert abs(drawn.target_label_y - drawn.last.y) >= 17.9


def test_bars_are_as_long_as_their_share() -> None:
    drawn = bar(0.5, 0.9, 200)
    assert (drawn.length, drawn.mark, drawn.is_under) == (100, 180, True)
    assert not bar(0.9, 0.9).is_under


def test_swings_go_right_for_more_and_left_for_less() -> None:
    more, less = swing(0.02, 0.02, 100), swing(-0.01, 0.02, 100)
    assert (more.x, more.length) == (50, 50)
    assert (less.x, less.length, less.is_less) == (25, 25, True)
    assert swing(0, 0, 100).length == 0
    assert swing(1e-9, 1, 100).length == 1, "what is not nothing can be seen"
    assert extent_of([]) == 0


def test_tones_tell_the_distance_from_the_target() -> None:
    shares = [0.0, 0.59, 0.6, 0.75, 0.85, 0.8999, 0.9, 0.949, 0.95, 1.0]
    assert [tone(share, 0.9) for share in shares] == [0, 0, 1, 2, 3, 3, 4, 4, 5, 5]
    assert tone(None, 0.9) is None
    assert tone(0.7, 0.7) == MET


@pytest.mark.parametrize("target", [0.05, 0.5, 0.9, 1.0])
def test_the_legend_has_every_tone_that_can_be(target: float) -> None:
    listed = {number for number, _, _ in legend(target)}
    seen = {tone(part / 1000, target) for part in range(1001)}
    assert seen <= listed


def test_four_hundred_organisations_over_two_years() -> None:
    tones = [tone(n % 101 / 100, 0.9) for n in range(400 * 24)]
    assert set(tones) == set(range(6))
