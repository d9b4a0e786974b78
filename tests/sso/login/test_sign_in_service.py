"""Sign-ins that cross each other, from one place and from many."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from identity.accounts import service as accounts
from kernel.audit import AuditRecord
from sso.login.service import Attempt, HashChanged, NewSession, SignInRefused, Visitor
from sso.sessions.cookies import DEVICE_COOKIE
from sso.sessions.service import Browser, forget_devices, is_known_device
from sso.throttling.service import TooManyAttempts, count_attempt
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import PASSWORD, Member, SignOnWorld

OFFICE, ELSEWHERE = "10.0.0.1", "203.0.113.9"


def from_address(address: str) -> Visitor:
    return Visitor(Browser(address, None))


def begin(world: SignOnWorld, login: str, address: str, seconds: float = 0) -> Attempt:
    moment = NOW + timedelta(seconds=seconds)
    return world.services.sign_on.sign_in.begin(login, from_address(address), moment)


def finish(world: SignOnWorld, attempt: Attempt, password: str = PASSWORD) -> object:
    sign_in = world.services.sign_on.sign_in
    return sign_in.finish(attempt, sign_in.check(attempt, password), from_address(OFFICE), NOW)


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def test_a_whole_office_may_be_on_its_way_in_at_once(world: SignOnWorld, member: Member) -> None:
    for number in range(300):
        begin(world, f"person-{number}", OFFICE)
    assert isinstance(finish(world, begin(world, member.login, OFFICE)), NewSession)


def test_guesses_begun_together_learn_nothing_beyond_the_limit(
    world: SignOnWorld, member: Member
) -> None:
    attempts = [begin(world, f"person-{number}", OFFICE) for number in range(102)]
    right = begin(world, member.login, OFFICE)
    for attempt in attempts[:100]:
        with pytest.raises(SignInRefused):
            finish(world, attempt, "wrong")
    with pytest.raises(TooManyAttempts):
        finish(world, attempts[100], "wrong")
    with pytest.raises(TooManyAttempts):
        finish(world, right)


def test_whoever_guesses_all_day_keeps_nobody_out_elsewhere(
    world: SignOnWorld, member: Member
) -> None:
    guesses = own = refused = 0
    for step in range(3600):
        try:
            begin(world, member.login, ELSEWHERE, step)
            guesses += 1
        except TooManyAttempts:
            pass
        if step % 600 == 0:  # the person, who mistypes every ten minutes
            try:
                begin(world, member.login, OFFICE, step + 0.5)
                own += 1
            except TooManyAttempts:
                refused += 1
    assert guesses < 75
    assert (own, refused) == (6, 0)


def test_guesses_from_everywhere_are_slowed_down_together(
    world: SignOnWorld, member: Member
) -> None:
    for number in range(100):
        begin(world, member.login, f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        begin(world, member.login, "198.51.100.200")
    begin(world, member.login, "198.51.100.201", seconds=10)


def test_a_hash_renewed_meanwhile_is_no_wrong_password(world: SignOnWorld, member: Member) -> None:
    first, second = (begin(world, member.login, address) for address in (OFFICE, ELSEWHERE))
    finish(world, first)
    world.services.sign_on.sign_in.renew_hash(first, PASSWORD)
    with pytest.raises(HashChanged) as changed:
        finish(world, second)
    assert changed.value.password_hash not in {None, second.password_hash}


def test_a_right_password_of_a_suspended_account_is_recorded(
    world: SignOnWorld, member: Member
) -> None:
    with world.services.database.transaction() as session:
        accounts.suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)
    form = {"identifier": member.login, "password": PASSWORD}
    assert not world.browser().post("/dang-nhap", form).is_redirect
    with world.services.database.transaction() as session:
        row = session.scalars(select(AuditRecord).where(AuditRecord.tag == "sign-on:refused")).one()
        assert row.subject_id == member.id
        assert row.details["code"] == "account-not-active"


def is_known(world: SignOnWorld, member: Member, secret: str) -> bool:
    with world.services.database.transaction() as session:
        return is_known_device(session, member.id, secret, now=NOW)


def test_a_device_s_secret_is_ours_and_another_one_each_time(
    world: SignOnWorld, member: Member
) -> None:
    browser, other = world.browser(), world.member("Trần Văn Bình")
    browser.cookies[DEVICE_COOKIE] = "planted"
    browser.sign_in(member)
    first = browser.cookies[DEVICE_COOKIE]
    browser.sign_in(other)
    second = browser.cookies[DEVICE_COOKIE]
    assert len({"planted", first, second}) == 3
    assert not is_known(world, member, "planted")
    assert not is_known(world, member, first)
    assert is_known(world, member, second)  # a browser that both use
    assert is_known(world, other, second)


def test_a_forgotten_device_stays_forgotten(world: SignOnWorld, member: Member) -> None:
    browser = world.browser()
    browser.sign_in(member)
    stolen = browser.cookies[DEVICE_COOKIE]
    with world.services.database.transaction() as session:
        forget_devices(session, member.id, now=NOW)
    browser.sign_in(member)
    assert not is_known(world, member, stolen)


def test_a_new_password_that_breaks_the_rules_is_no_guess(
    world: SignOnWorld, member: Member
) -> None:
    browser = world.browser()
    browser.sign_in(member)
    short = {"current": PASSWORD, "password": "ngan", "again": "ngan"}
    statuses = {browser.post("/doi-mat-khau", short).status_code for _ in range(8)}
    assert statuses == {422}


def test_mails_may_be_asked_for_again_in_the_next_hour(world: SignOnWorld) -> None:
    throttling, database = world.services.sign_on.throttling, world.services.database
    for hour in range(10):
        now = NOW + timedelta(hours=hour)
        for _ in range(10):
            with database.transaction() as session:
                count_attempt(session, [throttling.of_forgetting(OFFICE, now)], now=now)
