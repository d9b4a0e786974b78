"""The provider behind nginx, which speaks TLS and asks for client certificates."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel.encryption import KeyRing
from tests.support.certificates import Authority, KeyPair
from tests.support.nginx import running_nginx
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.provider import HOST, Provider, running_provider
from tests.support.scratch import scratch_folder


@dataclass(frozen=True, slots=True)
class TlsProvider:
    provider: Provider
    authority: Authority

    def trust(self, certificate: KeyPair | None = None) -> ssl.SSLContext:
        """For httpx: believes our authority, shows a client certificate if there is one."""
        context = ssl.create_default_context(cafile=str(self.authority.file))
        if certificate is not None:
            context.load_cert_chain(certificate.certificate, certificate.key)
        return context


@contextmanager
def running_tls_provider(cluster: Cluster, template: str, keys: KeyRing) -> Iterator[TlsProvider]:
    port = free_port()
    with scratch_folder() as folder:
        authority = Authority(folder)
        server = authority.for_server(HOST, "127.0.0.1")
        settings = {
            "WEB__PUBLIC_URL": f"https://{HOST}:{port}",
            "WEB__TRUSTED_PROXIES": '["127.0.0.1"]',
            "WEB__CLIENT_CERTIFICATES": "true",
        }
        with running_provider(cluster, template, keys, None, **settings) as provider:
            front = front_server(port, provider.web, server, authority.file)
            with running_nginx(folder, front, port=port):
                yield TlsProvider(provider, authority)


def front_server(
    port: int, web: str, server: KeyPair, authority: Path, *, verify: str = "optional"
) -> str:
    """`verify` is nginx's ssl_verify_client."""
    return f"""
        server {{
            listen 127.0.0.1:{port} ssl;
            ssl_certificate {server.certificate};
            ssl_certificate_key {server.key};
            ssl_client_certificate {authority};
            ssl_verify_client {verify};
            location / {{
                proxy_pass {web};
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-For $remote_addr;
                proxy_set_header X-Forwarded-Proto https;
                proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
                proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
            }}
        }}
    """


@pytest.fixture(scope="session")
def tls_provider(cluster: Cluster, migrated_template: str, keys: KeyRing) -> Iterator[TlsProvider]:
    with running_tls_provider(cluster, migrated_template, keys) as provider:
        yield provider
