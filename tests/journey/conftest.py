"""A province on its first day: what `script/server` starts, with nobody in it but the HR office."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from entrypoints.home import CHECKOUT, PORTS_IN_A_ROW
from tests.support.chromium import browsing, chromium
from tests.support.document_system import running_document_system
from tests.support.installation import Installation
from tests.support.ports import free_port
from tests.support.provider import wait_until_known
from tests.support.relying_parties import Application, documented_apache
from tests.support.scratch import scratch_folder
from tests.support.trial import Trial

__all__ = ["browsing", "chromium"]

LAST_WORDS = "Ctrl-C stops everything"


@dataclass
class NewProvince(Trial):
    said: str
    """All that the terminal showed until everything was ready."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def invitation(self) -> str:
        """The address with which the first administrator chooses a password."""
        (address,) = [word for word in self.said.split() if "/kich-hoat#" in word]
        return address


@dataclass
class Registry:
    """Where systems are registered by the commands that docs/integrate shows."""

    province: NewProvince
    _names: Iterator[int] = field(default_factory=count)

    @property
    def issuer(self) -> str:
        return self.province.issuer

    def fresh_name(self, name: str) -> str:
        return f"{name}-{next(self._names)}"

    def congvu(self, *arguments: str) -> Any:
        return self.province.congvu_json(*arguments)

    def wait_until_known(self, client_id: str) -> None:
        wait_until_known(self.issuer, client_id)


@pytest.fixture
def province() -> Iterator[NewProvince]:
    with (
        scratch_folder() as folder,
        closing(
            Installation(folder, free_port(PORTS_IN_A_ROW), "entrypoints.embedded")
        ) as installation,
    ):
        started = installation.launch(
            CONGVU_SAMPLE__FOLDER=str(CHECKOUT / "sample" / "first-day"),
            # mailboxes that were opened today count today
            CONGVU_USAGE_RATE__MINIMUM_DAYS_IN_SERVICE="1",
            CONGVU_USAGE_RATE__REFRESH_SECONDS="5",
        )
        assert started.stdout is not None
        said = []
        for line in started.stdout:
            said.append(line)
            if line.startswith(LAST_WORDS):
                break
        assert said[-1].startswith(LAST_WORDS), "".join(said)
        yield NewProvince(installation, "".join(said))


@pytest.fixture
def document_system(province: NewProvince) -> Iterator[Application]:
    """Behind Apache, set up as the page of docs/integrate says."""
    with (
        scratch_folder() as folder,
        running_document_system() as backend,
        documented_apache(Registry(province), folder, backend) as application,
    ):
        yield application
