import pytest

from benchmarks import provisioning
from benchmarks.support.people import write_people
from tests.support.printed import printed_figures
from tests.support.scratch import scratch_folder


def test_both_sides_end_with_the_same_entries(capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_folder() as folder:
        provisioning.main(["--smoke", "--json", "--folder", str(folder)])
    measured = printed_figures(capsys)
    assert measured["people"] == provisioning.SMOKE_PEOPLE
    assert measured["entries"] > measured["people"]
    assert measured["job_ratio"] > 0
    assert measured["directory_ratio"] > 0


def test_a_list_of_people_is_the_same_every_time() -> None:
    with scratch_folder() as folder:
        first, second = folder / "first.xlsx", folder / "second.xlsx"
        write_people(first, 500)
        write_people(second, 500)
        assert first.read_bytes() == second.read_bytes()
