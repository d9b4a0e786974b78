"""The env file of a one-machine installation: secrets made once, addresses kept up to date."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from entrypoints.embedded.errors import ForeignServersConfigured, SecretsLost
from entrypoints.embedded.ports import LOOPBACK, Ports
from entrypoints.home import Home

HEADING = """\
# Made by script/server. The passwords and keys exist nowhere else: back this file up, and
# keep the encryption keys apart from the backups of the database.
"""
BASE_DN = "CONGVU_DIRECTORY__BASE_DN"
SAMPLE_BASE_DN = "dc=backan,dc=gov,dc=vn"
FOR_ONE_MACHINE = {
    # systems that sign people in through us are tried out on the same machine first
    "CONGVU_OUTBOUND__ALLOW_LOOPBACK_HTTP": "true",
    # its mail servers listen on loopback only, and a trial must not write to the world
    "CONGVU_MAIL_SERVER__REQUIRE_TLS": "false",
    "CONGVU_MAIL_SERVER__OUTSIDE": "refuse",
}
CLIENT_SECRET = "CONGVU_SERVERS__DOVECOT_CLIENT_SECRET"  # noqa: S105  # the name of one
MAIL_HOST, MAIL_USER = "CONGVU_MAIL__HOST", "CONGVU_MAIL__USERNAME"
SYSTEM_SENDER = "congvu_system"
"""Whom our Postfix knows the product as; logins have no underscore."""
OURS = (
    "CONGVU_DATABASE__URL",
    "CONGVU_DIRECTORY__URI",
    "CONGVU_DIRECTORY__BIND_PASSWORD",
    "CONGVU_WEB__PORT",
)
"""Settings that follow from the home and the port base here."""


def refuse_foreign_servers(environment: Mapping[str, str]) -> None:
    """Nobody's production database is migrated because a variable was left in a shell.

    Raises ForeignServersConfigured.
    """
    if names := [name for name in OURS if name in environment]:
        raise ForeignServersConfigured(names)


def ensure_env_file(home: Home, environment: Mapping[str, str]) -> None:
    """Values that the file has already are kept, but for the addresses, which follow the ports.

    A base DN in the environment of the first start is written down, as it cannot change later.
    Raises SecretsLost.
    """
    file = home.env_file
    if not file.exists() and (home.path / "postgres").exists():
        raise SecretsLost(file)
    text = file.read_text() if file.exists() else HEADING
    known = {name: value or "" for name, value in dotenv_values(file).items()}
    base = {BASE_DN: environment.get(BASE_DN, SAMPLE_BASE_DN)}
    wanted = {**base, **FOR_ONE_MACHINE, **_fresh_secrets(), **known}
    if has_own_mailer(known, environment):
        wanted |= _mailer(home, wanted)
    _write_private(file, _with_values(text, {**wanted, **_addresses(home, wanted)}))


def _fresh_secrets() -> dict[str, str]:
    return {
        "CONGVU_SERVERS__POSTGRES_ADMIN_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_SERVERS__POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_SERVERS__LDAP_READER_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_SERVERS__LDAP_MAIL_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_SERVERS__LDAP_ADMINISTRATOR_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_SERVERS__MAIL_SENDER_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_MAIL_SERVER__DOVEADM_KEY": secrets.token_urlsafe(24),
        "CONGVU_DIRECTORY__BIND_PASSWORD": secrets.token_urlsafe(24),
        "CONGVU_ENCRYPTION__KEYS": json.dumps({"first": _fresh_key()}),
        "CONGVU_ENCRYPTION__ACTIVE_KEY": "first",
        "CONGVU_ENCRYPTION__INDEX_KEY": _fresh_key(),
    }


def _fresh_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _addresses(home: Home, known: Mapping[str, str]) -> dict[str, str]:
    ports = Ports.from_base(home.port_base)
    password = known["CONGVU_SERVERS__POSTGRES_PASSWORD"]
    return {
        "CONGVU_DATABASE__URL": (
            f"postgresql+psycopg://congvu:{password}@{LOOPBACK}:{ports.postgres}/congvu"
        ),
        "CONGVU_DIRECTORY__URI": f"ldap://{LOOPBACK}:{ports.ldap}",
        "CONGVU_DIRECTORY__AUTHORITY": str(home.path / "ldap" / "tls" / "authority.pem"),
        "CONGVU_WEB__PORT": str(ports.web),
        "CONGVU_MAIL_SERVER__DOVEADM_URL": f"http://{LOOPBACK}:{ports.doveadm}/doveadm/v1",
        "CONGVU_MAIL_SERVER__STORE": str(home.path / "mail" / "store"),
        "CONGVU_USAGE__DOVECOT_LOG": str(home.path / "log" / "dovecot.log"),
        "CONGVU_USAGE__POSTFIX_LOG": str(home.path / "log" / "postfix.log"),
        "CONGVU_LIMITS__PORT": str(ports.policy),
        "CONGVU_MAIL_SERVER__POLICY_SERVICE": f"inet:{LOOPBACK}:{ports.policy}",
        "CONGVU_BOUNCES__PORT": str(ports.bounces),
        "CONGVU_MAIL_SERVER__BOUNCE_SERVICE": f"inet:{LOOPBACK}:{ports.bounces}",
        "CONGVU_SENDERS__PORT": str(ports.senders),
        "CONGVU_MAIL_SERVER__SENDER_SERVICE": f"inet:{LOOPBACK}:{ports.senders}",
        "CONGVU_SIGNING__PORT": str(ports.signing),
        "CONGVU_MAIL_SERVER__SIGNING_SERVICE": f"inet:{LOOPBACK}:{ports.signing}",
    }


def has_own_mailer(known: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    """Whether the product sends through the Postfix beside it: unless another server is named.

    Postfix needs root; without it nothing that needs mail is offered.
    """
    named = environment.get(MAIL_HOST) or (known.get(MAIL_HOST) and known.get(MAIL_USER))
    return os.geteuid() == 0 and named in {None, "", SYSTEM_SENDER}


def _mailer(home: Home, known: Mapping[str, str]) -> dict[str, str]:
    sender = known.get("CONGVU_MAIL__SENDER_ADDRESS", f"khong-tra-loi@{domain_of(known[BASE_DN])}")
    return {
        MAIL_HOST: LOOPBACK,
        "CONGVU_MAIL__PORT": str(Ports.from_base(home.port_base).submission),
        "CONGVU_MAIL__TLS": "none",
        MAIL_USER: SYSTEM_SENDER,
        "CONGVU_MAIL__PASSWORD": known["CONGVU_SERVERS__MAIL_SENDER_PASSWORD"],
        "CONGVU_MAIL__SENDER_ADDRESS": sender,
        "CONGVU_MAIL__RETURN_ADDRESS": known.get(
            "CONGVU_MAIL__RETURN_ADDRESS", f"congvu-bounce@{sender.rpartition('@')[2]}"
        ),
    }


def domain_of(base_dn: str) -> str:
    """The mail domain that a base DN spells: backan.gov.vn for dc=backan,dc=gov,dc=vn."""
    parts = (part.strip().partition("=") for part in base_dn.split(","))
    return ".".join(value for name, _, value in parts if name.lower() == "dc")


def remember(home: Home, values: Mapping[str, str]) -> None:
    """Put these into the env file."""
    _write_private(home.env_file, _with_values(home.env_file.read_text(), values))


def _with_values(text: str, values: Mapping[str, str]) -> str:
    """The same lines in the same order, with these values; new ones at the end."""
    remaining = dict(values)
    lines = []
    for line in text.splitlines():
        name = line.partition("=")[0].strip()
        lines.append(f"{name}={_quoted(remaining.pop(name))}" if name in remaining else line)
    lines += [f"{name}={_quoted(value)}" for name, value in remaining.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """In single quotes dotenv takes everything literally but the quote and the backslash."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _write_private(file: Path, text: str) -> None:
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())  # data sealed with these keys must not outlive them
    unfinished.replace(file)
