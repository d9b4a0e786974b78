import json

import pytest

from benchmarks import usage_rate
from tests.support.scratch import scratch_folder


def test_both_ways_count_the_same_mailboxes(capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_folder() as folder:
        usage_rate.main(["--smoke", "--json", "--folder", str(folder)])
    (rate,) = json.loads(capsys.readouterr().out.splitlines()[-1]).values()
    verdicts = {one["text"]: one["value"] for one in rate["verdicts"]}
    assert verdicts["same active mailboxes by both (1: yes)"] == 1
    assert len(rate["sides"]) == 6
