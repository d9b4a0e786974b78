import pytest

from benchmarks import offline_verification as benchmark
from tests.support.printed import printed_figures


def test_every_contestant_runs_with_every_algorithm(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--tokens", "5", "--rounds", "1", "--json"])
    measured = printed_figures(capsys)
    assert set(measured) == set(benchmark.KEYS)
    for section in measured.values():
        assert len(section["sides"]) == 5
        assert all(figures["tokens/s"] > 0 for figures in section["sides"].values())
    (promised,) = measured["ES256"]["verdicts"]
    assert promised["limit"] == 10_000
