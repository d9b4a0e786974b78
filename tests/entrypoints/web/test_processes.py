"""Several web processes that look like one."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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

    def __init__(
        self, parent: "subprocess.Popen[bytes]", environment: Mapping[str, str], folder: Path
    ) -> None:
        self.parent = parent
        self.environment = environment
        self.url = f"http://{LOOPBACK}:{environment['CONGVU_WEB__PORT']}"
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


@contextmanager
def environment_in(
    cluster: Cluster, migrated_template: str, folder: Path
) -> Iterator[dict[str, str]]:
    with cluster.database(migrated_template) as url:
        yield {
            **environment_for(url, nowhere()),
            "CONGVU_HOME": str(folder),
            "CONGVU_WEB__PROCESSES": "2",
            "PYTHONPATH": str(CHECKOUT),
            "TMPDIR": str(folder),
        }


@contextmanager
def started(environment: Mapping[str, str], folder: Path) -> Iterator[Web]:
    port = free_port()
    own = {**environment, "CONGVU_WEB__PORT": str(port)}
    log = folder / "web.log"
    with running(WEB, port=port, log=log, environment=own) as parent:
        web = Web(parent, own, folder)
        assert web.ask().is_success
        yield web
    assert "Traceback" not in log.read_text()


@pytest.fixture
def environment(
    cluster: Cluster, migrated_template: str, tmp_path: Path
) -> Iterator[dict[str, str]]:
    with environment_in(cluster, migrated_template, tmp_path) as environment:
        yield environment


@pytest.fixture
def web(environment: dict[str, str], tmp_path: Path) -> Iterator[Web]:
    """One that the test ends."""
    with started(environment, tmp_path) as web:
        yield web


@pytest.fixture(scope="module")
def lasting(
    cluster: Cluster, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Web]:
    """One for all tests that leave it serving: each start takes ten seconds of a processor."""
    folder = tmp_path_factory.mktemp("web")
    with (
        environment_in(cluster, migrated_template, folder) as environment,
        started(environment, folder) as web,
    ):
        yield web


def metrics_folders(folder: Path) -> list[Path]:
    return list(folder.glob("congvu-metrics-*"))


def test_both_answer_and_are_counted_together(lasting: Web) -> None:
    before = lasting.counted()
    for _ in range(40):
        assert lasting.ask().is_success
    assert {lasting.counted() for _ in range(10)} == {before + 40}
    (folder,) = metrics_folders(lasting.folder)
    counting = {file.name for file in folder.glob("counter_*.db")}
    assert {f"counter_{pid}.db" for pid in lasting.children()} <= counting, "one answered all"


def test_one_that_is_killed_has_a_successor_and_nothing_is_uncounted(lasting: Web) -> None:
    for _ in range(10):
        lasting.ask()
    before, (killed, other) = lasting.counted(), lasting.children()
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: len({*lasting.children()} - {killed}) == 2)
    assert other in lasting.children()
    assert lasting.ask().is_success
    assert lasting.counted() == before + 1
    assert "congvu_audit_spool_bytes 0.0" in lasting.ask("/metrics").text


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


def test_a_port_that_somebody_has_is_not_shared_with_them(lasting: Web) -> None:
    second = subprocess.run(
        WEB,
        env=lasting.environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode != 0
    assert "in use" in second.stderr
    assert lasting.serves()


def test_a_process_that_gives_up_ends_them_all(environment: dict[str, str], tmp_path: Path) -> None:
    gives_up = tmp_path / "gives_up.py"
    gives_up.write_text(
        "import os, sys\n"
        "sys.exit(int(os.environ['CODE'])) if sys.argv[1:] else None\n"
        "from entrypoints.web_processes import Family\n"
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
