import pytest

from benchmarks import usage
from tests.support.printed import printed_figures
from tests.support.scratch import scratch_folder


def test_what_the_logs_tell_is_counted_exactly_also_after_a_kill(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with scratch_folder() as folder:
        usage.main(["--smoke", "--json", "--only", "ingest", "--folder", str(folder)])
    measured = printed_figures(capsys)["ingest"]
    verdicts = {one["text"]: one["value"] for one in measured["verdicts"]}
    assert verdicts["counts equal what was written (1: yes)"] == 1
    assert verdicts["… after SIGKILL (1: yes)"] == 1
    assert len(measured["sides"]) == 3
