import pytest

from benchmarks import mailing_lists
from tests.support.printed import printed_figures
from tests.support.scratch import scratch_folder


def test_everybody_on_the_list_gets_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    with scratch_folder() as folder:
        mailing_lists.main(["--smoke", "--json", "--folder", str(folder)])
    measured = printed_figures(capsys)
    assert measured["members"] >= mailing_lists.SMOKE_PEOPLE
    assert 0 < measured["accepted"] < measured["delivered"]
