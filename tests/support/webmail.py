"""Roundcube as its container runs it: the files of deploy/roundcube, on the real mail servers."""

import base64
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.home import CHECKOUT
from tests.support.daemon import running
from tests.support.mail import RESOURCE, MailStack
from tests.support.ports import free_port

DEPLOYED = CHECKOUT / "deploy" / "roundcube"
PACKAGED_PLUGINS = Path("/var/lib/roundcube/plugins")
USER = "www-data"
EXPIRY = re.compile(rb'("expires";i:)\d{10}')


@dataclass(frozen=True, slots=True)
class Webmail:
    address: str
    log: Path
    database: Path

    def let_tokens_expire(self) -> None:
        """As if their five minutes were over; sessions are PHP's serialization in base64."""
        with closing(sqlite3.connect(self.database)) as database, database:
            for key, kept in database.execute("SELECT sess_id, vars FROM session").fetchall():
                aged = EXPIRY.sub(rb"\g<1>1000000000", base64.b64decode(kept))
                new = base64.b64encode(aged).decode()
                database.execute("UPDATE session SET vars = ? WHERE sess_id = ?", (new, key))

    def expired_tokens(self) -> int:
        with closing(sqlite3.connect(self.database)) as database:
            kept = database.execute("SELECT vars FROM session").fetchall()
        return sum(b'"expires";i:1000000000;' in base64.b64decode(row[0]) for row in kept)


@contextmanager
def running_webmail(mail: MailStack, folder: Path) -> Iterator[Webmail]:
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    home = folder / "webmail"
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(home, USER, USER)
    shutil.copy(mail.dovecot.authority, folder / "authority.pem")
    deployed = shutil.copytree(DEPLOYED, folder / "roundcube")  # the checkout may be closed to it
    environment = _environment(mail, home, address) | _plugins(folder, deployed)
    log = folder / "webmail.log"
    command: list[str | Path] = [*_as_user(), deployed / "start"]
    with running(command, port=port, log=log, environment=environment):
        yield Webmail(address, log, home / "webmail.db")


def _as_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    return ["/usr/bin/setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


def _plugins(folder: Path, deployed: Path) -> dict[str, str]:
    """Makes Roundcube see our plugin, which an image has among those of the package."""
    plugins = folder / "plugins"
    plugins.mkdir()
    for plugin in (*PACKAGED_PLUGINS.iterdir(), *(deployed / "plugins").iterdir()):
        (plugins / plugin.name).symlink_to(plugin)
    first = plugins / "first.php"
    first.write_text(f"<?php define('RCUBE_PLUGINS_DIR', '{plugins}/');")
    (plugins / "first.ini").write_text(f"auto_prepend_file={first}")
    return {"PHP_INI_SCAN_DIR": f":{plugins}"}


def _environment(mail: MailStack, home: Path, address: str) -> dict[str, str]:
    client = mail.provider.register(
        "webmail",
        redirect_uris=[f"{address}/index.php/login/oauth"],
        post_logout_redirect_uris=[f"{address}/"],
        grant_types=["authorization_code", "refresh_token"],
        resources=[RESOURCE],
        id_token_claims=True,
    )
    return {
        "CONGVU_WEB__PUBLIC_URL": mail.provider.issuer,
        "CONGVU_MAIL_SERVER__HOST_NAME": LOOPBACK,
        "CONGVU_WEBMAIL_HOME": str(home),
        "CONGVU_WEBMAIL_LISTEN": address.removeprefix("http://"),
        "CONGVU_WEBMAIL_URL": address,
        "CONGVU_WEBMAIL_RESOURCE": RESOURCE,
        "CONGVU_WEBMAIL_CLIENT_ID": client.client_id,
        "CONGVU_WEBMAIL_CLIENT_SECRET": client.secret,
        "CONGVU_WEBMAIL_TOKEN_URL": f"{mail.provider.web}/oauth2/token",
        "CONGVU_WEBMAIL_KEY": "of-these-tests-24-bytes-",
        "CONGVU_WEBMAIL_IMAP": f"{LOOPBACK}:{mail.dovecot.imap}",
        "CONGVU_WEBMAIL_SMTP": f"{LOOPBACK}:{mail.postfix.submission}",
        "CONGVU_WEBMAIL_SIEVE": f"{LOOPBACK}:{mail.dovecot.sieve}",
        "CONGVU_WEBMAIL_AUTHORITY": str(home.parent / "authority.pem"),
    }
