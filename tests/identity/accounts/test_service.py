from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from identity.accounts import queries, service
from identity.accounts.errors import (
    AccountExists,
    AccountStateForbids,
    ActivationCodeRejected,
)
from identity.accounts.models import Account, AccountStatus
from identity.people.queries import get_person
from tests.support.registry import BASIS, NOW, TODAY, Province

MONTH = timedelta(days=30)


@pytest.fixture
def account(province: Province) -> Account:
    return province.account(province.person(province.organisation()))


def issue(province: Province, account: Account) -> str:
    with province.db.transaction() as session:
        pending = queries.get_account(session, account.id)
        (code,) = service.issue_activation_codes(
            session, province.officer, [pending], now=NOW, lifetime=MONTH, basis=BASIS
        )
        return code


def activate(province: Province, code: str) -> None:
    with province.db.transaction() as session:
        service.activate_account(session, code, "$argon2id$hash", now=NOW)


def status_of(province: Province, account: Account) -> AccountStatus:
    with province.db.transaction() as session:
        return queries.get_account(session, account.id).status


def test_an_activation_code_works_once(province: Province, account: Account) -> None:
    code = issue(province, account)
    activate(province, code.lower())
    assert status_of(province, account) is AccountStatus.ACTIVE
    with pytest.raises(ActivationCodeRejected):
        activate(province, code)


def test_of_two_people_redeeming_a_code_at_once_one_succeeds(
    province: Province, account: Account
) -> None:
    code = issue(province, account)

    def attempt(_: int) -> bool:
        try:
            activate(province, code)
        except ActivationCodeRejected:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


def test_a_new_code_voids_the_one_before(province: Province, account: Account) -> None:
    first = issue(province, account)
    issue(province, account)
    with pytest.raises(ActivationCodeRejected):
        activate(province, first)


def test_an_expired_code_is_rejected(province: Province, account: Account) -> None:
    code = issue(province, account)
    with province.db.transaction() as session, pytest.raises(ActivationCodeRejected):
        service.activate_account(session, code, "hash", now=NOW + MONTH)


def test_a_suspended_account_comes_back_as_what_it_was(
    province: Province, account: Account
) -> None:
    def change(verb: str) -> None:
        with province.db.transaction() as session:
            getattr(service, f"{verb}_account")(
                session, province.officer, account.id, now=NOW, basis=BASIS
            )

    change("suspend")
    change("reinstate")
    assert status_of(province, account) is AccountStatus.PENDING
    activate(province, issue(province, account))
    change("suspend")
    change("reinstate")
    assert status_of(province, account) is AccountStatus.ACTIVE
    change("close")
    for verb in ("suspend", "reinstate", "close"):
        with pytest.raises(AccountStateForbids):
            change(verb)


def test_closing_an_account_voids_its_code_and_forgets_its_password(
    province: Province, account: Account
) -> None:
    code = issue(province, account)
    with province.db.transaction() as session:
        service.close_account(session, province.officer, account.id, now=NOW, basis=BASIS)
    with pytest.raises(ActivationCodeRejected):
        activate(province, code)


def test_a_person_has_one_account(province: Province, account: Account) -> None:
    with province.db.transaction() as session:
        person_id = queries.get_account(session, account.id).person_id
        assert person_id is not None
        person = get_person(session, person_id)
    with pytest.raises(AccountExists):
        province.account(person)


def test_only_organisation_accounts_have_custodians(province: Province, account: Account) -> None:
    assert account.person_id is not None
    with pytest.raises(AccountStateForbids), province.db.transaction() as session:
        service.add_custodian(
            session,
            province.officer,
            account.id,
            account.person_id,
            valid_from=TODAY,
            valid_to=None,
            basis=BASIS,
        )
