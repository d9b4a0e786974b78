"""Which certificates are watched: those that settings name, and those that we make ourselves."""

from collections.abc import Iterator
from pathlib import Path

from entrypoints.settings import Settings
from kernel.certificates import STARTTLS, can_be_asked

OWN = (
    "ldap/tls/authority.pem",
    "ldap/tls/server.pem",
    "mail-tls/authority.pem",
    "mail-tls/server.pem",
)
"""In the home of script/server."""


def watched_certificates(settings: Settings, home: Path) -> list[str]:
    """Files, and addresses of servers."""
    return list(dict.fromkeys([*_files(settings, home), *_servers(settings)]))


def _files(settings: Settings, home: Path) -> Iterator[str]:
    named = (
        *settings.certificates.files,
        settings.directory.authority,
        settings.mail.authority,
        settings.outbound.authority,
    )
    yield from (str(file.absolute()) for file in named if file is not None)
    yield from (str(home / one) for one in OWN if (home / one).exists())


def _servers(settings: Settings) -> Iterator[str]:
    """A directory that is asked by StartTLS is not: only the one door to LDAP could."""
    yield from settings.certificates.servers
    mail = settings.mail
    if mail.host and mail.tls != "none":
        yield f"{STARTTLS if mail.tls == 'starttls' else 'smtps'}://{mail.host}:{mail.port}"
    named = (settings.directory.uri, settings.web.public_url, settings.mail_server.doveadm_url)
    yield from (address for address in named if can_be_asked(address))
