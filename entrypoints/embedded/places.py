"""Where the data of servers live that run as users of their own."""

import os
import pwd
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from entrypoints.embedded import process
from entrypoints.embedded.errors import DataMissing

SHELF = Path("/var/lib/congvu")
LONGEST_SOCKET_FOLDER = 80
"""A socket's whole path may have 107 octets; Dovecot's longest name below its folder has 24."""


def find_place(home: Path, name: str, user: str | None) -> Path:
    """The folder `name` of a home, unless its server's user cannot get there.

    Then it is a new folder under /var/lib/congvu and the home has a link to it.
    Raises DataMissing.
    """
    link = home / name
    if link.is_symlink() and not link.exists():  # perhaps only not mounted
        raise DataMissing(link, link.readlink())
    if link.exists() or may_enter(home, user):
        return link.resolve()
    SHELF.mkdir(mode=0o755, parents=True, exist_ok=True)
    place = _fresh_folder(home, SHELF)
    give(place, user)
    link.symlink_to(place)
    return place


def find_socket_folder(place: Path, name: str) -> Path:
    """Below a place, or wherever paths are short enough; nothing in it outlives a restart."""
    folder = place / name
    if folder.is_symlink() and not folder.exists():  # temporary folders go at a reboot
        folder.unlink()
    if not folder.exists():
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            folder.mkdir(mode=0o755)
        else:
            short = _fresh_folder(place, None)
            short.chmod(0o755)
            folder.symlink_to(short)
    return folder.resolve()


def may_enter(directory: Path, user: str | None) -> bool:
    """Asked by trying, so that access lists and mount options count too."""
    trial = ["test", "-x", str(directory)]
    done = subprocess.run(  # noqa: S603  # no input but the name of our own folder
        trial, check=False, cwd="/", **process.identity(user)
    )
    return done.returncode == 0


def give(path: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _fresh_folder(home: Path, shelf: Path | None) -> Path:
    mark = sha256(str(home).encode()).hexdigest()[:8]
    return Path(tempfile.mkdtemp(prefix=f"{mark}-", dir=shelf))
