import pytest

from benchmarks import usage_rate
from tests.support.printed import printed_figures
from tests.support.scratch import scratch_folder


def test_both_ways_count_the_same_mailboxes(capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_folder() as folder:
        usage_rate.main(["--smoke", "--json", "--times", "2", "--folder", str(folder)])
    printed = printed_figures(capsys)
    rate = printed["rate of 2000"]
    verdicts = {one["text"]: one["value"] for one in rate["verdicts"]}
    assert verdicts["same active mailboxes by both (1: yes)"] == 1
    assert len(rate["sides"]) == 9
    storage = printed["growth"]["sides"]["storage of months, MiB"]["times as much"]
    assert 1.5 < storage < 2.5
