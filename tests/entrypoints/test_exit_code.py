"""Whatever is started says what it lacks in both languages, and where it looked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.home import CHECKOUT


@pytest.mark.parametrize(
    "module", ["prepare", "embedded.first_run", "web", "worker", "mail_policy"]
)
def test_a_start_without_settings_is_refused_without_a_traceback(
    tmp_path: Path, module: str
) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CONGVU_")}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", f"entrypoints.{module}"],
        env=bare | {"CONGVU_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    vi, en = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert vi.startswith("Thiếu thiết lập: CONGVU_DATABASE__URL")
    assert en.startswith("Settings are missing: CONGVU_DATABASE__URL")
