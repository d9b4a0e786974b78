"""Lists that are sent by a browser, with a worker that runs when a test says so."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import pytest

from entrypoints.wiring import Services
from identity.organisations.models import Organisation
from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.jobs import run_jobs
from tests.support.sign_on import Browser

PATH = "/quan-tri/nhap-danh-sach"


@dataclass
class Wizard:
    """Somebody of HR at the wizard."""

    browser: Browser
    services: Services

    def send(self, content: bytes, name: str = "danh-sach.xlsx", **typed: str) -> httpx.Response:
        form = {"as_of": "2026-11-23", "reason": "Theo công văn 12/SNV"} | typed
        return self.browser.post(f"{PATH}/moi", form, files={"file": (name, content)})

    def planned(self, content: bytes, name: str = "danh-sach.xlsx") -> str:
        """The address of the page of a list that the worker has looked at."""
        answer = self.send(content, name)
        assert answer.status_code == 303, answer.text
        self.work()
        return answer.headers["Location"]

    def work(self) -> None:
        run_jobs(self.services)

    def page(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def confirm(self, address: str, revision: int = 1, **typed: str) -> httpx.Response:
        return self.browser.post(f"{address}/xac-nhan", {"revision": str(revision), **typed})

    def correct(self, address: str, typed: Mapping[str, str], revision: int = 1) -> httpx.Response:
        return self.browser.post(f"{address}/sua", {"revision": str(revision), **typed})


@pytest.fixture
def finance(console: ConsoleWorld) -> Organisation:
    """Before anybody else, so that its code is that of `people_row`."""
    return console.sign_on.province.organisation("Sở Tài chính", code="H03.77")


@pytest.fixture
def wizard(console: ConsoleWorld, finance: Organisation) -> Wizard:
    assert finance.name == "Sở Tài chính"
    browser = console.browser(console.holder(Role.HR))
    return Wizard(browser, console.sign_on.services)
