"""A private Apache: its own folder, its own port, in the foreground."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemon import running

PROGRAM = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
ALWAYS = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "proxy", "proxy_http")
WORKER = "www-data"


@contextmanager
def running_apache(
    folder: Path, site: str, *, port: int, backend: str, modules: tuple[str, ...]
) -> Iterator[str]:
    """Serve a site, its directives given, in front of a backend; yields the site's address.

    The backend learns who signed in from the header X-Remote-User.
    """
    configuration = folder / "apache.conf"
    configuration.write_text(_configuration(folder, site, port, backend, ALWAYS + modules))
    command: list[str | Path] = [PROGRAM, "-f", configuration, "-D", "FOREGROUND"]
    with running(command, port=port, log=folder / "apache.log", stop_signal=signal.SIGTERM):
        yield f"http://127.0.0.1:{port}"


def _configuration(
    folder: Path, site: str, port: int, backend: str, modules: tuple[str, ...]
) -> str:
    loaded = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules)
    as_root = f"User {WORKER}\nGroup {WORKER}" if os.geteuid() == 0 else ""
    return f"""
{loaded}
{as_root}
ServerRoot {folder}
ServerName 127.0.0.1
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel info
Listen 127.0.0.1:{port}
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 16
ProxyPass / {backend}/
RequestHeader set X-Remote-User expr=%{{REMOTE_USER}}
{site}
"""
