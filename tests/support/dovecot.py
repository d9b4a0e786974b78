"""A private Dovecot for IMAP: its own folder, its own port, in the foreground."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.daemon import running

PROGRAM = "/usr/sbin/dovecot"
MAIL_USER = "mail"


@contextmanager
def running_dovecot(folder: Path, authentication: str, *, port: int) -> Iterator[Path]:
    """Serve IMAP with these settings of how people sign in; yields the log."""
    mail, log = folder / "mail", folder / "dovecot.log"
    mail.mkdir()
    mail.chmod(0o777)  # Dovecot writes as another user
    configuration = folder / "dovecot.conf"
    configuration.write_text(_configuration(folder, mail, log, port) + authentication)
    command: list[str | Path] = [PROGRAM, "-F", "-c", configuration]
    with running(command, port=port, log=folder / "start.log"):
        yield log


def _configuration(folder: Path, mail: Path, log: Path, port: int) -> str:
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {log}
auth_verbose = yes
protocols = imap
ssl = no
disable_plaintext_auth = no
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
# all logins of a test come from one address: without this they are slowed down
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
mail_location = maildir:{mail}/%u
first_valid_uid = 1
userdb {{
  driver = static
  args = uid={MAIL_USER} gid={MAIL_USER} home={mail}/%u
}}
"""
