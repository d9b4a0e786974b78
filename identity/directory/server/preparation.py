"""Builds the folders that slapd starts from."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from identity.directory.server.base_entries import base_entries, password_changes
from identity.directory.server.configuration import server_configuration
from identity.directory.server.settings import ServerSettings

STAMP = "congvu.stamp"
OFFLINE_TOOL_SECONDS = 120


class PreparationFailed(RuntimeError):
    """slapd refused what we built; its own words are the message."""


def prepare_server(settings: ServerSettings) -> None:
    """Idempotent: make the data once, follow changed settings in cn=config and in passwords.

    Raises PreparationFailed. slapd must not be running.
    """
    stamp, stamp_file = _stamp(settings), settings.configuration / STAMP
    first = not (settings.data / "data.mdb").exists()
    if not first and stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    _build_configuration(settings)
    if first:
        _build_data(settings)
    else:
        _run(settings, "modify", settings.configuration, 1, password_changes(settings))
    stamp_file.write_text(stamp)


def _stamp(settings: ServerSettings) -> str:
    """Changes with the settings or this code, not with the salts of hashed passwords."""
    source = b"".join(
        path.read_bytes() for path in sorted(Path(__file__).parent.iterdir()) if path.is_file()
    )
    secrets = settings.passwords
    described = repr(
        (settings, secrets.writer, secrets.reader, secrets.mail, secrets.administrator)
    ).encode()
    return hashlib.sha256(source + described).hexdigest()


def _build_configuration(settings: ServerSettings) -> None:
    building = settings.configuration.with_name(settings.configuration.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700, parents=True)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # slapadd wants it to exist
    _run(settings, "add", building, 0, server_configuration(settings))
    shutil.rmtree(settings.configuration, ignore_errors=True)
    building.rename(settings.configuration)


def _build_data(settings: ServerSettings) -> None:
    try:
        _run(settings, "add", settings.configuration, 1, base_entries(settings))
    except PreparationFailed:
        for path in settings.data.glob("*.mdb"):
            path.unlink()  # half a database would pass for a whole one at the next start
        raise


def _run(
    settings: ServerSettings, tool: str, configuration: Path, database: int, ldif: str
) -> None:
    command: list[str | Path] = [
        settings.binary,
        "-T",
        tool,
        "-n",
        str(database),
        "-F",
        configuration,
    ]
    result = subprocess.run(  # noqa: S603  # the operator's own slapd
        command,
        input=ldif.encode(),
        capture_output=True,
        timeout=OFFLINE_TOOL_SECONDS,
        check=False,
    )
    if result.returncode:
        raise PreparationFailed(result.stderr.decode(errors="replace"))
