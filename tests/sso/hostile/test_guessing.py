"""Guesses of passwords: how many, how fast, and what they tell about who there is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kernel.audit import AuditRecord
from tests.support.clock import MovableClock
from tests.support.sign_on import Browser, Member, SignOnWorld
from tests.support.statements import statements_noted

PATH = "/dang-nhap"
FREE, WAITS, REFUSED = 5, 429, 422


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def guess(
    world: SignOnWorld, name: str, typed: str | None = None, browser: Browser | None = None
) -> httpx.Response:
    form = {"identifier": name, "password": typed or "wrong"}
    return (browser or world.browser()).post(PATH, form)


def is_in(response: httpx.Response) -> bool:
    return response.is_redirect and "__Host-congvu" in response.headers.get("Set-Cookie", "")


def plain(response: httpx.Response, name: str) -> str:
    """A page without what differs between any two."""
    return response.text.replace(response.headers["X-Request-Id"], "").replace(name, "")


@contextmanager
def work(world: SignOnWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything slow that is done meanwhile: statements and hashes, in their order."""
    done: list[str] = []
    passwords = world.services.passwords
    hasher = passwords._hasher

    class Watched:
        def verify(self, typed: str, hashed: str) -> Any:
            done.append("hash")
            return hasher.verify(typed, hashed)

    with monkeypatch.context() as patched, statements_noted(world.services.engine, done.append):
        patched.setattr(passwords, "_hasher", Watched())
        yield done


def test_an_account_that_there_is_not_costs_the_same_work_and_looks_the_same(
    world: SignOnWorld, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time that can be measured from outside is an answer, too."""
    waiting = world.province.account(
        world.province.person(world.province.organisation(), "Lê Thị Chi")
    )
    guess(world, "first")  # what is done once
    found = {}
    for name in (member.login, "nobody", waiting.login, f"{member.login}@backan.gov.vn"):
        for cookies in ({}, {"__Host-congvu-device": "invented"}):
            browser = world.browser()
            browser.cookies = dict(cookies)
            with work(world, monkeypatch) as done:
                response = guess(world, name, browser=browser)
            assert response.status_code == REFUSED
            found[name, bool(cookies)] = (done, plain(response, name))
    for knows_a_device in (False, True):
        known, unknown = found[member.login, knows_a_device], found["nobody", knows_a_device]
        assert known[0].count("hash") == 1
        assert known[0] == unknown[0] == found[waiting.login, knows_a_device][0]
        assert known[1] == unknown[1] == found[waiting.login, knows_a_device][1]
    by_address = found[f"{member.login}@backan.gov.vn", False][0]
    assert by_address.count("hash") == 1


def test_each_guess_too_many_makes_the_next_one_wait_longer(
    world: SignOnWorld, member: Member, clock: MovableClock
) -> None:
    for name in (member.login, "nobody"):
        assert [guess(world, name).status_code for _ in range(FREE)] == [REFUSED] * FREE
        for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
            early = guess(world, name)
            assert early.status_code == WAITS
            assert early.headers["Retry-After"] == str(seconds)
            clock.pass_seconds(seconds)
            assert guess(world, name).status_code == REFUSED


def test_who_has_to_wait_is_not_looked_at(
    world: SignOnWorld,
    member: Member,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(FREE):
        guess(world, member.login)
    with work(world, monkeypatch) as done:
        assert guess(world, member.login, member.password).status_code == WAITS
    assert "hash" not in done
    clock.pass_seconds(1)
    assert is_in(guess(world, member.login, member.password))
    assert guess(world, member.login).status_code == REFUSED  # counted anew


def test_strangers_do_not_slow_down_a_browser_that_the_person_used_before(
    world: SignOnWorld, member: Member
) -> None:
    own = world.browser()
    own.sign_in(member)
    own.post("/dang-xuat")
    for _ in range(30):
        guess(world, member.login)
    assert guess(world, member.login, member.password).status_code == WAITS
    assert is_in(guess(world, member.login, member.password, own))


def test_a_device_of_somebody_else_is_a_stranger_s(world: SignOnWorld, member: Member) -> None:
    other = world.member("Trần Văn Bình")
    thief = world.browser()
    thief.sign_in(other)
    answers = [guess(world, member.login, browser=thief).status_code for _ in range(FREE + 1)]
    assert answers == [REFUSED] * FREE + [WAITS]


def test_a_known_device_cannot_guess_for_ever_either(world: SignOnWorld, member: Member) -> None:
    own = world.browser()
    own.sign_in(member)
    own.post("/dang-xuat")
    answers = [guess(world, member.login, browser=own).status_code for _ in range(11)]
    assert answers == [REFUSED] * 10 + [WAITS]


def test_parallel_guesses_are_counted_before_they_are_looked_at(
    world: SignOnWorld, member: Member
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: guess(world, member.login).status_code, range(24)))
    assert answers.count(REFUSED) == FREE
    assert answers.count(WAITS) == 24 - FREE


def test_the_delay_does_not_tell_which_names_are_of_one_account(
    world: SignOnWorld, member: Member
) -> None:
    """Whoever is slowed down under a login must not learn from it that an alias is known."""
    for name in (member.login, "nobody"):
        for _ in range(FREE):
            guess(world, name)
        for same in (f"{name}@backan.gov.vn", f"{name.upper()}@evil.example", f"  {name} "):
            assert guess(world, same).status_code == WAITS, same


def test_spraying_over_many_names_is_slowed_down_by_address_for_an_hour(
    world: SignOnWorld, member: Member, clock: MovableClock
) -> None:
    answers = [guess(world, f"name-{number}").status_code for number in range(101)]
    assert answers == [REFUSED] * 100 + [WAITS]
    assert guess(world, member.login, member.password).status_code == WAITS
    clock.pass_seconds(3600)
    assert guess(world, "another").status_code == REFUSED


def test_an_office_behind_one_address_may_sign_in(world: SignOnWorld, member: Member) -> None:
    """Those who know their password do not use up what there is for guesses."""
    for number in range(95):
        guess(world, f"name-{number}")
    answers = [is_in(guess(world, member.login, member.password)) for _ in range(10)]
    assert all(answers)


def test_refusals_are_recorded_without_what_was_typed(world: SignOnWorld, member: Member) -> None:
    guess(world, member.login, "the wrong secret")
    guess(world, "my-password-in-the-wrong-field", "x")
    with world.services.database.transaction() as session:
        rows = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "sign-on:refused")
        ).all()
        assert [row.subject_id for row in rows] == [member.id, None]
        assert not any("wrong" in str(vars(row)) for row in rows)
