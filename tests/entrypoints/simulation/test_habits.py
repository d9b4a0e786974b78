from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from entrypoints.simulation.habits import HABITS, Member, counts_of, habit_of

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
PEOPLE = [Member(f"nganth{number}", f"agency {number % 40}") for number in range(4000)]


def test_the_shares_of_habits_are_all_there_is() -> None:
    assert abs(sum(habit.share for habit in HABITS) - 1) < 1e-9


def test_the_same_seed_gives_the_same_month() -> None:
    assert list(counts_of(PEOPLE[0], FIRST, LAST, "a")) == list(
        counts_of(PEOPLE[0], FIRST, LAST, "a")
    )


@given(st.text(max_size=8))
def test_a_province_comes_out_around_its_target_whatever_the_seed(seed: str) -> None:
    used = sum(habit_of(member, seed).name in {"daily", "weekly"} for member in PEOPLE)
    assert 0.80 < used / len(PEOPLE) < 0.92


def test_agencies_differ() -> None:
    def share(agency: int) -> float:
        members = [Member(f"anv{number}", f"agency {agency}") for number in range(400)]
        return sum(habit_of(member, "x").name != "never" for member in members) / 400

    assert max(map(share, range(10))) - min(map(share, range(10))) > 0.05


def test_whoever_never_comes_only_gets_mail() -> None:
    member = next(each for each in PEOPLE if habit_of(each, "a").name == "never")
    month = list(counts_of(member, FIRST, LAST, "a"))
    assert sum(day.delivered for day in month) > 0
    assert not any(day.web_sign_ins or day.program_sign_ins or day.sent for day in month)
