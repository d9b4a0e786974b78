"""What single sign-on is for: one password entry for all systems, one suspension for all."""

import time

from playwright.sync_api import Page

from tests.support.installation import eventually
from tests.support.person import (
    counting_password_entries,
    is_asked_to_sign_in,
    shown_json,
    sign_in,
    wait_for_address,
)
from tests.support.provider import Member, Provider
from tests.support.relying_parties import Application

LIMIT_SECONDS = 5.0


def test_one_password_entry_opens_apache_and_node_and_suspension_closes_both_within_5_seconds(
    page: Page,
    apache: Application,
    node_application: Application,
    member: Member,
    provider: Provider,
) -> None:
    addresses = [f"{apache.address}/hello", f"{node_application.address}/"]
    with counting_password_entries(page) as entries:
        page.goto(addresses[0])
        sign_in(page, member)
        wait_for_address(page, addresses[0])
        assert shown_json(page)["headers"]["oidc_claim_sub"] == str(member.account_id)
        page.goto(addresses[1])
        wait_for_address(page, addresses[1])
        assert shown_json(page)["sub"] == str(member.account_id)
    assert len(entries) == 1

    def is_out(address: str) -> bool:
        page.goto(address)
        return is_asked_to_sign_in(page)

    assert not any(is_out(address) for address in addresses)
    provider.suspend(member)
    suspended = time.monotonic()
    for address in addresses:
        eventually(lambda address=address: is_out(address))  # type: ignore[misc]
    assert time.monotonic() - suspended < LIMIT_SECONDS
