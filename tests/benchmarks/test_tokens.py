import pytest

from benchmarks import tokens
from tests.support.printed import printed_figures
from tests.support.scratch import scratch_folder

SMALL = ("--rounds", "1", "--seconds", "1", "--warm", "1", "--people", "8", "--processes", "1")
SECTIONS = ("client-credentials", "refresh", "introspection", "storm")


def test_ours_stands_every_load_without_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = [word for name in SECTIONS for word in ("--only", name)]
    with scratch_folder() as folder:
        tokens.main(["--without-peers", "--json", "--folder", str(folder), *SMALL, *chosen])
    measured = printed_figures(capsys)
    assert set(measured) == set(SECTIONS)
    for name in ("client-credentials", "refresh"):
        (audited,) = measured[name]["verdicts"]
        assert audited["met"], audited
    (storm,) = measured["storm"]["sides"].values()
    assert (storm["people"], storm["lost"]) == (8, 0)
