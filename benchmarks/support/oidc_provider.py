"""The npm package oidc-provider with its in-memory store, a confidential client and ES256."""

import json
import secrets
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support.authorization import basic
from benchmarks.support.comparison import Side
from benchmarks.support.load import Request, repeat, rotate
from benchmarks.support.peers import PEERS, once_per_lock
from benchmarks.support.processes import Processes
from tests.support.daemon import running
from tests.support.ports import free_port

FOLDER = PEERS / "oidc-provider"
CLIENT_ID = "benchmark"
SCOPE = "documents:read"
FORGOTTEN = 0.05


@dataclass(frozen=True, slots=True)
class OidcProvider:
    url: str
    authorization: str
    processes: Processes
    name: str

    def client_credentials_request(self) -> Request:
        return self._token_request(f"grant_type=client_credentials&scope={SCOPE}")

    def client_credentials(self) -> Side:
        request = self.client_credentials_request()
        return Side(self.name, lambda seconds: repeat(request, seconds), self.processes)

    def rotation(self) -> Side:
        """A connection stays with its process, whose memory alone knows its tokens.

        The store holds the last thousand or two thousand entries: a connection that stood still
        for a moment may find its token gone, and begins again.
        """
        request = self._token_request("")
        return Side(
            self.name, lambda seconds: rotate(request, "/seed", seconds), self.processes, FORGOTTEN
        )

    def document(self, path: str, title: str) -> Side:
        request, name = Request(f"{self.url}{path}", method="GET"), f"{self.name}: {title}"
        return Side(name, lambda seconds: repeat(request, seconds), self.processes)

    def introspection(self, token: str) -> Request:
        return Request(
            f"{self.url}/token/introspection",
            authorization=self.authorization,
            body=f"token={token}",
        )

    def refresh_token(self) -> str:
        with urllib.request.urlopen(f"{self.url}/seed") as answer:  # noqa: S310  # our own server
            return str(json.load(answer)["refresh_token"])

    def _token_request(self, body: str) -> Request:
        return Request(f"{self.url}/token", authorization=self.authorization, body=body)


@contextmanager
def oidc_provider(folder: Path, processes: int) -> Iterator[OidcProvider]:
    """In so many processes behind one port."""
    once_per_lock(FOLDER / "package-lock.json", FOLDER / "node_modules", install)
    port, secret = free_port(), secrets.token_urlsafe(32)
    environment = {"NODE_ENV": "production", "CLIENT_SECRET": secret}
    command = ["node", str(FOLDER / "server.mjs"), str(port), str(processes)]
    log = folder / f"oidc-provider-{processes}.log"
    with running(command, port=port, log=log, environment=environment) as server:
        yield OidcProvider(
            url=f"http://127.0.0.1:{port}",
            authorization=basic(CLIENT_ID, secret),
            processes=Processes((server.pid,)),
            name=f"oidc-provider, {processes} process{'es' if processes > 1 else ''}",
        )


def install() -> None:
    npm = shutil.which("npm") or "npm"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "ci", *quiet], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
