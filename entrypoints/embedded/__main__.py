"""Run the whole product on one machine: `script/server`."""

import os
import shlex
import sys
from collections.abc import Callable
from functools import partial

import click

from entrypoints.embedded.assembly import first_run, log_rotation, mail_servers, programs, servers
from entrypoints.embedded.configuration import ensure_env_file, refuse_foreign_servers
from entrypoints.embedded.errors import HomeOfAnotherUser, PartFailed
from entrypoints.embedded.first_administrator import invitation
from entrypoints.embedded.ports import OWN_PORTS, Ports, require_free
from entrypoints.embedded.state import ended_cleanly, only_copy, read_state
from entrypoints.embedded.supervisor import StopRequested, Supervisor
from entrypoints.exit_code import exit_code
from entrypoints.home import CHECKOUT, Home
from entrypoints.settings import Settings, load_settings
from identity.handover.settings import ACTIVATION_PATH
from sso.login.destinations import CONSOLE_PATH

Start = Callable[[Supervisor, Home, Settings], None]

KILLED_CHILDREN_SECONDS = 15.0
"""How long the servers of a supervisor that was killed may take to end after it."""


def main(start: Start | None = None) -> int:
    """Exit code. What is started can be chosen, since a test may want the servers alone."""
    return exit_code(partial(run_alone, start or start_everything))


def run_alone(start: Start) -> None:
    """Raises DomainError."""
    home = Home.from_environment(os.environ)
    refuse_foreign_servers(os.environ)
    make_own(home)
    with only_copy(home.path):
        run(home, start)


def run(home: Home, start: Start) -> None:
    """Start everything and stay until someone asks us to stop. Raises DomainError."""
    require_free_ports(home)
    ensure_env_file(home, os.environ)
    settings = load_settings(home)
    with Supervisor(home.path, say, rotation=log_rotation(settings)) as supervisor:
        try:
            start(supervisor, home, settings)
            announce(home, settings)
            supervisor.watch()
        except StopRequested:
            say("stopping")


def make_own(home: Home) -> None:
    """Raises HomeOfAnotherUser: half of the files would be out of reach of one of the two."""
    home.path.mkdir(parents=True, exist_ok=True)
    owner = home.path.stat().st_uid
    if owner != os.geteuid():
        raise HomeOfAnotherUser(home.path, owner)


def require_free_ports(home: Home) -> None:
    """Before anything is written or started. Raises PortTaken."""
    patience = 0.0 if ended_cleanly(home.path) else KILLED_CHILDREN_SECONDS
    ports = Ports.from_base(home.port_base)
    for name in OWN_PORTS:
        require_free(getattr(ports, name), name, patience_seconds=patience)


def start_everything(supervisor: Supervisor, home: Home, settings: Settings) -> None:
    """Raises PartFailed, StopRequested."""
    start_servers(supervisor, home, settings)
    task = first_run(home)
    if code := supervisor.run(task.command(), task.environment()):
        raise PartFailed(task.name, f"exit code {code}", None)
    for server in mail_servers(home, load_settings(home), say):
        supervisor.start(server)
    for program in programs(home):
        supervisor.start(program)


def start_servers(supervisor: Supervisor, home: Home, settings: Settings) -> None:
    """Raises PartFailed, StopRequested."""
    for server in servers(home, settings, say):
        supervisor.start(server)


def announce(home: Home, settings: Settings) -> None:
    moved = "" if home.path == CHECKOUT / "var" else f"CONGVU_HOME={shlex.quote(str(home.path))} "
    congvu = f"{moved}{CHECKOUT}/script/congvu"
    say(
        f"""
Công Vụ is ready.
  console    {settings.web.public_url}{CONSOLE_PATH}
  sign-in    {settings.web.public_url}/dang-nhap
  API        {settings.web.public_url}/api/v1
  mail       IMAP {address_of(home, "imap")}, sending {address_of(home, "submission")}
  directory  {settings.directory.uri}  base {settings.directory.base_dn}
  settings   {home.env_file}  (passwords and keys: keep it safe)
  logs       {home.path / "log"}
To sign in:{administrator_of(home)}
  as a person       {congvu} account activation-code nganth --reason "first try"
                    (then choose a password at {settings.web.public_url}{ACTIVATION_PATH})
  as operator       {congvu} --help
  from a system     {congvu} client create NAME --help
  to the API        {congvu} token create NAME --permission people:read
  to the directory  {congvu} status --json  (shows a read-only bind for ldapsearch)
Ctrl-C stops everything; the data stay in {home.path}.
"""
    )


def administrator_of(home: Home) -> str:
    """How to enter an installation that nobody has entered yet; nothing afterwards."""
    invited = invitation(home)
    if invited is None:
        return ""
    return f"""
  as administrator  {invited.address}
                    (once; choose a password for {invited.login}, then open the console)"""


def address_of(home: Home, part: str) -> str:
    return read_state(home.path).parts[part].address or "-"


def say(line: str) -> None:
    click.echo(line)


if __name__ == "__main__":
    sys.exit(main())
