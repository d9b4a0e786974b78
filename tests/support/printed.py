"""What a benchmark has printed."""

import json
from typing import Any

import pytest


def printed_figures(capsys: pytest.CaptureFixture[str]) -> Any:
    """The last line: logs may come before it, whatever ran earlier has set up."""
    return json.loads(capsys.readouterr().out.splitlines()[-1])
