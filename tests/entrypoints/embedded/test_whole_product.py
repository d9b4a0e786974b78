"""What `script/server` starts, from an empty folder to Ctrl-C."""

import http.client
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.embedded.state import PartCondition, State
from entrypoints.home import PORTS_IN_A_ROW
from tests.support.installation import Installation, are_gone
from tests.support.ports import free_port
from tests.support.scratch import scratch_folder

PARTS = ("postgres", "ldap", "imap", "submission", "web", "worker", "policy")


@pytest.fixture
def product() -> Iterator[Installation]:
    with (
        scratch_folder() as folder,
        closing(
            Installation(folder, free_port(PORTS_IN_A_ROW), "entrypoints.embedded")
        ) as installation,
    ):
        yield installation


def status_of(product: Installation, path: str) -> int:
    with closing(http.client.HTTPConnection(LOOPBACK, product.port_base, timeout=10)) as web:
        web.request("GET", path)
        return web.getresponse().status


def runs_anew(part: str, former: int) -> Callable[[State], bool]:
    def check(state: State) -> bool:
        now = state.parts[part]
        return now.state is PartCondition.RUNNING and now.pid != former

    return check


def test_an_empty_folder_becomes_a_served_sample_province_that_survives_and_stops_cleanly(
    product: Installation,
) -> None:
    started = product.start(PARTS)
    assert status_of(product, "/healthz") == 200
    for part in ("imap", "submission", "web", "worker"):
        killed = product.pid(part)
        os.kill(killed, signal.SIGKILL)
        product.wait_until(runs_anew(part, killed))
    assert status_of(product, "/healthz") == 200
    pids = [product.pid(part) for part in PARTS]
    started.send_signal(signal.SIGINT)
    output, _ = started.communicate(timeout=60)
    assert started.returncode == 0
    assert "Công Vụ is ready." in output
    assert f":{product.port_base}/kich-hoat#" in output  # how its administrator enters it
    stops = [output.index(f"{part} stopped") for part in PARTS]
    assert stops == sorted(stops, reverse=True)
    assert are_gone(pids)
