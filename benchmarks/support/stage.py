"""Everybody who takes part in the benchmark of tokens, started when first asked for."""

import sys
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.support.comparison import Rounds
from benchmarks.support.oauth_toolkit import OauthToolkit, oauth_toolkit
from benchmarks.support.oidc_provider import OidcProvider, oidc_provider
from benchmarks.support.processes import Processes
from benchmarks.support.provider import Provider, provider
from tests.support.daemon import running
from tests.support.ports import free_port

CONSTANT_SERVER = Path(__file__).with_name("constant_server.py")


class Stage:
    def __init__(
        self, folder: Path, *, rounds: Rounds, people: int, processes: int, with_peers: bool
    ) -> None:
        self.folder = folder
        self.rounds = rounds
        self.processes = processes
        self.with_peers = with_peers
        self._people = people
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @cached_property
    def ours(self) -> Provider:
        return self._stack.enter_context(
            provider(self.folder, processes=self.processes, people=self._people)
        )

    @cached_property
    def oidc_providers(self) -> list[OidcProvider]:
        """In one process and in two; none without peers."""
        counts = (1, 2) if self.with_peers else ()
        return [self._stack.enter_context(oidc_provider(self.folder, count)) for count in counts]

    @cached_property
    def oauth_toolkit(self) -> list[OauthToolkit]:
        """One, or none without peers."""
        if not self.with_peers:
            return []
        loads = 1 + self.rounds.count
        return [self._stack.enter_context(oauth_toolkit(self.folder, loads=loads))]

    @cached_property
    def constant_server(self) -> tuple[str, Processes]:
        """Address and processes, of which it has two."""
        port = free_port()
        pids = [
            self._stack.enter_context(
                running(
                    [sys.executable, str(CONSTANT_SERVER), str(port)],
                    port=port,
                    log=self.folder / f"constant-{number}.log",
                )
            ).pid
            for number in range(2)
        ]
        return f"http://127.0.0.1:{port}/", Processes(tuple(pids))
