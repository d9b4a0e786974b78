"""RFC 6749 section 6 and RFC 9700 section 4.14: rotation, retries, theft."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from identity.accounts import service as accounts
from identity.people.service import AppointmentForm, appoint
from kernel.clock import office_day
from sso.sessions.models import EndReason
from sso.sessions.service import end_sessions_of
from sso.tokens.models import Grant
from sso.tokens.refresh import RefreshToken
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, Member, SignOnWorld


@pytest.fixture
def site(world: SignOnWorld) -> Application:
    return world.application()


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


def refresh(world: SignOnWorld, site: Application, token: str, **form: Any) -> httpx.Response:
    return world.token(site, grant_type="refresh_token", refresh_token=token, **form)


def refused(response: httpx.Response) -> bool:
    return response.status_code == 400 and response.json()["error"] == "invalid_grant"


def long_ago(world: SignOnWorld) -> None:
    """The last rotation was an hour ago."""
    with world.services.database.transaction() as session:
        session.execute(update(Grant).values(refreshed_at=NOW - timedelta(hours=1)))


def test_each_use_gives_a_new_token(world: SignOnWorld, site: Application, member: Member) -> None:
    first = world.tokens(site, member)["refresh_token"]
    second = refresh(world, site, first).json()["refresh_token"]
    third = refresh(world, site, second).json()["refresh_token"]
    assert len({first, second, third}) == 3


def test_a_retry_within_seconds_gets_the_same_answer_again(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    first = world.tokens(site, member)["refresh_token"]
    answers = [refresh(world, site, first).json()["refresh_token"] for _ in range(3)]
    assert len(set(answers)) == 1


def test_a_used_token_that_comes_later_revokes_the_grant(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    tokens = world.tokens(site, member)
    second = refresh(world, site, tokens["refresh_token"]).json()
    long_ago(world)
    assert refused(refresh(world, site, tokens["refresh_token"]))
    assert refused(refresh(world, site, second["refresh_token"]))
    assert world.introspect(site, second["access_token"]) == {"active": False}


def test_an_older_generation_is_theft_however_soon(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    first = world.tokens(site, member)["refresh_token"]
    second = refresh(world, site, first).json()["refresh_token"]
    third = refresh(world, site, second).json()["refresh_token"]
    assert refused(refresh(world, site, first))
    assert refused(refresh(world, site, third))


def test_parallel_uses_of_one_token_end_in_one_successor(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    first = world.tokens(site, member)["refresh_token"]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: refresh(world, site, first), range(32)))
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert refresh(world, site, successors.pop()).status_code == 200


def test_a_token_is_worth_nothing_to_another_client(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    other = world.application("other")
    token = world.tokens(site, member)["refresh_token"]
    assert refused(refresh(world, other, token))
    assert refresh(world, site, token).status_code == 200  # and the attempt did not spend it


def test_a_forged_token_is_refused_without_asking_the_database(
    world: SignOnWorld, site: Application
) -> None:
    made = world.services.sign_on.refresh_tokens
    good = made.encode(RefreshToken(uuid4(), 1))
    for forged in (good[:-2] + "AA", "cvr_" + "A" * 70, "cvr_ü", good[4:], good + "A", "cvr_"):
        assert made.decode(forged) is None
        assert refused(refresh(world, site, forged))
    assert refused(refresh(world, site, good))  # ours by its form, but of no grant


def test_scope_may_shrink_and_never_grow(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    token = world.tokens(site, member, scope="openid profile")["refresh_token"]
    answer = refresh(world, site, token, scope="openid").json()
    assert answer["scope"] == "openid"
    wider = refresh(world, site, answer["refresh_token"], scope="openid email")
    assert wider.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_suspension_ends_every_grant_at_once(
    world: SignOnWorld, site: Application, member: Member, scope: str
) -> None:
    tokens = world.tokens(site, member, scope=scope)
    with world.services.database.transaction() as session:
        accounts.suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)
    assert refused(refresh(world, site, tokens["refresh_token"]))
    assert world.introspect(site, tokens["access_token"]) == {"active": False}


def test_signing_out_ends_what_belongs_to_the_session_but_not_offline_access(
    world: SignOnWorld, site: Application, member: Member
) -> None:
    browser = world.browser()
    online = world.tokens(site, member, browser)["refresh_token"]
    offline = world.tokens(site, member, browser, scope="openid offline_access")["refresh_token"]
    with world.services.database.transaction() as session:
        end_sessions_of(session, member.id, EndReason.SIGNED_OUT, now=NOW)
    assert refused(refresh(world, site, online))
    assert refresh(world, site, offline).status_code == 200


def test_after_a_move_the_grant_goes_on_only_if_the_client_is_still_allowed(
    world: SignOnWorld,
) -> None:
    finance = world.province.organisation("Sở Tài chính")
    person = world.province.person(finance)
    mover = world.activate(world.province.account(person))
    allowed = [{"organisation_id": str(finance.id)}]
    inside = world.application("inside", allowed_groups=allowed)
    everywhere = world.application("everywhere")
    browser = world.browser()
    narrow = world.tokens(inside, mover, browser)["refresh_token"]
    wide = world.tokens(everywhere, mover, browser)["refresh_token"]
    elsewhere = AppointmentForm(world.province.organisation("Sở Y tế").id, "Kế toán")
    with world.services.database.transaction() as session:
        appoint(
            session, world.officer, person.id, elsewhere, valid_from=office_day(NOW), basis=BASIS
        )
    assert refused(refresh(world, inside, narrow))
    assert refresh(world, everywhere, wide).status_code == 200
