"""An installation by `script/server` that a test works with from the terminal beside it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import psycopg
from dotenv import dotenv_values

from entrypoints.embedded.ports import Ports
from tests.support.installation import Installation


@dataclass
class Trial:
    installation: Installation

    @property
    def ports(self) -> Ports:
        return Ports.from_base(self.installation.port_base)

    def congvu(self, *arguments: str) -> str:
        """In a shell that knows the home, but not on which ports its servers were started."""
        environment = self.installation.environment()
        del environment["CONGVU_PORT_BASE"]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "entrypoints.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def congvu_json(self, *arguments: str) -> Any:
        return json.loads(self.congvu(*arguments, "--json"))

    def ask(self, statement: str, **values: Any) -> list[Any]:
        url = dotenv_values(self.installation.home / "congvu.env")["CONGVU_DATABASE__URL"] or ""
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            return connection.execute(statement.encode(), values).fetchall()
