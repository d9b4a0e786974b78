"""Applications that sign people in with us, set up from the pages of docs/integrate."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.support.apache import running_apache
from tests.support.daemon import running
from tests.support.dovecot import running_dovecot
from tests.support.nginx import running_nginx
from tests.support.node import running_node
from tests.support.ports import free_port
from tests.support.provider import Provider, Registered
from tests.support.slapd import PASSWORDS, TestSlapd
from tests.support.tls_provider import TlsProvider
from tests.support.walkthrough import block, command

PROVIDER_OF_THE_PAGES = "https://id.backan.gov.vn"


class Registrar(Protocol):
    """An installation that systems are registered with."""

    @property
    def issuer(self) -> str: ...

    def fresh_name(self, name: str) -> str: ...

    def congvu(self, *arguments: str) -> Any:
        """What the command line answers to `--json`."""

    def wait_until_known(self, client_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Application:
    address: str
    client: Registered


@dataclass(frozen=True, slots=True)
class MailSystem:
    imap_port: int
    address: str
    """Of the webmail, and the name of the mail server as a resource."""
    webmail: Registered


@contextmanager
def documented_apache(provider: Registrar, folder: Path, backend: str) -> Iterator[Application]:
    page, site = "apache-mod-auth-openidc.md", "https://docs.backan.gov.vn"
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = register_as_shown(provider, page, "docs", {site: address})
    values = {
        PROVIDER_OF_THE_PAGES: provider.issuer,
        site: address,
        "OIDCClientID docs": f"OIDCClientID {client.client_id}",
        "THE-CLIENT-SECRET": client.secret,
    }
    directives = block(page, "apache", values)
    with running_apache(folder, directives, port=port, backend=backend, modules=("auth_openidc",)):
        yield Application(address, client)


@contextmanager
def documented_cas(provider: TlsProvider, folder: Path, backend: str) -> Iterator[Application]:
    page, site = "cas.md", "https://portal.backan.gov.vn"
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = register_as_shown(provider.provider, page, "portal", {site: address})
    cookies = folder / "cookies"
    cookies.mkdir()
    cookies.chmod(0o777)  # Apache's workers are another user
    values = {
        PROVIDER_OF_THE_PAGES: provider.provider.issuer,
        site: address,
        "/etc/ssl/certs/ca-certificates.crt": str(provider.authority.file),
        "/var/cache/apache2/mod_auth_cas/": f"{cookies}/",
    }
    directives = block(page, "apache", values)
    with running_apache(folder, directives, port=port, backend=backend, modules=("auth_cas",)):
        yield Application(address, client)


@contextmanager
def documented_nginx(provider: Provider, folder: Path, backend: str) -> Iterator[Application]:
    page, site = "nginx-auth-request.md", "https://handbook.backan.gov.vn"
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = register_as_shown(provider, page, "handbook", {site: address})
    values = {
        PROVIDER_OF_THE_PAGES: provider.web,
        "client_id=handbook": f"client_id={client.client_id}",
        "http://127.0.0.1:8080": backend,
    }
    server = f"server {{ listen 127.0.0.1:{port}; {block(page, 'nginx', values)} }}"
    with running_nginx(folder, server, port=port):
        yield Application(address, client)


@contextmanager
def documented_node(provider: Provider, folder: Path) -> Iterator[Application]:
    page, port = "node-openid-client.md", free_port()
    address = f"http://127.0.0.1:{port}"
    site = "https://dichvucong.backan.gov.vn"
    client = register_as_shown(provider, page, "one-stop", {site: address})
    variables = _variables(provider, client, address)
    with running_node(folder, block(page, "js", {}), PORT=str(port), **variables):
        yield Application(address, client)


@contextmanager
def documented_python(provider: Provider, folder: Path) -> Iterator[Application]:
    page, port = "python-authlib.md", free_port()
    address = f"http://127.0.0.1:{port}"
    site = "https://congbao.backan.gov.vn"
    client = register_as_shown(provider, page, "gazette", {site: address})
    (folder / "app.py").write_text(block(page, "python", {}))
    server = [sys.executable, "-m", "uvicorn", "app:app", "--app-dir", str(folder)]
    environment = {
        **_variables(provider, client, address),
        "AUTHLIB_INSECURE_TRANSPORT": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with running(
        [*server, "--port", str(port)],
        port=port,
        log=folder / "python.log",
        environment=environment,
    ):
        yield Application(address, client)


def register_as_shown(
    provider: Registrar, page: str, name: str, values: Mapping[str, str]
) -> Registered:
    """Run the page's `congvu client create`."""
    client_id = provider.fresh_name(name)
    place = {f"create {name} ": f"create {client_id} "}
    shown = provider.congvu(*command(page, f"congvu client create {name} ", {**place, **values}))
    provider.wait_until_known(client_id)
    return Registered(client_id, shown.get("client_secret") or "")


def _variables(provider: Provider, client: Registered, address: str) -> dict[str, str]:
    return {
        "ISSUER": provider.issuer,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": client.secret,
        "APP_URL": address,
    }


@contextmanager
def documented_dovecot(
    provider: Provider, directory: TestSlapd, folder: Path
) -> Iterator[MailSystem]:
    page, site, port = "dovecot-roundcube-xoauth2.md", "https://mail.backan.gov.vn", free_port()
    address = f"http://127.0.0.1:{port}"
    server = register_as_shown(provider, page, "dovecot", {site: address})
    webmail = register_as_shown(provider, page, "webmail", {site: address})
    trusted = {"/etc/ssl/certs/ca-certificates.crt": str(directory.slapd.authority)}
    oauth2 = {
        "https://dovecot:THE-CLIENT-SECRET@id.backan.gov.vn": provider.issuer.replace(
            "//", f"//{server.client_id}:{server.secret}@"
        ),
        **trusted,
    }
    ldap = {
        "ldaps://ldap.backan.gov.vn": directory.slapd.address,
        "THE-MAIL-PASSWORD": PASSWORDS.mail,
        **trusted,
    }
    files = {}
    for driver, values in (("oauth2", oauth2), ("ldap", ldap)):
        path = folder / f"dovecot-{driver}.conf.ext"
        path.write_text(block(page, driver, values))
        files[f"/etc/dovecot/{path.name}"] = str(path)
    with running_dovecot(folder, block(page, "dovecot", files), port=port):
        yield MailSystem(port, address, webmail)
