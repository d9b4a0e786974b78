"""A real slapd for each process of the test run, with the settings of the product but for fsync."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from entrypoints.embedded import process
from entrypoints.embedded.slapd import EmbeddedSlapd
from identity.directory.gateway import LdapDirectory
from identity.directory.server.settings import LockoutRule, Passwords
from identity.directory.settings import DirectorySettings
from tests.support.ports import free_port
from tests.support.scratch import scratch_folder

BASE_DN = "dc=backan,dc=gov,dc=vn"
PASSWORDS = Passwords("the-writer", "the-reader", "the-mail", "the-administrator")
DEFAULT_LOCKOUT = LockoutRule()
START_SECONDS = 30.0


@dataclass(slots=True)
class TestSlapd:
    """A server that a test may stop, kill and empty."""

    __test__ = False  # pytest: not a class of tests

    slapd: EmbeddedSlapd
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self.slapd.prepare()
        self._process = process.spawn(
            self.slapd.command(), environment=self.slapd.environment(), user=self.slapd.user
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.slapd.ready():
            if not self.running or time.monotonic() > deadline:
                raise RuntimeError(f"slapd for tests did not start: {self.slapd.command()}")
            time.sleep(0.005)

    def stop(self) -> None:
        if self._process is not None:
            process.stop(self._process, signal.SIGTERM, limit_seconds=10)
        self._process = None

    def kill(self) -> None:
        """As a crash does it: at once, in the middle of whatever it is doing."""
        if self._process is not None:
            process.kill(self._process)
        self._process = None

    def empty(self) -> None:
        """Back to the first entries. A copy of the data takes a tenth of removing entries."""
        self.stop()
        data, pristine = self.slapd.folder / "data", self.slapd.folder / "pristine"
        if pristine.exists():
            shutil.rmtree(data)
            shutil.copytree(pristine, data)
        self.start()

    def keep_pristine(self) -> None:
        """Remember the first entries; before the first start."""
        self.slapd.prepare()
        shutil.copytree(self.slapd.folder / "data", self.slapd.folder / "pristine")

    def settings(self, identity: str = "writer", /, **changed: object) -> DirectorySettings:
        """To sign in as `writer`, `reader`, `mail` or `administrator`."""
        given: dict[str, object] = {
            "uri": self.slapd.address,
            "base_dn": BASE_DN,
            "bind_dn": f"cn={identity},ou=system,{BASE_DN}",
            "bind_password": SecretStr(f"the-{identity}"),
            "authority": self.slapd.authority,
            "timeout_seconds": 20.0,
        }
        return DirectorySettings.model_validate(given | changed)


@contextmanager
def running_slapd(
    folder: Path, *, lockout: LockoutRule = DEFAULT_LOCKOUT, require_tls: bool = True
) -> Iterator[TestSlapd]:
    port = free_port(2)
    slapd = EmbeddedSlapd(
        folder / "ldap",
        BASE_DN,
        port,
        port + 1,
        PASSWORDS,
        lockout=lockout,
        require_tls=require_tls,
        durable=False,
    )
    server = TestSlapd(slapd)
    server.keep_pristine()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def slapd_of_this_process() -> Iterator[TestSlapd]:
    with scratch_folder() as folder, running_slapd(folder) as server:
        yield server


@pytest.fixture
def ldap_server(slapd_of_this_process: TestSlapd) -> TestSlapd:
    """A running slapd that holds nothing but the first entries."""
    slapd_of_this_process.empty()
    return slapd_of_this_process


@pytest.fixture
def directory(ldap_server: TestSlapd) -> Iterator[LdapDirectory]:
    """The gateway, signed in as the reconciler."""
    with LdapDirectory(ldap_server.settings()) as gateway:
        yield gateway
