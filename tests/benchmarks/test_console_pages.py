import pytest

from benchmarks import console_pages
from benchmarks.support.console_addresses import PAGES
from benchmarks.support.console_requests import LOOP, LOOPS_MILLISECONDS
from tests.support.printed import printed_figures
from tests.support.scratch import scratch_folder


def test_every_page_is_asked_for_and_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_folder() as folder:
        console_pages.main(["--smoke", "--json", "--folder", str(folder)])
    measured = printed_figures(capsys)
    loops = [LOOP.format(length) for length in LOOPS_MILLISECONDS]
    assert set(measured["server"]["sides"]) == {*loops, *PAGES}
    assert len(measured["paint"]["sides"]) == 3
    assert measured["tree"]["sides"]["all directly below one"]["children"] == 999
