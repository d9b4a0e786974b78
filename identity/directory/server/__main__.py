"""Prepares a server from the environment and becomes slapd: what the container image starts.

    python -m identity.directory.server DATA_FOLDER PUBLIC_FOLDER HOST_NAME...

DATA_FOLDER keeps configuration, database and keys. The certificate of the authority is copied to
PUBLIC_FOLDER, for clients to trust. The names are those by which clients reach the server.
"""

import os
import resource
import shutil
import sys
from pathlib import Path

from identity.directory.server.certificates import ensure_certificates
from identity.directory.server.preparation import prepare_server
from identity.directory.server.settings import Passwords, ServerSettings

TLS_PORT = 1636
"""Above 1023, so that slapd needs no capability."""
OPEN_FILES = 4096
"""slapd reserves memory for each it may have; containers often allow a million."""


def main(data_folder: str, public_folder: str, *names: str) -> None:
    folder, public = Path(data_folder), Path(public_folder)
    certificates = ensure_certificates(folder / "tls", names or ("localhost",))
    shutil.copyfile(certificates.authority, public / certificates.authority.name)
    settings = ServerSettings(
        base_dn=_required("CONGVU_DIRECTORY__BASE_DN"),
        configuration=folder / "configuration",
        data=folder / "data",
        passwords=Passwords(
            writer=_required("CONGVU_DIRECTORY__BIND_PASSWORD"),
            reader=_required("CONGVU_SERVERS__LDAP_READER_PASSWORD"),
            mail=_required("CONGVU_SERVERS__LDAP_MAIL_PASSWORD"),
            administrator=_required("CONGVU_SERVERS__LDAP_ADMINISTRATOR_PASSWORD"),
        ),
        certificates=certificates,
    )
    prepare_server(settings)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))
    arguments = ["-d", "0", "-F", str(settings.configuration), "-h", f"ldaps://:{TLS_PORT}"]
    os.execve(settings.binary, [str(settings.binary), *arguments], {"LANG": "C.UTF-8"})  # noqa: S606  # becoming slapd is the point


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        sys.exit(f"{name} must be set; it has no default")
    return value


if __name__ == "__main__":
    main(*sys.argv[1:])
