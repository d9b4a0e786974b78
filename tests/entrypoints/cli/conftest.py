"""The command line as the console script runs it, over the servers of a test."""

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from entrypoints.cli import main
from identity.directory.settings import DirectorySettings
from tests.support.services import environment_for, nowhere
from tests.support.slapd import TestSlapd, ldap_server, slapd_of_this_process

__all__ = ["ldap_server", "slapd_of_this_process"]


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Cli:
    """`congvu` with its exit code; typed text stands for a person who answers."""

    patch: pytest.MonkeyPatch

    def __call__(self, *arguments: str, typed: str = "", code: int = 0) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        self.patch.setattr("sys.argv", ["congvu", *arguments])
        self.patch.setattr("sys.stdin", io.StringIO(typed))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as end,
        ):
            main()
        found = int(end.value.code or 0)
        assert found == code, f"exit code {found}\n{out.getvalue()}\n{err.getvalue()}"
        return Answer(found, out.getvalue(), err.getvalue())


@pytest.fixture
def on_directory(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[DirectorySettings], Cli]]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def build(directory: DirectorySettings) -> Cli:
        monkeypatch.setenv("CONGVU_HOME", str(tmp_path))
        for name, value in environment_for(database_url, directory).items():
            monkeypatch.setenv(name, value)
        return Cli(monkeypatch)

    yield build
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture
def congvu(on_directory: Callable[[DirectorySettings], Cli]) -> Cli:
    """Without a directory: most commands must not need one."""
    return on_directory(nowhere())


@pytest.fixture
def with_directory(on_directory: Callable[[DirectorySettings], Cli], ldap_server: TestSlapd) -> Cli:
    return on_directory(ldap_server.settings())
