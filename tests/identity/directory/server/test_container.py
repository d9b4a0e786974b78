"""What the container image of the directory server starts, without the container."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from identity.directory.errors import DirectoryUnavailable
from identity.directory.gateway import LdapDirectory
from identity.directory.server import __main__ as container
from identity.directory.settings import DirectorySettings
from tests.support.ports import free_port
from tests.support.scratch import scratch_folder
from tests.support.slapd import BASE_DN, START_SECONDS

CHECKOUT = Path(__file__).parents[4]
SECRETS = {
    "CONGVU_DIRECTORY__BASE_DN": BASE_DN,
    "CONGVU_DIRECTORY__BIND_PASSWORD": "w",
    "CONGVU_SERVERS__LDAP_READER_PASSWORD": "r",
    "CONGVU_SERVERS__LDAP_MAIL_PASSWORD": "m",
    "CONGVU_SERVERS__LDAP_ADMINISTRATOR_PASSWORD": "a",
}
START = (
    "import sys; from identity.directory.server import __main__ as container;"
    "container.TLS_PORT = int(sys.argv[1]); container.main(*sys.argv[2:])"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as folder:
        (folder / "data").mkdir()
        (folder / "public").mkdir()
        yield folder


def launch(folder: Path, port: int, secrets: Mapping[str, str]) -> "subprocess.Popen[str]":
    arguments = [str(port), str(folder / "data"), str(folder / "public"), "127.0.0.1"]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", START, *arguments],
        env={**secrets, "PYTHONPATH": str(CHECKOUT), "PATH": os.environ["PATH"]},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_becomes_a_server_that_clients_can_verify(folder: Path) -> None:
    port = free_port()
    server = launch(folder, port, SECRETS)
    settings = DirectorySettings(
        uri=f"ldaps://127.0.0.1:{port}",
        base_dn=BASE_DN,
        bind_password=SecretStr("w"),
    )
    deadline = time.monotonic() + START_SECONDS
    try:
        while True:
            trusted = settings.model_copy(update={"authority": authority(folder)})
            with LdapDirectory(trusted) as directory:
                try:
                    directory.ping()
                except DirectoryUnavailable:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                else:
                    break
    finally:
        server.terminate()
        server.communicate()
    assert {path.name for path in (folder / "public").iterdir()} == {"authority.pem"}


def authority(folder: Path) -> Path | None:
    path = folder / "public" / "authority.pem"
    return path if path.exists() and path.stat().st_size else None


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_it_refuses_to_start_without_a_secret(folder: Path, name: str) -> None:
    server = launch(folder, 0, {key: value for key, value in SECRETS.items() if key != name})
    _, said = server.communicate(timeout=START_SECONDS)
    assert server.returncode == 1
    assert name in said


def test_its_port_needs_no_capability() -> None:
    assert container.TLS_PORT > 1023
