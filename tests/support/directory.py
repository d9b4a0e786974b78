"""Desired entries for tests."""

from typing import Any
from uuid import UUID

from identity.directory.entries import AccountSnapshot, Entry, account_entry
from tests.support.slapd import BASE_DN


def account(number: int = 1, **changed: Any) -> Entry:
    """The entry of a pending personal account; `changed` as fields of AccountSnapshot."""
    login = changed.get("login", f"nganth{number}")
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "kind": "personal",
        "login": login,
        "status": "pending",
        "display_name": "Nguyễn Thị Hồng Nga",
        "family_name": "Nguyễn",
        "given_name": "Nga",
        "mail": f"{login}@backan.gov.vn",
    }
    return account_entry(AccountSnapshot(**given | changed), BASE_DN)


def accounts(count: int, **changed: Any) -> list[Entry]:
    return [account(number, **changed) for number in range(1, count + 1)]
