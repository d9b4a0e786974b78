"""npm's openid-client, certified for OpenID Connect, does every flow that discovery announces."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from entrypoints.home import CHECKOUT
from kernel.access import Permission
from kernel.api_tokens import create_token
from kernel.clock import utc_now
from tests.support.headless import Headless, credentials, headless
from tests.support.node import NodeDialogue
from tests.support.provider import Member, Provider

SCRIPT = CHECKOUT / "tests" / "relying_parties" / "certified_client.mjs"
CALLBACK = "http://127.0.0.1:20000/callback"
"""Nobody serves there: the headless person stops at this address."""

Start = Callable[..., "CertifiedClient"]


class CertifiedClient:
    def __init__(self, client_id: str, dialogue: NodeDialogue, person: Headless) -> None:
        self.client_id = client_id
        self._dialogue = dialogue
        self.person = person
        self.metadata = self._done(dialogue.hear())

    def do(self, deed: str, **parameters: Any) -> Any:
        return self._done(self._dialogue.ask({"do": deed, **parameters}))

    def failure(self, deed: str, **parameters: Any) -> Any:
        answer: Any = self._dialogue.ask({"do": deed, **parameters})
        assert "failed" in answer, answer
        return answer["failed"]

    def sign_in(self, member: Member, **parameters: Any) -> Any:
        """The tokens, and the claims of the ID token as `claims`."""
        address = self.do("begin", **parameters)
        return self.do("finish", answer=self.person.authorise(address, member, until=CALLBACK))

    @staticmethod
    def _done(answer: Any) -> Any:
        assert "done" in answer, answer
        return answer["done"]


@pytest.fixture
def start(provider: Provider) -> Iterator[Start]:
    """Registers a client of that description and starts openid-client as it."""
    with ExitStack() as stack:

        def build(variables: dict[str, str] | None = None, **description: Any) -> CertifiedClient:
            given = {
                "redirect_uris": [CALLBACK],
                "grant_types": ["authorization_code", "refresh_token"],
                **description,
            }
            client = provider.register("certified", **given)
            environment = {
                "ISSUER": provider.issuer,
                "CLIENT_ID": client.client_id,
                "CLIENT_SECRET": client.secret,
                "REDIRECT_URI": CALLBACK,
                **(variables or {}),
            }
            dialogue = NodeDialogue(SCRIPT, environment)
            stack.callback(dialogue.close)
            return CertifiedClient(client.client_id, dialogue, stack.enter_context(headless()))

        yield build


def key_pair() -> tuple[dict[str, str], dict[str, Any]]:
    """Variables with a private key, and the set that a client registers with it."""
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, auto_kid=True)
    return {"PRIVATE_JWK": json.dumps(key.as_dict(private=True))}, {"keys": [key.as_dict()]}


def test_userinfo_keeps_the_marks_of_a_name(start: Start, member: Member) -> None:
    client = start()
    tokens = client.sign_in(member)
    sub = tokens["claims"]["sub"]
    assert sub == str(member.account_id)
    person = client.do("userinfo", token=tokens["access_token"], sub=sub)
    assert person["name"] == "Nguyễn Thị Hồng Nga"


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_id_tokens_are_signed_as_the_client_wants_them(
    start: Start, member: Member, algorithm: str
) -> None:
    metadata = json.dumps({"id_token_signed_response_alg": algorithm})
    client = start({"METADATA": metadata}, id_token_signed_response_alg=algorithm)
    assert client.sign_in(member)["claims"]["sub"] == str(member.account_id)


def test_signed_userinfo_is_verified(start: Start, member: Member) -> None:
    metadata = json.dumps({"userinfo_signed_response_alg": "ES256"})
    client = start({"METADATA": metadata}, userinfo_signed_response_alg="ES256")
    tokens = client.sign_in(member)
    sub = tokens["claims"]["sub"]
    assert client.do("userinfo", token=tokens["access_token"], sub=sub)["sub"] == sub


def test_refresh_tokens_rotate(start: Start, member: Member) -> None:
    client = start()
    first = client.sign_in(member)
    second = client.do("refresh", token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    third = client.do("refresh", token=second["refresh_token"])
    assert third["refresh_token"] not in {first["refresh_token"], second["refresh_token"]}


def test_a_revoked_refresh_token_takes_its_access_tokens_along(
    start: Start, member: Member
) -> None:
    client = start()
    tokens = client.sign_in(member)
    assert client.do("introspect", token=tokens["access_token"])["active"] is True
    client.do("revoke", token=tokens["refresh_token"])
    assert client.failure("refresh", token=tokens["refresh_token"])["error"] == "invalid_grant"
    assert client.do("introspect", token=tokens["access_token"]) == {"active": False}


def test_introspection_answers_as_a_signed_jwt_where_the_client_wants_it(
    start: Start, member: Member
) -> None:
    metadata = json.dumps({"introspection_signed_response_alg": "ES256"})
    client = start({"METADATA": metadata}, introspection_signed_response_alg="ES256")
    tokens = client.sign_in(member)
    assert client.do("introspect", token=tokens["access_token"])["active"] is True


def test_secrets_may_come_in_the_body(start: Start, member: Member) -> None:
    client = start(
        {"METHOD": "client_secret_post"}, token_endpoint_auth_method="client_secret_post"
    )
    assert client.sign_in(member)["token_type"] == "bearer"


def test_a_public_client_needs_no_secret(start: Start, member: Member) -> None:
    client = start({"METHOD": "none"}, token_endpoint_auth_method="none")
    assert client.sign_in(member)["claims"]["sub"] == str(member.account_id)


def test_a_client_proves_itself_by_private_key_jwt(start: Start, member: Member) -> None:
    variables, keys = key_pair()
    client = start(
        {"METHOD": "private_key_jwt", **variables},
        token_endpoint_auth_method="private_key_jwt",
        jwks=keys,
    )
    tokens = client.sign_in(member)
    assert client.do("introspect", token=tokens["access_token"])["active"] is True


def test_requests_are_pushed(start: Start, member: Member) -> None:
    client = start({"MAKES_REQUEST": "pushed"}, require_pushed_authorization_requests=True)
    assert client.sign_in(member)["claims"]["sub"] == str(member.account_id)


def test_requests_are_signed(start: Start, member: Member) -> None:
    variables, keys = key_pair()
    client = start(
        {"MAKES_REQUEST": "signed", **variables}, require_signed_request_object=True, jwks=keys
    )
    assert client.sign_in(member)["claims"]["sub"] == str(member.account_id)


def test_tokens_are_bound_to_a_key_of_the_client(start: Start, member: Member) -> None:
    client = start({"DPOP": "1"}, dpop_bound_access_tokens=True)
    tokens = client.sign_in(member)
    assert tokens["token_type"] == "dpop"
    sub = tokens["claims"]["sub"]
    assert client.do("userinfo", token=tokens["access_token"], sub=sub)["sub"] == sub
    assert client.do("refresh", token=tokens["refresh_token"])["token_type"] == "dpop"


def test_machines_get_tokens_of_their_own(start: Start) -> None:
    client = start(
        grant_types=["client_credentials"], redirect_uris=[], response_types=[], scope=["records"]
    )
    tokens = client.do("clientCredentials", scope="records")
    assert tokens["scope"] == "records"
    assert "refresh_token" not in tokens


def test_the_session_ends_at_the_address_that_the_client_registered(
    start: Start, member: Member
) -> None:
    after = "http://127.0.0.1:20000/goodbye"
    client = start(post_logout_redirect_uris=[after])
    tokens = client.sign_in(member)
    address = client.do("endSession", idToken=tokens["id_token"], after=after)
    assert client.person.open(address, until=after) == after
    assert client.do("introspect", token=tokens["access_token"]) == {"active": False}


def test_a_device_waits_for_a_person_elsewhere(start: Start, member: Member) -> None:
    client = start(
        {"METHOD": "none"},
        grant_types=["urn:ietf:params:oauth:grant-type:device_code"],
        redirect_uris=[],
        token_endpoint_auth_method="none",
    )
    device = client.do("beginDevice", scope="openid profile")
    code = {"user_code": device["user_code"]}
    steps = (code, credentials(member), code, {"decision": "allow"})
    client.person.walk(device["verification_uri"], *steps)
    assert client.do("finishDevice")["claims"]["sub"] == str(member.account_id)


def test_a_platform_acts_for_a_person_at_another_system(start: Start, member: Member) -> None:
    archive = "https://archive.example/"
    application = start()
    platform = start(
        grant_types=["urn:ietf:params:oauth:grant-type:token-exchange"],
        redirect_uris=[],
        resources=[archive],
        token_exchange_for=[application.client_id],
    )
    token = application.sign_in(member)["access_token"]
    exchanged = platform.do("exchange", token=token, resource=archive)
    found = platform.do("introspect", token=exchanged["access_token"])
    assert found["aud"] == archive
    assert found["sub"] == str(member.account_id)
    assert found["act"]["sub"] == platform.client_id


def test_a_system_registers_itself(start: Start, provider: Provider) -> None:
    with provider.province.db.transaction() as session:
        _, initial = create_token(
            session,
            provider.province.officer,
            name="registration",
            permissions=[Permission.REGISTER_CLIENTS],
            expires_at=utc_now() + timedelta(days=1),
            now=utc_now(),
        )
    metadata = {"client_name": "Cổng thông tin xã", "redirect_uris": [CALLBACK]}
    registered = start().do("register", token=initial, metadata=metadata)
    assert registered["client_name"] == "Cổng thông tin xã"
    assert registered["client_secret"]
