"""People at a browser, the provider, and the systems they want to reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chromium import browsing, chromium, page
from tests.support.echo import running_echo
from tests.support.provider import Member, Provider, provider
from tests.support.relying_parties import (
    Application,
    documented_apache,
    documented_cas,
    documented_nginx,
    documented_node,
    documented_python,
)
from tests.support.scratch import scratch_folder
from tests.support.tls_provider import TlsProvider, tls_provider

__all__ = ["browsing", "chromium", "page", "provider", "tls_provider"]


@pytest.fixture
def member(provider: Provider) -> Member:
    return provider.hire()


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def backend() -> Iterator[str]:
    """The application behind Apache or nginx."""
    with running_echo() as address:
        yield address


@pytest.fixture
def apache(provider: Provider, backend: str) -> Iterator[Application]:
    with scratch_folder() as folder, documented_apache(provider, folder, backend) as application:
        yield application


@pytest.fixture
def nginx(provider: Provider, backend: str) -> Iterator[Application]:
    with scratch_folder() as folder, documented_nginx(provider, folder, backend) as application:
        yield application


@pytest.fixture
def node_application(provider: Provider) -> Iterator[Application]:
    with scratch_folder() as folder, documented_node(provider, folder) as application:
        yield application


@pytest.fixture
def python_application(provider: Provider) -> Iterator[Application]:
    with scratch_folder() as folder, documented_python(provider, folder) as application:
        yield application


@pytest.fixture
def cas_application(tls_provider: TlsProvider, backend: str) -> Iterator[Application]:
    with scratch_folder() as folder, documented_cas(tls_provider, folder, backend) as application:
        yield application
