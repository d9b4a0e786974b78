"""RFC 9101: authorization requests signed by their client."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.registry import NOW
from tests.support.sign_on import Application, Browser, Challenge, SignOnWorld, answered
from tests.support.signatures import Signer
from tests.support.token_issuer import unsigned

MOMENT = int(NOW.timestamp())
SIGNER = Signer()


def signing_application(world: SignOnWorld, **changes: Any) -> Application:
    return world.application(**({"jwks": SIGNER.jwks} | changes))


def enter(
    world: SignOnWorld, app: Application, text: str, browser: Browser | None = None, **more: Any
) -> httpx.Response:
    query = {"client_id": app.client_id, "request": text, **more}
    browser = browser or world.browser()
    return browser.follow(browser.get("/oauth2/authorize", params=query))


def parameters(
    world: SignOnWorld, app: Application, challenge: Challenge | None = None, **changes: Any
) -> dict[str, Any]:
    return world.authorization(app, challenge, **changes)


def is_refused(response: httpx.Response) -> bool:
    return response.status_code == 400 and "invalid_request_object" in response.text


def test_a_person_signs_in_by_a_signed_request(world: SignOnWorld) -> None:
    app, member, challenge = signing_application(world), world.member(), Challenge()
    browser = world.browser()
    text = SIGNER.request_object(app.client_id, parameters(world, app, challenge, max_age=3600))
    back = answered(browser.sign_in(member, enter(world, app, text, browser)))
    assert world.exchange(app, back["code"], challenge).status_code == 200


def test_what_is_not_signed_does_not_count(world: SignOnWorld) -> None:
    app, member, browser = signing_application(world), world.member(), world.browser()
    browser.sign_in(member)
    text = SIGNER.request_object(app.client_id, parameters(world, app, state="signed"))
    response = enter(
        world, app, text, browser, state="forged", redirect_uri="https://evil.example/", nonce="x"
    )
    assert response.headers["Location"].startswith(app.redirect_uri)
    assert answered(response)["state"] == "signed"


def test_a_parameter_that_only_stands_outside_is_missing(world: SignOnWorld) -> None:
    app = signing_application(world)
    inside = parameters(world, app, code_challenge=None)
    text = SIGNER.request_object(app.client_id, inside)
    response = enter(world, app, text, code_challenge=Challenge().challenge)
    assert answered(response)["error"] == "invalid_request"


def test_claims_are_an_object_and_resources_a_list_in_there(world: SignOnWorld) -> None:
    app = signing_application(world, resources=["https://a.example/", "https://b.example/"])
    member, browser, challenge = world.member(), world.browser(), Challenge()
    browser.sign_in(member)
    inside = parameters(world, app, challenge) | {
        "claims": {"id_token": {"staff_number": None}},
        "resource": ["https://a.example/", "https://b.example/"],
    }
    text = SIGNER.request_object(app.client_id, inside)
    tokens = world.exchange(app, answered(enter(world, app, text, browser))["code"], challenge)
    assert "staff_number" in world.claims(tokens.json()["id_token"])
    assert len(world.claims(tokens.json()["access_token"])["aud"]) == 2


@pytest.mark.parametrize("typ", ["oauth-authz-req+jwt", None])
def test_the_type_may_be_left_out(world: SignOnWorld, typ: str | None) -> None:
    app = signing_application(world)
    text = SIGNER.request_object(app.client_id, parameters(world, app), header={"typ": typ})
    assert enter(world, app, text).status_code == 200


BAD: list[dict[str, Any]] = [
    {"iss": "other"},
    {"iss": None},
    {"client_id": "other"},
    {"client_id": None},
    {"aud": "https://other.example"},
    {"aud": None},
    {"aud": {"not": "a text"}},
    {"exp": None},
    {"exp": "soon"},
    {"exp": True},
    {"exp": MOMENT - 60},
    {"exp": MOMENT + 7200},
    {"exp": 10**400},
    {"nbf": MOMENT + 60},
    {"iat": MOMENT + 60},
    {"iat": "now"},
    {"jti": ""},
    {"jti": 7},
    {"jti": "x" * 300},
    {"sub": "app"},
    {"request": "eyJ"},
    {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
    {"state": ["a", "b"]},
    {"state": {"a": 1}},
    {"state": True},
    {"state": "nul\0"},
    {"state": "half \ud800"},
    {"padding": "x" * 20_000},
    {"header": {"typ": "JWT"}},
    {"header": {"typ": "at+jwt"}},
    {"header": {"typ": 1}},
    {"header": {"crit": ["x"], "x": 1}},
    {"header": {"kid": "unknown"}},
    {"header": {"alg": "RS256"}},
    {"header": {"alg": "none"}},
    {"header": {"alg": ["ES256"]}},
    {"header": {"alg": "HS256"}},
]
NO_TOKENS = ["x", "..", "a.b.c", "a.b.c.d.e", "x" * 9000, "é.é.é", "{}", "eyJhbGciOiJub25lIn0.e30."]


def test_what_a_request_object_must_say(world: SignOnWorld) -> None:
    app = signing_application(world)

    def is_accepted(changed: dict[str, Any]) -> bool:
        text = SIGNER.request_object(app.client_id, parameters(world, app), **changed)
        return not is_refused(enter(world, app, text))

    assert [changed for changed in BAD if is_accepted(changed)] == []


def test_what_is_no_token_is_refused(world: SignOnWorld) -> None:
    app = signing_application(world)
    assert [text for text in NO_TOKENS if not is_refused(enter(world, app, text))] == []


def test_none_is_no_signature(world: SignOnWorld) -> None:
    app = signing_application(world)
    claims = parameters(world, app) | {
        "iss": app.client_id,
        "aud": SIGNER.issuer,
        "exp": MOMENT + 60,
    }
    text = unsigned({"alg": "none", "typ": "oauth-authz-req+jwt"}, claims) + "."
    assert is_refused(enter(world, app, text))


def test_another_key_and_a_changed_object_are_refused(world: SignOnWorld) -> None:
    app = signing_application(world)
    forged = Signer().request_object(app.client_id, parameters(world, app))
    assert is_refused(enter(world, app, forged))
    good = SIGNER.request_object(app.client_id, parameters(world, app))
    header, _, signature = good.split(".")
    other = unsigned({}, parameters(world, app, state="changed")).split(".")[1]
    assert is_refused(enter(world, app, f"{header}.{other}.{signature}"))


def test_the_key_is_the_client_s_own(world: SignOnWorld) -> None:
    """Not the one in the header, nor that of another client."""
    app, thief = signing_application(world), Signer()
    jwk = thief.jwks["keys"][0]
    text = thief.request_object(app.client_id, parameters(world, app), header={"jwk": jwk})
    assert is_refused(enter(world, app, text))
    other = world.application("other", jwks=thief.jwks)
    text = thief.request_object(other.client_id, parameters(world, other))
    assert is_refused(enter(world, app, text))


def test_a_client_without_keys_cannot_sign(world: SignOnWorld) -> None:
    app = world.application()
    text = SIGNER.request_object(app.client_id, parameters(world, app))
    assert is_refused(enter(world, app, text))


def test_only_the_registered_algorithm_counts(world: SignOnWorld) -> None:
    edwards = Signer("EdDSA", "edwards")
    keys = {"keys": [*SIGNER.jwks["keys"], *edwards.jwks["keys"]]}
    app = world.application(jwks=keys, request_object_signing_alg="EdDSA")
    right = edwards.request_object(app.client_id, parameters(world, app))
    assert enter(world, app, right).status_code == 200
    wrong = SIGNER.request_object(app.client_id, parameters(world, app))
    assert is_refused(enter(world, app, wrong))


def test_a_named_object_works_once(world: SignOnWorld) -> None:
    app = signing_application(world)
    text = SIGNER.request_object(app.client_id, parameters(world, app))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: enter(world, app, text), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


def test_an_object_without_a_name_may_come_again(world: SignOnWorld) -> None:
    app = signing_application(world)
    text = SIGNER.request_object(app.client_id, parameters(world, app), jti=None)
    assert enter(world, app, text).status_code == 200
    assert enter(world, app, text).status_code == 200


def test_only_one_of_request_and_request_uri(world: SignOnWorld) -> None:
    app = signing_application(world)
    text = SIGNER.request_object(app.client_id, parameters(world, app))
    response = enter(world, app, text, request_uri="urn:ietf:params:oauth:request_uri:x")
    assert response.status_code == 400
    assert "invalid_request" in response.text


def test_a_client_can_be_made_to_sign(world: SignOnWorld) -> None:
    app = signing_application(world, require_signed_request_object=True)
    assert is_refused(world.authorize(world.browser(), app))
    form = parameters(world, app)
    plain = world.client.post("/oauth2/par", data=form, auth=app.auth)
    assert plain.json()["error"] == "invalid_request_object"
    signed = SIGNER.request_object(app.client_id, parameters(world, app))
    assert enter(world, app, signed).status_code == 200


def test_a_signed_request_can_be_pushed(world: SignOnWorld) -> None:
    app = signing_application(world, require_signed_request_object=True)
    text = SIGNER.request_object(app.client_id, parameters(world, app, state="signed"))
    form = {"request": text, "state": "forged"}
    answer = world.client.post("/oauth2/par", data=form, auth=app.auth)
    assert answer.status_code == 201, answer.text
    again = world.client.post("/oauth2/par", data=form, auth=app.auth)
    assert again.json()["error"] == "invalid_request_object"
    browser = world.browser()
    browser.sign_in(world.member())
    query = {"client_id": app.client_id, "request_uri": answer.json()["request_uri"]}
    response = browser.follow(browser.get("/oauth2/authorize", params=query))
    assert answered(response)["state"] == "signed"


def test_a_pushed_object_must_be_of_the_client_that_pushes(world: SignOnWorld) -> None:
    app, other = signing_application(world), world.application("other", jwks=SIGNER.jwks)
    text = SIGNER.request_object(other.client_id, parameters(world, other))
    answer = world.client.post("/oauth2/par", data={"request": text}, auth=app.auth)
    assert answer.json()["error"] == "invalid_request_object"


def test_a_request_object_is_no_client_assertion(world: SignOnWorld) -> None:
    """It has been in a browser: RFC 9101 section 10.8."""
    app = signing_application(world, token_endpoint_auth_method="private_key_jwt")
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    def answer(typ: str) -> httpx.Response:
        text = SIGNER.request_object(app.client_id, {}, sub=app.client_id, header={"typ": typ})
        form = {
            "grant_type": "client_credentials",
            "client_assertion": text,
            "client_assertion_type": kind,
        }
        return world.client.post("/oauth2/token", data=form)

    assert answer("oauth-authz-req+jwt").json()["error"] == "invalid_client"
    assert answer("JWT").status_code == 200


def test_the_form_of_the_authorization_endpoint_takes_one_too(world: SignOnWorld) -> None:
    app, browser = signing_application(world), world.browser()
    text = SIGNER.request_object(app.client_id, parameters(world, app))
    form = {"client_id": app.client_id, "request": text}
    assert browser.follow(browser.post("/oauth2/authorize", form)).status_code == 200
