"""OpenLDAP's own way to load entries: what ours is compared with."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.support.installation import Installation
from identity.directory.entries import Entry
from identity.directory.ldif import ldif_lines


def by_ldapadd(place: Installation, entries: Sequence[Entry]) -> float:
    """Seconds, over the same transport as the product uses."""
    settings, file = place.settings.directory, place.home.path / "entries.ldif"
    file.write_bytes(b"".join(ldif_lines(entries)))
    password = _private(place.home.path / "password", settings.bind_password.get_secret_value())
    command = ["ldapadd", "-x", "-H", settings.uri, "-D", settings.identity]
    command += ["-y", str(password), "-f", str(file)]
    environment = {"LDAPTLS_CACERT": str(settings.authority), "PATH": "/usr/bin:/bin"}
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _private(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text)
    return file
