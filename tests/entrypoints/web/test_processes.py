"""Several web processes that look like one."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from entrypoints.embedded import process
from entrypoints.embedded.ports import LOOPBACK
from entrypoints.home import CHECKOUT
from tests.support.daemon import running
from tests.support.installation import are_gone, eventually
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.services import environment_for, nowhere

WEB = [sys.executable, "-P", "-m", "entrypoints.web"]


class Web:
    """A parent and its children, seen from outside."""

    def __init__(self, parent: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
        self.parent = parent
        self.url = f"http://{LOOPBACK}:{port}"
        self.folder = folder

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def ask(self, path: str = "/healthz", **headers: str) -> httpx.Response:
        """On a connection of its own, so that any of the processes may answer."""
        return httpx.get(self.url + path, headers=headers, timeout=30)

    def counted(self) -> float:
        pattern = (
            r'^congvu_http_requests_total\{method="GET",route="/healthz",status="200"\} (\S+)$'
        )
        found = re.search(pattern, self.ask("/metrics").text, re.MULTILINE)
        assert found is not None
        return float(found[1])

    def serves(self) -> bool:
        return len(self.children()) == 2 and self.ask().is_success


@pytest.fixture
def environment(
    cluster: Cluster, migrated_template: str, tmp_path: Path
) -> Iterator[dict[str, str]]:
    with cluster.database(migrated_template) as url:
        yield {
            **environment_for(url, nowhere()),
            "CONGVU_HOME": str(tmp_path),
            "CONGVU_WEB__PROCESSES": "2",
            "PYTHONPATH": str(CHECKOUT),
            "TMPDIR": str(tmp_path),
        }


@pytest.fixture
def web(environment: dict[str, str], tmp_path: Path) -> Iterator[Web]:
    port = free_port()
    environment["CONGVU_WEB__PORT"] = str(port)
    log = tmp_path / "web.log"
    with running(WEB, port=port, log=log, environment=environment) as parent:
        web = Web(parent, port, tmp_path)
        assert web.ask().is_success
        yield web
    assert "Traceback" not in log.read_text()


def metrics_folders(folder: Path) -> list[Path]:
    return list(folder.glob("congvu-metrics-*"))


def test_both_answer_and_are_counted_together(web: Web) -> None:
    before = web.counted()
    for _ in range(40):
        assert web.ask().is_success
    assert {web.counted() for _ in range(10)} == {before + 40}
    (folder,) = metrics_folders(web.folder)
    assert len(list(folder.glob("counter_*.db"))) == 2, "one process answered everything"


def test_one_that_is_killed_has_a_successor_and_nothing_is_uncounted(web: Web) -> None:
    for _ in range(10):
        web.ask()
    before, (killed, other) = web.counted(), web.children()
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: len({*web.children()} - {killed}) == 2)
    assert other in web.children()
    assert web.ask().is_success
    assert web.counted() == before + 1
    assert "congvu_audit_spool_bytes 0.0" in web.ask("/metrics").text


def test_a_stop_is_prompt_and_leaves_nothing(web: Web) -> None:
    children = web.children()
    assert process.stop(web.parent, signal.SIGTERM, limit_seconds=10)
    assert web.parent.returncode == 0
    assert are_gone(children)
    assert metrics_folders(web.folder) == []


def test_children_do_not_outlive_a_parent_that_was_killed(web: Web) -> None:
    children = web.children()
    web.parent.kill()
    web.parent.wait()
    eventually(lambda: are_gone(children))


def test_a_port_that_somebody_has_is_not_shared_with_them(
    web: Web, environment: dict[str, str]
) -> None:
    second = subprocess.run(
        WEB, env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )
    assert second.returncode != 0
    assert "in use" in second.stderr
    assert web.serves()


def test_a_process_that_gives_up_ends_them_all(environment: dict[str, str], tmp_path: Path) -> None:
    gives_up = tmp_path / "gives_up.py"
    gives_up.write_text(
        "import os, sys\n"
        "from entrypoints.web_processes import Family\n"
        "sys.exit(int(os.environ['CODE'])) if sys.argv[1:] else None\n"
        f"sys.exit(Family('gives_up', os.environ).run(2, '127.0.0.1', {free_port()}))\n"
    )
    for code, expected in (("3", 3), ("0", 1)):
        found = subprocess.run(
            [sys.executable, "-P", "-m", "gives_up"],
            env={**environment, "PYTHONPATH": f"{CHECKOUT}:{tmp_path}", "CODE": code},
            cwd="/",
            check=False,
            timeout=60,
            capture_output=True,
        )
        assert found.returncode == expected, found.stderr
