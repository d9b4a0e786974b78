"""Programs for Node.js with the packages of tests/relying_parties."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from entrypoints.home import CHECKOUT
from tests.support.daemon import running
from tests.support.ports import free_port

PROGRAM = "node"
PACKAGES = CHECKOUT / "tests" / "relying_parties" / "node_modules"


@contextmanager
def running_node(folder: Path, script: str, **variables: str) -> Iterator[str]:
    """Run the text of a module that serves at 127.0.0.1:$PORT; yields its address."""
    port = int(variables.get("PORT") or free_port())
    environment = {**variables, "PORT": str(port)}
    path = _place(folder, script)
    with running([PROGRAM, path], port=port, log=folder / "node.log", environment=environment):
        yield f"http://127.0.0.1:{port}"


def _place(folder: Path, script: str) -> Path:
    """Node looks for packages beside the module that imports them."""
    packages = folder / "node_modules"
    if not packages.exists():
        packages.symlink_to(PACKAGES)
    path = folder / "module.mjs"
    path.write_text(script)
    return path


class NodeDialogue:
    """A module that talks over its standard streams: a JSON document a line, either way."""

    def __init__(self, script: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [PROGRAM, script],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, question: object) -> object:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.hear()

    def hear(self) -> object:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self._process.args!r} ended"
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate(timeout=30)
