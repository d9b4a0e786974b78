import pytest

from identity.accounts.models import Account
from identity.accounts.passwords import Passwords
from tests.support.passwords import activated, cheap
from tests.support.registry import Province


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Under our own policy; cheap to hash."""
    return cheap()


@pytest.fixture
def pending(province: Province) -> Account:
    person = province.person(province.organisation(), recovery_email="nga@example.org")
    return province.account(person)


@pytest.fixture
def account(province: Province, pending: Account, passwords: Passwords) -> Account:
    """Active, with the password FIRST and a recovery address."""
    return activated(province, pending, passwords)
