"""Who is meant by what somebody types into the sign-in page."""

from datetime import date, timedelta

import pytest

from identity.accounts.models import Account, AccountKind
from identity.accounts.provisioning import open_organisation_account, open_service_account
from identity.accounts.queries import find_account_for_sign_in
from identity.addresses.models import AddressRole
from identity.addresses.queries import get_domain
from identity.addresses.service import change_primary, give_address, reserve_address
from tests.support.registry import BASIS, DOMAIN, NOW, TODAY, Province

UNTIL = TODAY + timedelta(days=30)


@pytest.fixture
def account(province: Province) -> Account:
    return province.account(province.person(province.organisation()))


def found(province: Province, typed: str, day: date = TODAY) -> str | None:
    with province.db.transaction() as session:
        account = find_account_for_sign_in(session, typed, day=day)
        return account.login if account else None


def rename(province: Province, account: Account, local_part: str) -> None:
    """The address until now is an alias until UNTIL."""
    with province.db.transaction() as session:
        change_primary(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            local_part,
            account.id,
            on=TODAY,
            alias_until=UNTIL,
            basis=BASIS,
        )


@pytest.mark.parametrize("typed", ["{}", " {}\n", "{}@backan.gov.vn", "\t{}@BacKan.gov.VN "])
def test_login_and_address_are_found_however_they_are_typed(
    province: Province, account: Account, typed: str
) -> None:
    for login in (account.login, account.login.upper()):
        assert found(province, typed.format(login)) == account.login


def test_an_alias_signs_in_as_long_as_it_is_delivered(province: Province, account: Account) -> None:
    old = f"{account.login}@{DOMAIN}"
    rename(province, account, "hong.nga")
    assert found(province, f"hong.nga@{DOMAIN}") == account.login
    assert found(province, old, UNTIL - timedelta(days=1)) == account.login
    assert found(province, old, UNTIL) is None


def test_an_address_of_another_domain_is_somebody_elses(
    province: Province, account: Account
) -> None:
    province.domain("thainguyen.gov.vn", default=False)
    assert found(province, f"{account.login}@thainguyen.gov.vn") is None
    with province.db.transaction() as session:
        give_address(
            session,
            province.officer,
            get_domain(session, "thainguyen.gov.vn"),
            "nga",
            account.id,
            role=AddressRole.ALIAS,
            on=TODAY,
            basis=BASIS,
        )
    assert found(province, "nga@thainguyen.gov.vn") == account.login
    assert found(province, "nga") is None


def test_a_reserved_address_is_nobodys(province: Province) -> None:
    with province.db.transaction() as session:
        reserve_address(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            "giamdoc",
            on=TODAY,
            basis=BASIS,
        )
    assert found(province, f"giamdoc@{DOMAIN}") is None


def test_programs_and_organisations_do_not_sign_in(province: Province) -> None:
    organisation = province.organisation()
    with province.db.transaction() as session:
        office = open_organisation_account(
            session,
            province.officer,
            organisation.id,
            stem="vanthu.stc",
            purpose="records",
            display_name="Văn thư",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )
        program = open_service_account(
            session, province.officer, login="edoc", display_name="Văn bản", now=NOW, basis=BASIS
        )
    assert {office.kind, program.kind} == {AccountKind.ORGANISATION, AccountKind.SERVICE}
    for typed in (office.login, f"{office.login}@{DOMAIN}", "edoc", f"edoc@{DOMAIN}"):
        assert found(province, typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "@",
        "a@",
        f"@{DOMAIN}",
        "nga\0",
        "\ud800",
        "x" * 100_000,
        "nganth@" * 1000,
        "' OR true --",
        "%",
        "ｎｇａｎｔｈ",  # full width
        "nga@backan@gov.vn",
    ],
)
def test_what_no_identifier_is_finds_nobody(
    province: Province, account: Account, typed: str
) -> None:
    assert account.login
    assert found(province, typed) is None
