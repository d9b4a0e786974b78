"""The single sign-on provider as it runs: a web process and a worker over a database of their own.

It serves at localhost, relying parties at 127.0.0.1: other sites to a browser, as in life.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from entrypoints.cli import congvu
from entrypoints.embedded.ports import LOOPBACK
from entrypoints.home import CHECKOUT
from identity.accounts import queries, service
from identity.accounts.passwords import Passwords
from identity.directory.settings import DirectorySettings
from identity.people.citizen_numbers import CitizenNumbers
from kernel.access import Actor
from kernel.clock import utc_now
from kernel.database import Database, DatabaseSettings, build_engine
from kernel.encryption import KeyRing
from sso.clients.service import create_client, describe
from tests.support.daemon import running
from tests.support.installation import eventually
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.registry import BASIS, DOMAIN, Province
from tests.support.scratch import scratch_folder
from tests.support.services import CHEAP_PASSWORDS, environment_for, nowhere

HOST = "localhost"
PASSWORD = "chim hót trên cành 7"
NAME = "Nguyễn Thị Hồng Nga"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an active account who knows the password."""

    account_id: UUID
    login: str
    name: str
    password: str = PASSWORD

    @property
    def address(self) -> str:
        return f"{self.login}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Registered:
    client_id: str
    secret: str
    """Empty for a client that has none."""


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    web: str
    """Where its web process listens, behind whatever proxy there is."""
    province: Province
    environment: Mapping[str, str]
    """Of its programs; `congvu` finds the same installation with it."""
    _names: Iterator[int] = field(default_factory=count)

    def fresh_name(self, name: str) -> str:
        """Tests share the provider: each registers its clients under names of its own."""
        return f"{name}-{next(self._names)}"

    def hire(self, name: str = NAME) -> Member:
        """A person of an office of their own, with an activated account."""
        person = self.province.person(self.province.organisation(), name)
        account = self.province.account(person)
        hashed = Passwords(CHEAP_PASSWORDS).rehash(PASSWORD)
        now = utc_now()
        with self.province.db.transaction() as session:
            (code,) = service.issue_activation_codes(
                session,
                self.province.officer,
                [queries.get_account(session, account.id)],
                now=now,
                lifetime=timedelta(days=1),
                basis=BASIS,
            )
            service.activate_account(session, code, hashed, now=now)
        return Member(account.id, account.login, name)

    def register(self, name: str, **description: Any) -> Registered:
        client_id = self.fresh_name(name)
        with self.province.db.transaction() as session:
            _, secret = create_client(
                session,
                self.province.officer,
                client_id,
                describe({"client_name": name, **description}),
                now=utc_now(),
                basis=BASIS,
            )
        self.wait_until_known(client_id)
        return Registered(client_id, secret or "")

    def wait_until_known(self, client_id: str) -> None:
        wait_until_known(self.web, client_id)

    def congvu(self, *arguments: str) -> Any:
        """What the command line answers to `--json`; run in this process, which has it loaded."""
        done = self.run_command(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def run_command(self, *arguments: str) -> Result:
        """Also when it is refused: the refusal is the result's `exception`."""
        with kept_logging():
            return CliRunner().invoke(congvu, list(arguments), env=self.environment)

    def suspend(self, member: Member) -> None:
        """As `congvu account suspend` does it."""
        with self.province.db.transaction() as session:
            service.suspend_account(
                session, self.province.officer, member.account_id, now=utc_now(), basis=BASIS
            )


def wait_until_known(web: str, client_id: str) -> None:
    """A new client reaches the memory of the web process a moment after its transaction."""
    with httpx.Client() as browser:

        def is_known() -> bool:
            answer = browser.get(f"{web}/oauth2/authorize", params={"client_id": client_id})
            return not answer.is_server_error and "invalid_client" not in answer.text

        eventually(is_known)


@contextmanager
def kept_logging() -> Iterator[None]:
    """Commands set up the log of their process, which here is that of all tests."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)


@contextmanager
def running_provider(
    cluster: Cluster,
    template: str,
    keys: KeyRing,
    directory: DirectorySettings | None = None,
    **settings: str,
) -> Iterator[Provider]:
    """`settings` are variables of the product without their prefix, such as SSO__KEY_DAYS."""
    port = free_port()
    with cluster.database(template) as url, scratch_folder() as folder:
        settings = {"WEB__PORT": str(port), "WEB__PUBLIC_URL": f"http://{HOST}:{port}"} | settings
        environment = _environment(folder, url, directory or nowhere(), settings)
        with (
            _province(url, keys) as province,
            _running("worker", None, folder, environment),  # first: it waits for nobody
            _running("web", port, folder, environment),
        ):
            _wait_for_keys(f"http://{LOOPBACK}:{port}/oauth2/jwks")
            yield Provider(
                settings["WEB__PUBLIC_URL"], f"http://{LOOPBACK}:{port}", province, environment
            )


def _wait_for_keys(address: str) -> None:
    """The worker makes the first ones."""
    with httpx.Client() as client:
        eventually(lambda: bool(client.get(address).json()["keys"]))


def _running(
    name: str, port: int | None, folder: Path, environment: Mapping[str, str]
) -> AbstractContextManager[object]:
    command = [sys.executable, "-P", "-m", f"entrypoints.{name}"]
    return running(command, port=port, log=folder / f"{name}.log", environment=environment)


def _environment(
    folder: Path, url: str, directory: DirectorySettings, settings: Mapping[str, str]
) -> dict[str, str]:
    chosen = {
        "OUTBOUND__ALLOW_LOOPBACK_HTTP": "true",  # relying parties listen there
        "PASSWORDS__MEMORY_KIBIBYTES": str(CHEAP_PASSWORDS.memory_kibibytes),
        "PASSWORDS__PASSES": str(CHEAP_PASSWORDS.passes),
        **settings,
    }
    return {
        "CONGVU_HOME": str(folder),
        "PYTHONPATH": str(CHECKOUT),
        **environment_for(url, directory),
        **{f"CONGVU_{name}": value for name, value in chosen.items()},
    }


@contextmanager
def _province(url: str, keys: KeyRing) -> Iterator[Province]:
    engine = build_engine(DatabaseSettings(url=SecretStr(url)))
    try:
        yield _found(Database(engine), keys)
    finally:
        engine.dispose()


def _found(database: Database, keys: KeyRing) -> Province:
    province = Province(database, Actor.operator("officer"), CitizenNumbers(keys), count(1))
    province.domain()
    return province


@pytest.fixture(scope="session")
def provider(cluster: Cluster, migrated_template: str, keys: KeyRing) -> Iterator[Provider]:
    """One for all tests of the process: they bring their own people and clients."""
    with running_provider(cluster, migrated_template, keys) as provider:
        yield provider
