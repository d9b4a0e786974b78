import json

import pytest

from benchmarks import offline_verification as benchmark


def test_every_contestant_runs_with_every_algorithm(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--tokens", "5", "--rounds", "1", "--json"])
    measured = json.loads(capsys.readouterr().out)
    contestants = {(each["algorithm"], each["contestant"]) for each in measured}
    assert len(contestants) == len(measured) == len(benchmark.KEYS) * 5
    assert all(each["per_second"] > 0 for each in measured)
