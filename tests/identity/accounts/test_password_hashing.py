"""New passwords are checked against the policy and hashed for slapd and for ourselves."""

from concurrent.futures import ThreadPoolExecutor
from unicodedata import normalize

import pytest

from identity.accounts.errors import PasswordRefused
from identity.accounts.passwords import MOST_TYPED, Passwords
from identity.accounts.queries import subject_of
from identity.passwords import texts
from identity.passwords.subject import PasswordSubject
from tests.support.passwords import FIRST, SECOND, cheap
from tests.support.registry import TODAY, Province

NOBODY = PasswordSubject()


def test_a_good_password_is_hashed_with_argon2id(passwords: Passwords) -> None:
    hashed = passwords.hash(FIRST, PasswordSubject("nganth", "Nguyễn Thị Nga"))
    assert hashed.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert passwords.verify(hashed, normalize("NFD", FIRST)).matches


def test_a_refusal_lists_every_broken_rule(passwords: Passwords) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        passwords.hash("nganth1", PasswordSubject("nganth"))
    error = refusal.value
    codes = [reason.code for reason in error.reasons]
    assert codes == [texts.TOO_SHORT, texts.LOGIN, texts.COMMON, texts.GUESSABLE]
    assert error.place == "password"
    for reason in error.reasons:
        assert reason.message.vi in error.message.vi
        assert reason.message.en in error.message.en


@pytest.mark.parametrize("length", [129, 257, MOST_TYPED + 1, 10_000_000])
def test_however_long_it_is_it_is_refused_at_once(passwords: Passwords, length: int) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        passwords.hash("x" * length, NOBODY)
    assert [reason.code for reason in refusal.value.reasons] == [texts.TOO_LONG]


def test_what_was_used_before_is_refused(passwords: Passwords) -> None:
    former = [passwords.rehash(FIRST), "no hash at all"]
    with pytest.raises(PasswordRefused) as refusal:
        passwords.hash(normalize("NFD", FIRST), NOBODY, former=former)
    assert [reason.code for reason in refusal.value.reasons] == [texts.USED_BEFORE]
    assert passwords.hash(SECOND, NOBODY, former=former)


def test_more_hashes_than_processors_wait_instead_of_failing() -> None:
    narrow = cheap(parallel_hashes=1)
    assert narrow.parallel_hashes == 1
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(narrow.rehash, [FIRST] * 16))
    assert len(hashes) == 16


def test_by_default_as_many_hash_at_once_as_there_are_processors(passwords: Passwords) -> None:
    assert passwords.parallel_hashes >= 1


def test_the_subject_of_a_person_is_what_the_registry_knows(province: Province) -> None:
    organisation = province.organisation(short_name="STC", mail_stem="stc")
    account = province.account(province.person(organisation))
    with province.db.transaction() as session:
        subject = subject_of(session, account, day=TODAY)
    assert subject.login == account.login
    assert subject.name == "Nguyễn Thị Hồng Nga"
    assert subject.addresses == (f"{account.login}@backan.gov.vn",)
    assert subject.birth_date is not None
    assert subject.organisation_words == ("STC", "stc")
    assert not subject.is_administrator
