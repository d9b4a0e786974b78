"""What the webmail's container would start with, read by PHP."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from entrypoints.home import CHECKOUT
from tests.support.walkthrough import block

DEPLOYED = CHECKOUT / "deploy" / "roundcube"
GIVEN = {
    "CONGVU_WEB__PUBLIC_URL": "https://id.backan.gov.vn",
    "CONGVU_MAIL_SERVER__HOST_NAME": "mail.backan.gov.vn",
    "CONGVU_WEBMAIL_URL": "https://mail.backan.gov.vn",
    "CONGVU_WEBMAIL_CLIENT_SECRET": "THE-CLIENT-SECRET",
    "CONGVU_WEBMAIL_KEY": "0123456789abcdef01234567",
}


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(program: str, **environment: str) -> Any:
    done = run("php", "-r", f"{program} echo json_encode($config);", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_for_other_roundcubes_says_what_our_own_is_run_with(tmp_path: Path) -> None:
    shown = settings_of("$config = [];" + block("dovecot-roundcube-xoauth2.md", "php", {}))
    ours = settings_of(
        f"require '{DEPLOYED}/config.inc.php';", **GIVEN, CONGVU_WEBMAIL_HOME=str(tmp_path)
    )
    (plugin,) = shown.pop("plugins")
    assert plugin in ours["plugins"]
    assert shown == {name: value for name, value in ours.items() if "oauth" in name}


@pytest.mark.parametrize("name", ["WEBMAIL_URL", "WEBMAIL_CLIENT_SECRET", "WEBMAIL_KEY"])
def test_what_is_missing_is_named_and_nothing_starts(name: str, tmp_path: Path) -> None:
    environment = {**GIVEN, "CONGVU_WEBMAIL_HOME": str(tmp_path), f"CONGVU_{name}": ""}
    started = run(DEPLOYED / "start", **environment)
    assert started.returncode == 1
    assert f"CONGVU_{name} must be set" in started.stderr
