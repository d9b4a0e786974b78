"""A private nginx: its own folder, its own ports, in the foreground."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemon import running

PROGRAM = "/usr/sbin/nginx"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
WORKER = "www-data"


@contextmanager
def running_nginx(folder: Path, servers: str, *, port: int) -> Iterator[None]:
    """Serve `server` blocks (and whatever else stands inside `http`) until the end of the test.

    `port` is one that they listen on.
    """
    configuration = folder / "nginx.conf"
    configuration.write_text(_configuration(folder, servers))
    command: list[str | Path] = [
        PROGRAM,
        "-p",
        folder,
        "-c",
        configuration,
        "-e",
        folder / "error.log",
    ]
    with running(command, port=port, log=folder / "nginx.log"):
        yield


def _configuration(folder: Path, servers: str) -> str:
    paths = "\n".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    as_root = f"user {WORKER};" if os.geteuid() == 0 else ""
    return f"""
        {as_root}
        daemon off;
        worker_processes 1;
        pid {folder}/nginx.pid;
        error_log {folder}/error.log warn;
        events {{ worker_connections 512; }}
        http {{
            access_log off;
            server_tokens off;
            {paths}
            {servers}
        }}
    """
