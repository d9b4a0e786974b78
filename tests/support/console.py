"""People with roles at the console, in one process."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext

from console.session.client import keep_console_client
from identity.accounts.models import Account
from identity.accounts.queries import get_account
from identity.roles.models import Role
from identity.roles.service import grant_role
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Browser, Member, SignOnWorld


@dataclass
class ConsoleWorld:
    """A small province whose people may have roles."""

    sign_on: SignOnWorld

    def holder(self, *roles: Role, name: str = "Trần Văn Bình") -> Member:
        """Somebody with an active account and these roles."""
        member = self.sign_on.member(name)
        self.give(member, *roles)
        return member

    def give(self, member: Member | Account, *roles: Role) -> None:
        with self.sign_on.services.database.transaction() as session:
            account = get_account(session, member.id)
            for role in roles:
                grant_role(session, self.sign_on.officer, account, role, now=NOW, basis=BASIS)

    def browser(self, member: Member, *, back: str = "/quan-tri") -> Browser:
        """Somebody's browser, signed in and at a page of the console."""
        browser = self.sign_on.browser()
        response = browser.follow(browser.get(back))
        self.home(browser, browser.sign_in(member, response))
        return browser

    def sit_down(self, member: Member, browsing: BrowserContext) -> None:
        """The same in a real browser."""
        address = str(self.sign_on.client.base_url).replace("http://", "https://")  # Secure ones
        for name, value in self.browser(member).cookies.items():
            cookie = {"name": name, "value": value, "url": address, "secure": True}
            browsing.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of theirs

    def home(self, browser: Browser, response: httpx.Response) -> httpx.Response:
        """Follow a redirect to the address that the console is registered with."""
        assert response.is_redirect, response.text
        target = urlsplit(response.headers["Location"])
        assert target.netloc in self.sign_on.services.sign_on.issuer
        return browser.follow(browser.get(f"{target.path}?{target.query}"))


@pytest.fixture
def console(world: SignOnWorld) -> ConsoleWorld:
    services = world.services
    keep_console_client(services.database, services.sign_on.issuer, NOW)
    services.sign_on.clients.reload()
    return ConsoleWorld(world)
