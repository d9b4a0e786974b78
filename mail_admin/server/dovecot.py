"""The configuration of our Dovecot."""

import base64
import hashlib
import secrets
from pathlib import Path

from mail_admin.server.settings import DovecotPlace, MailSystem
from mail_admin.server.templates import TEMPLATES, fill_in, require_plain, write_private

SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
FILES = (
    "dovecot.conf",
    "ldap-user.conf.ext",
    "ldap-password.conf.ext",
    "ldap-token.conf.ext",
    "oauth2.conf.ext",
    "usage.conf",
)
INTERNAL_GROUP = "dovecot"


def write_dovecot(system: MailSystem, place: DovecotPlace) -> Path:
    """The file to start it with. Raises MailServerSettingUnusable."""
    place.configuration.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = {**_common(system), **_addresses(place), **_paths(place), **_privileges(place)}
    for name in FILES:
        text = fill_in(TEMPLATES / "dovecot" / name, values)
        write_private(place.configuration / name, text)
    _write_sender(system, place)
    return place.configuration / FILES[0]


def _common(system: MailSystem) -> dict[str, str]:
    settings, tokens = system.settings, system.tokens
    forbidden = "" if settings.organisation_sign_in else "(!(congvuAccountKind=organisation))"
    return {
        "domain": system.domain,
        "host_name": settings.host_name,
        "tls_required": "yes" if settings.require_tls else "no",
        "ssl": "required" if settings.require_tls else "yes",
        "connection": _connection(system),
        "base_dn": system.ldap.base_dn,
        "kinds": forbidden,
        "introspection_url": tokens.introspection_url.get_secret_value(),
        "tls_authority": str(tokens.authority or SYSTEM_AUTHORITIES),
        "doveadm_key": require_plain("doveadm_key", settings.doveadm_key.get_secret_value()),
        "system_user": system.sender.name,
    }


def _connection(system: MailSystem) -> str:
    ldap = system.ldap
    password = require_plain("ldap_mail_password", ldap.password.get_secret_value())
    lines = [f"uris = {ldap.uri}", f"dn = {ldap.bind_dn}", f"dnpass = {password}"]
    if ldap.start_tls:
        lines.append("tls = yes")
    if ldap.authority or ldap.uri.startswith("ldaps:"):
        lines.append(f"tls_ca_cert_file = {ldap.authority or SYSTEM_AUTHORITIES}")
        lines.append("tls_require_cert = demand")
    return "\n".join([*lines, "ldap_version = 3"])


def _addresses(place: DovecotPlace) -> dict[str, str]:
    return {
        "listen": place.listen,
        "imap_port": str(place.imap),
        "imaps_port": str(place.imaps),
        "sieve_port": str(place.sieve),
        "lmtp_listen": place.listen,
        "lmtp_port": str(place.lmtp),
        "doveadm_listen": place.listen,
        "doveadm_port": str(place.doveadm),
        "reinjection": place.reinjection,
        "sasl_listener": _sasl_listener(place),
    }


def _sasl_listener(place: DovecotPlace) -> str:
    if place.sasl_port:
        return f"inet_listener sasl {{\n    port = {place.sasl_port}\n  }}"
    return f"unix_listener {place.sasl_socket.name} {{\n    mode = 0666\n  }}"


def _paths(place: DovecotPlace) -> dict[str, str]:
    return {
        "certificate": str(place.encryption.certificate),
        "key": str(place.encryption.key),
        "base_dir": str(place.run),
        "state_dir": str(place.state),
        "log": str(place.log),
        "store": str(place.store),
        "configuration": str(place.configuration),
        "system_users": str(place.senders),
        "shared_mailboxes": str(place.store / "shared-mailboxes"),
        "shared_prefix": place.shared_prefix,
        "mail_user": place.user,
        "mail_group": place.group,
    }


def _privileges(place: DovecotPlace) -> dict[str, str]:
    patience = {"failure_delay": "2 secs", "penalty": ""}
    if not place.patient:
        penalty = "service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}"
        patience = {"failure_delay": "0", "penalty": penalty}
    if not place.rootless:
        return {**patience, "privileges": "", "login_privileges": ""}
    lines = (
        f"default_internal_user = {place.user}",
        f"default_internal_group = {place.group}",
        f"default_login_user = {place.user}",
        "service anvil {\n  chroot =\n}",
        "service stats {\n  chroot =\n}",
    )
    return {**patience, "privileges": "\n".join(lines), "login_privileges": "chroot ="}


def _write_sender(system: MailSystem, place: DovecotPlace) -> None:
    """A file for the service `smtp` alone: with this password nobody opens a mailbox."""
    place.senders.mkdir(mode=0o755, exist_ok=True)
    hashed = _hashed(system.sender.password.get_secret_value())
    reader = None if place.rootless else INTERNAL_GROUP
    write_private(place.senders / "smtp.passwd", f"{system.sender.name}:{hashed}\n", reader)


def _hashed(password: str) -> str:
    """Fast on purpose: the password is a random one of full strength, and checked at every mail."""
    salt = secrets.token_bytes(16)
    digest = hashlib.sha512(password.encode() + salt).digest()
    return "{SSHA512}" + base64.b64encode(digest + salt).decode()
