"""RFC 8693: a system acts for somebody at another system, and says so."""

from datetime import date
from typing import Any

import httpx
from sqlalchemy import select

from identity.accounts.models import Account
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.service import add_custodian, suspend_account
from kernel.audit import AuditRecord
from sso.sessions.models import EndReason
from sso.sessions.service import end_sessions_of
from tests.support.clock import MovableClock
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Application, Member, SignOnWorld
from tests.support.signatures import Signer

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
LGSP = "https://lgsp.example/"


def platform(world: SignOnWorld, client_id: str = "platform", **changes: Any) -> Application:
    """May act for whoever is signed in to the application `app`."""
    description = {
        "redirect_uris": [],
        "grant_types": [EXCHANGE, "client_credentials"],
        "scope": ["openid", "profile", "email"],
        "resources": [LGSP, "https://archive.example/"],
        "token_exchange_for": ["app"],
    }
    return world.application(client_id, **(description | changes))


def exchange(
    world: SignOnWorld, app: Application, subject_token: str, /, **changes: Any
) -> httpx.Response:
    form = {
        "grant_type": EXCHANGE,
        "subject_token": subject_token,
        "subject_token_type": ACCESS_TOKEN,
    } | changes
    return world.token(app, **{name: value for name, value in form.items() if value is not None})


def exchanged(
    world: SignOnWorld, app: Application, subject_token: str, **changes: Any
) -> dict[str, Any]:
    response = exchange(world, app, subject_token, **changes)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def subject(world: SignOnWorld, app: Application | None = None, **parameters: Any) -> str:
    tokens = world.tokens(app or world.application(), world.member(), **parameters)
    found: str = tokens["access_token"]
    return found


def office_of(world: SignOnWorld, member: Member) -> Account:
    """An organisation account that the member is custodian of."""
    organisation = world.province.organisation("Ủy ban nhân dân xã Đồng Phúc")
    assert member.account.person_id is not None
    with world.services.database.transaction() as session:
        account = open_organisation_account(
            session,
            world.officer,
            organisation.id,
            stem=f"{organisation.mail_stem}",
            purpose="clerical",
            display_name="Văn thư UBND xã Đồng Phúc",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )
        add_custodian(
            session,
            world.officer,
            account.id,
            member.account.person_id,
            valid_from=date(2024, 1, 1),
            valid_to=None,
            basis=BASIS,
        )
        return account


def error(response: httpx.Response) -> str:
    assert response.status_code == 400, response.text
    found: str = response.json()["error"]
    return found


def test_the_token_is_for_the_same_person_and_names_who_acts(world: SignOnWorld) -> None:
    app, lgsp, member = world.application(), platform(world), world.member()
    before = world.tokens(app, member)["access_token"]
    answer = exchanged(world, lgsp, before, resource=LGSP)
    claims = world.claims(answer["access_token"])
    assert answer["issued_token_type"] == ACCESS_TOKEN
    assert answer["token_type"] == "Bearer"
    assert claims["sub"] == str(member.id)
    assert claims["act"] == {"sub": "platform"}
    assert claims["client_id"] == "platform"
    assert claims["aud"] == LGSP
    assert claims["scope"] == answer["scope"] == "openid profile email"
    assert claims["grant_id"] == world.claims(before)["grant_id"]
    assert "sid" not in claims
    assert {"refresh_token", "id_token"} & answer.keys() == set()


def test_the_chain_of_those_who_act_is_kept(world: SignOnWorld) -> None:
    first = exchanged(world, platform(world), subject(world))["access_token"]
    second = platform(world, "archive", token_exchange_for=["platform"])
    claims = world.claims(exchanged(world, second, first)["access_token"])
    assert claims["act"] == {"sub": "archive", "act": {"sub": "platform"}}


def test_a_chain_does_not_grow_for_ever(world: SignOnWorld) -> None:
    lgsp = platform(world, token_exchange_for=["app", "platform"])
    token = subject(world)
    for _ in range(4):
        token = exchanged(world, lgsp, token)["access_token"]
    assert error(exchange(world, lgsp, token)) == "invalid_request"


def test_it_never_outlives_the_token_that_it_came_from(
    world: SignOnWorld, clock: MovableClock
) -> None:
    lgsp, before = platform(world), subject(world)
    clock.pass_seconds(200)
    answer = exchanged(world, lgsp, before)
    assert answer["expires_in"] == 100
    assert world.claims(answer["access_token"])["exp"] == world.claims(before)["exp"]
    clock.pass_seconds(100)
    assert error(exchange(world, lgsp, before)) == "invalid_request"


def test_scope_only_ever_narrows(world: SignOnWorld) -> None:
    lgsp = platform(world, scope=["openid", "profile", "email", "phone"])
    before = subject(world, scope="openid profile offline_access")
    assert exchanged(world, lgsp, before)["scope"] == "openid profile"
    assert exchanged(world, lgsp, before, scope="profile")["scope"] == "profile"
    for wider in ("profile email", "phone", "offline_access", "unheard-of"):
        assert error(exchange(world, lgsp, before, scope=wider)) == "invalid_scope"
    nothing = platform(world, "nothing", scope=["phone"])
    assert error(exchange(world, nothing, before)) == "invalid_scope"


def test_only_registered_resources_can_be_aimed_at(world: SignOnWorld) -> None:
    lgsp, before = platform(world), subject(world)
    both = exchanged(world, lgsp, before, audience=LGSP, resource="https://archive.example/")
    assert world.claims(both["access_token"])["aud"] == ["https://archive.example/", LGSP]
    for name in ("resource", "audience"):
        for target in ("https://other.example/", "app", f"{LGSP}#x", "https://[", ""):
            assert error(exchange(world, lgsp, before, **{name: target})) == "invalid_target"


def test_only_listed_clients_can_be_acted_behind(world: SignOnWorld) -> None:
    before = subject(world)
    assert error(exchange(world, platform(world, token_exchange_for=[]), before)) == (
        "invalid_request"
    )
    other = platform(world, "other", token_exchange_for=["somebody-else"])
    assert error(exchange(world, other, before)) == "invalid_request"
    plain = world.application("plain")
    assert error(exchange(world, plain, before)) == "unauthorized_client"


def test_whoever_exchanges_must_authenticate(world: SignOnWorld) -> None:
    lgsp, before = platform(world), subject(world)
    form = {"grant_type": EXCHANGE, "subject_token": before, "subject_token_type": ACCESS_TOKEN}
    for more in ({"client_id": lgsp.client_id}, {"client_id": "app"}, {}):
        response = world.client.post("/oauth2/token", data=form | more)
        assert response.status_code == 401


def test_impersonation_cannot_be_asked_for(world: SignOnWorld) -> None:
    """Whatever a client sends, the token says that it acts."""
    lgsp, before = platform(world), subject(world)
    own = world.token(lgsp, grant_type="client_credentials").json()["access_token"]
    by_token = exchanged(
        world, lgsp, before, actor_token=own, actor_token_type=ACCESS_TOKEN, act="none"
    )
    assert world.claims(by_token["access_token"])["act"] == {"sub": "platform"}
    stranger = platform(world, "stranger")
    foreign = world.token(stranger, grant_type="client_credentials").json()["access_token"]
    for actor in (foreign, before, "nonsense"):
        response = exchange(world, lgsp, before, actor_token=actor, actor_token_type=ACCESS_TOKEN)
        assert error(response) == "invalid_request"
    assert error(exchange(world, lgsp, before, actor_token=own)) == "invalid_request"
    typed = exchange(world, lgsp, before, actor_token_type=ACCESS_TOKEN)
    assert error(typed) == "invalid_request"


def test_a_machine_s_own_token_is_nobody_s(world: SignOnWorld) -> None:
    app = world.application()
    own = world.token(app, grant_type="client_credentials").json()["access_token"]
    assert error(exchange(world, platform(world), own)) == "invalid_request"


def test_what_is_no_access_token_of_ours_is_refused(world: SignOnWorld) -> None:
    app, lgsp = world.application(), platform(world)
    tokens = world.tokens(app, world.member())
    forged = Signer().sign({"sub": "x", "client_id": "app", "grant_id": "x"}, typ="at+jwt")
    for wrong in (tokens["id_token"], tokens["refresh_token"], forged, "x", "a.b.c", "", "é"):
        assert error(exchange(world, lgsp, wrong)) == "invalid_request"
    good = tokens["access_token"]
    for kind in (
        "urn:ietf:params:oauth:token-type:id_token",
        "urn:ietf:params:oauth:token-type:jwt",
        None,
    ):
        response = exchange(world, lgsp, good, subject_token_type=kind)
        assert error(response) == "invalid_request"
    refresh = "urn:ietf:params:oauth:token-type:refresh_token"
    assert error(exchange(world, lgsp, good, requested_token_type=refresh)) == "invalid_request"
    twice = exchange(world, lgsp, good, subject_token=[good, good])
    assert error(twice) == "invalid_request"


def test_ending_the_session_ends_the_exchanged_token_too(world: SignOnWorld) -> None:
    app, lgsp, member = world.application(), platform(world), world.member()
    before = world.tokens(app, member)["access_token"]
    after = exchanged(world, lgsp, before)["access_token"]
    assert world.introspect(lgsp, after)["active"] is True
    with world.services.database.transaction() as session:
        end_sessions_of(session, member.id, EndReason.SIGNED_OUT, now=NOW)
    assert world.introspect(lgsp, after) == {"active": False}
    assert error(exchange(world, lgsp, before)) == "invalid_request"


def test_a_suspended_person_s_token_cannot_be_exchanged(world: SignOnWorld) -> None:
    app, lgsp, member = world.application(), platform(world), world.member()
    before = world.tokens(app, member)["access_token"]
    with world.services.database.transaction() as session:
        suspend_account(session, world.officer, member.id, now=NOW, basis=BASIS)
    assert error(exchange(world, lgsp, before)) == "invalid_request"


def test_the_rule_who_may_use_a_client_holds_for_it_too(world: SignOnWorld) -> None:
    office = world.province.organisation("Sở Nội vụ")
    lgsp = platform(world, allowed_groups=[{"organisation_id": str(office.id)}])
    app, insider = world.application(), world.member(organisation=office)
    assert exchange(world, lgsp, world.tokens(app, insider)["access_token"]).is_success
    assert error(exchange(world, lgsp, subject(world, app))) == "invalid_request"


def test_it_is_bound_to_the_key_of_the_client_that_exchanges(world: SignOnWorld) -> None:
    lgsp, before, key = platform(world), subject(world), Signer()
    form = {"grant_type": EXCHANGE, "subject_token": before, "subject_token_type": ACCESS_TOKEN}
    response = world.client.post(
        "/oauth2/token", data=form, auth=lgsp.auth, headers=key.proof("/oauth2/token")
    )
    assert response.json()["token_type"] == "DPoP"
    claims = world.claims(response.json()["access_token"])
    assert claims["cnf"] == {"jkt": key.thumbprint}


def test_each_system_knows_the_person_by_its_own_name(world: SignOnWorld) -> None:
    pairwise = platform(world, subject_type="pairwise", redirect_uris=["https://lgsp.example/cb"])
    member = world.member()
    before = world.tokens(world.application(), member)["access_token"]
    first = world.claims(exchanged(world, pairwise, before)["access_token"])["sub"]
    assert first != str(member.id)


def test_a_custodian_stays_visible_behind_the_organisation(world: SignOnWorld) -> None:
    kinds: dict[str, Any] = {"allowed_account_kinds": ["personal", "organisation"]}
    app = world.application(allow_acting=True, **kinds)
    lgsp, member, browser = platform(world, **kinds), world.member(), world.browser()
    office = office_of(world, member)
    page = browser.sign_in(member, world.authorize(browser, app))
    browser.follow(browser.post(str(page.url), {"account": str(office.id)}))
    before = world.tokens(app, member, browser)["access_token"]
    claims = world.claims(exchanged(world, lgsp, before)["access_token"])
    assert claims["sub"] == str(office.id)
    assert claims["act"] == {"sub": "platform", "act": {"sub": str(member.id)}}
    personal_only = platform(world, "personal")
    assert error(exchange(world, personal_only, before)) == "invalid_request"


def test_an_exchange_is_recorded(world: SignOnWorld) -> None:
    app, lgsp, member = world.application(), platform(world), world.member()
    before = world.tokens(app, member)["access_token"]
    after = exchanged(world, lgsp, before)["access_token"]
    world.services.spool.flush()
    with world.services.database.transaction() as session:
        record = session.scalars(
            select(AuditRecord).where(AuditRecord.tag == "token:exchanged")
        ).one()
    assert record.subject_id == member.id
    assert record.actor_label == "platform"
    assert record.details["from_client_id"] == "app"
    assert record.details["from_jti"] == world.claims(before)["jti"]
    assert record.details["jti"] == world.claims(after)["jti"]
