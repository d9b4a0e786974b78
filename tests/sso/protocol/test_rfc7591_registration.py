"""RFC 7591 and OpenID Connect Registration: systems that register themselves."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kernel.access import Permission
from kernel.audit import AuditRecord
from sso.clients.models import ClientRow
from tests.support.ports import free_port
from tests.support.sign_on import CALLBACK, Application, Challenge, SignOnWorld, answered
from tests.support.signatures import Signer
from tests.support.static_site import serving_files
from tests.support.token_issuer import new_key

MINIMAL: dict[str, Any] = {"redirect_uris": [CALLBACK], "client_name": "Cổng thông tin xã"}


@pytest.fixture
def initial(token: Callable[..., str]) -> str:
    return token(Permission.REGISTER_CLIENTS)


class Registrar:
    """Registers with one initial access token."""

    def __init__(self, world: SignOnWorld, initial: str) -> None:
        self._world = world
        self._initial = initial

    def ask(self, metadata: Any = None, **changes: Any) -> httpx.Response:
        document = MINIMAL | changes if metadata is None else metadata
        headers = {"Authorization": f"Bearer {self._initial}"}
        return self._world.client.post("/oauth2/register", json=document, headers=headers)

    def register(self, **changes: Any) -> dict[str, Any]:
        response = self.ask(**changes)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def row(self, client_id: str) -> ClientRow:
        with self._world.services.database.transaction() as session:
            return session.scalars(select(ClientRow).where(ClientRow.client_id == client_id)).one()


@pytest.fixture
def registrar(world: SignOnWorld, initial: str) -> Registrar:
    return Registrar(world, initial)


def refusal(response: httpx.Response) -> str:
    assert response.status_code == 400, response.text
    assert response.headers["Content-Type"] == "application/json"
    found: str = response.json()["error"]
    return found


def test_a_system_registers_itself_and_signs_people_in(
    world: SignOnWorld, registrar: Registrar
) -> None:
    answer = registrar.register(**{"client_name#en": "Commune portal", "scope": "openid profile"})
    assert answer["client_id"].startswith("self-")
    assert answer["client_secret_expires_at"] == 0
    assert answer["client_name"] == "Cổng thông tin xã"
    assert answer["client_name#en"] == "Commune portal"
    assert answer["redirect_uris"] == [CALLBACK]
    assert answer["scope"] == "openid profile"
    assert answer["token_endpoint_auth_method"] == "client_secret_basic"
    assert answer["id_token_signed_response_alg"] == "RS256"  # what the standard says of none
    issuer = world.services.sign_on.issuer
    uri = f"{issuer}/oauth2/register/{answer['client_id']}"
    assert answer["registration_client_uri"] == uri
    row = registrar.row(answer["client_id"])
    app = Application(row.id, answer["client_id"], answer["client_secret"])
    browser, challenge = world.browser(), Challenge()
    page = browser.sign_in(world.member(), world.authorize(browser, app, challenge))
    assert "Cổng thông tin xã" in page.text  # asks for consent, always
    back = browser.follow(browser.post(str(page.url), {"decision": "allow"}))
    tokens = world.exchange(app, answered(back)["code"], challenge)
    assert tokens.status_code == 200
    assert world.claims(tokens.json()["id_token"])["aud"] == answer["client_id"]


def test_what_the_province_decides_cannot_be_registered(registrar: Registrar) -> None:
    answer = registrar.register(
        require_consent=False,
        allowed_groups=[{"organisation_id": "00000000-0000-0000-0000-000000000001"}],
        token_exchange_for=["app"],
        username_template="{login}",
        allow_acting=True,
        allowed_account_kinds=["organisation"],
        claims=["citizen_number"],
        id_token_claims=True,
        resources=["https://lgsp.example/"],
        resource_identifiers=["https://lgsp.example/"],
        cas_services=["https://app.example/"],
        cas_proxy=True,
        access_token_seconds=600,
        client_id="chosen",
        client_secret="chosen",
        unheard_of={"a": 1},
    )
    assert answer["client_id"] != "chosen"
    assert answer["client_secret"] != "chosen"
    assert "require_consent" not in answer
    assert "unheard_of" not in answer
    stored = registrar.row(answer["client_id"]).description
    plain = registrar.row(registrar.register()["client_id"]).description
    assert stored == plain
    assert stored["require_consent"] is True
    assert stored["token_exchange_for"] == stored["resources"] == stored["cas_services"] == []


def test_scopes_by_which_people_are_known_elsewhere_are_not_registered(
    registrar: Registrar,
) -> None:
    wanted = "openid citizen_number staff phone email unheard-of"
    assert registrar.register(scope=wanted)["scope"] == "openid email"
    assert refusal(registrar.ask(scope="citizen_number")) == "invalid_client_metadata"


KEY = new_key("ES256", "own")
PRIVATE = {"keys": [KEY.as_dict(private=True)]}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("invalid_redirect_uri", {"redirect_uris": ["http://app.example/callback"]}),
    ("invalid_redirect_uri", {"redirect_uris": ["https://app.example/callback#part"]}),
    ("invalid_redirect_uri", {"redirect_uris": ["https://name@app.example/callback"]}),
    ("invalid_redirect_uri", {"redirect_uris": ["javascript:alert(1)"]}),
    ("invalid_redirect_uri", {"redirect_uris": ["app:/callback"]}),
    ("invalid_redirect_uri", {"redirect_uris": ["/callback"]}),
    ("invalid_redirect_uri", {"redirect_uris": ['https://ứng.example/"\\']}),
    ("invalid_redirect_uri", {"redirect_uris": []}),
    ("invalid_redirect_uri", {"redirect_uris": "https://app.example/callback"}),
    ("invalid_redirect_uri", {"redirect_uris": [7]}),
    ("invalid_redirect_uri", {"redirect_uris": [f"{CALLBACK}/{n}" for n in range(50)]}),
    ("invalid_redirect_uri", {"redirect_uris": ["https://app.example/" + "x" * 3000]}),
    ("invalid_client_metadata", {"grant_types": ["implicit"]}),
    ("invalid_client_metadata", {"grant_types": ["password"]}),
    ("invalid_client_metadata", {"grant_types": ["client_credentials"]}),
    (
        "invalid_client_metadata",
        {"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"]},
    ),
    ("invalid_client_metadata", {"response_types": ["token"]}),
    ("invalid_client_metadata", {"token_endpoint_auth_method": "client_secret_jwt"}),
    ("invalid_client_metadata", {"token_endpoint_auth_method": "private_key_jwt"}),
    ("invalid_client_metadata", {"token_endpoint_auth_method": 1}),
    ("invalid_client_metadata", {"id_token_signed_response_alg": "none"}),
    ("invalid_client_metadata", {"id_token_signed_response_alg": "HS256"}),
    ("invalid_client_metadata", {"userinfo_signed_response_alg": "none"}),
    ("invalid_client_metadata", {"request_object_signing_alg": "none"}),
    ("invalid_client_metadata", {"introspection_signed_response_alg": "none"}),
    ("invalid_client_metadata", {"token_endpoint_auth_signing_alg": "none"}),
    ("invalid_client_metadata", {"client_name": ""}),
    ("invalid_client_metadata", {"client_name": "x" * 500}),
    ("invalid_client_metadata", {"client_name": ["a"]}),
    ("invalid_client_metadata", {"client_name#en": 7}),
    ("invalid_client_metadata", {"scope": ["openid"]}),
    ("invalid_client_metadata", {"scope": " "}),
    ("invalid_client_metadata", {"default_max_age": "3600"}),
    ("invalid_client_metadata", {"default_max_age": -1}),
    ("invalid_client_metadata", {"require_auth_time": "true"}),
    ("invalid_client_metadata", {"contacts": "mail@app.example"}),
    ("invalid_client_metadata", {"policy_uri": "http://app.example/policy"}),
    ("invalid_client_metadata", {"backchannel_logout_uri": "http://10.0.0.1/"}),
    ("invalid_client_metadata", {"post_logout_redirect_uris": ["data:text/html,x"]}),
    ("invalid_client_metadata", {"jwks_uri": "file:///etc/passwd"}),
    ("invalid_client_metadata", {"jwks": {"keys": []}}),
    ("invalid_client_metadata", {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}),
    ("invalid_client_metadata", {"jwks": PRIVATE}),
    ("invalid_client_metadata", {"jwks": [1]}),
    (
        "invalid_client_metadata",
        {"jwks": Signer().jwks, "jwks_uri": "https://app.example/jwks"},
    ),
    ("invalid_client_metadata", {"subject_type": "secret"}),
    ("invalid_client_metadata", {"sector_identifier_uri": "http://169.254.169.254/latest"}),
    ("invalid_client_metadata", {"sector_identifier_uri": "https://127.0.0.1:1/list"}),
    ("invalid_client_metadata", {"sector_identifier_uri": "file:///etc/passwd"}),
    (
        "invalid_client_metadata",
        {
            "subject_type": "pairwise",
            "redirect_uris": ["https://a.example/", "https://b.example/"],
        },
    ),
]


def test_what_does_not_fit_together_is_refused(registrar: Registrar) -> None:
    answers = [(error, changed, registrar.ask(**changed)) for error, changed in WRONG]
    assert [
        (changed, answer.status_code, answer.text)
        for error, changed, answer in answers
        if answer.status_code != 400 or answer.json()["error"] != error
    ] == []


SHAPELESS = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff",
    b'{"client_name": "\\u0000"}',
    b'{"client_name": "\\ud800"}',
    b'{"default_max_age": 1e999}',
    b'{"default_max_age": NaN}',
    b'{"client_name": "a", "client_name": "b"}',
    b"[" * 50_000,
    b'{"a":' * 10_000,
    b'{"default_max_age": ' + b"9" * 5000 + b"}",
]


def test_what_is_no_document_is_refused(world: SignOnWorld, initial: str) -> None:
    headers = {"Authorization": f"Bearer {initial}", "Content-Type": "application/json"}
    for body in SHAPELESS:
        response = world.client.post("/oauth2/register", content=body, headers=headers)
        assert refusal(response) == "invalid_client_metadata"
    form = world.client.post(
        "/oauth2/register", data={"a": "b"}, headers={"Authorization": headers["Authorization"]}
    )
    assert refusal(form) == "invalid_client_metadata"
    huge = json.dumps(MINIMAL | {"contacts": ["x" * 70_000]}).encode()
    response = world.client.post("/oauth2/register", content=huge, headers=headers)
    assert response.status_code == 413


def test_an_initial_access_token_is_needed(world: SignOnWorld, token: Callable[..., str]) -> None:
    other = token(*set(Permission) - {Permission.REGISTER_CLIENTS})
    app = world.application()
    access = world.token(app, grant_type="client_credentials").json()["access_token"]
    basic = f"Basic {app.client_id}"
    for authorization, status in (
        (None, 401),
        ("Bearer congvu_unknown", 401),
        (f"Bearer {access}", 401),
        ("Bearer " + "x" * 5000, 401),
        ("Bearer", 401),
        (basic, 401),
        (f"Bearer {other}", 403),
    ):
        headers = {"Authorization": authorization} if authorization else {}
        response = world.client.post("/oauth2/register", json=MINIMAL, headers=headers)
        assert response.status_code == status, authorization
        challenge = response.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer realm="congvu"')
        assert ("error=" in challenge) == (authorization not in {None, "Bearer"}), authorization


def test_trying_tokens_becomes_slow_without_keeping_others_out(
    world: SignOnWorld, registrar: Registrar
) -> None:
    headers = {"Authorization": "Bearer congvu_unknown"}
    answers = [
        world.client.post("/oauth2/register", json=MINIMAL, headers=headers) for _ in range(24)
    ]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    registrar.register()


def test_a_public_client_gets_no_secret(world: SignOnWorld, registrar: Registrar) -> None:
    answer = registrar.register(
        token_endpoint_auth_method="none",
        application_type="native",
        redirect_uris=["vn.gov.backan.app:/callback", "http://127.0.0.1/callback"],
        grant_types=["authorization_code", "refresh_token"],
    )
    assert "client_secret" not in answer
    app = Application(registrar.row(answer["client_id"]).id, answer["client_id"], None)
    page = world.authorize(world.browser(), app, redirect_uri="http://127.0.0.1:5000/callback")
    assert page.status_code == 200


def test_a_client_may_bring_its_keys(world: SignOnWorld, registrar: Registrar) -> None:
    key = Signer()
    answer = registrar.register(
        token_endpoint_auth_method="private_key_jwt",
        jwks=key.jwks,
        require_signed_request_object=True,
        request_object_signing_alg="ES256",
        dpop_bound_access_tokens=True,
        require_pushed_authorization_requests=True,
    )
    assert "client_secret" not in answer
    assert answer["jwks"] == key.jwks
    assertion = key.request_object(
        answer["client_id"], {}, sub=answer["client_id"], header={"typ": "JWT"}
    )
    request = key.request_object(
        answer["client_id"],
        {
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "code_challenge": Challenge().challenge,
            "code_challenge_method": "S256",
        },
    )
    form = {
        "client_assertion": assertion,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "request": request,
    }
    assert world.client.post("/oauth2/par", data=form).status_code == 201


def test_a_sector_must_list_every_redirect_address(registrar: Registrar) -> None:
    redirects = ["https://a.example/callback", "https://b.example/callback"]
    files = {
        "/all": ("application/json", json.dumps(redirects).encode()),
        "/some": ("application/json", json.dumps(redirects[:1]).encode()),
        "/object": ("application/json", json.dumps({"redirect_uris": redirects}).encode()),
        "/huge": ("application/json", json.dumps([*redirects, "x" * 200_000]).encode()),
        "/text": ("text/plain", b"none"),
    }
    pairwise = {"redirect_uris": redirects, "subject_type": "pairwise"}
    with serving_files(files, free_port()) as site:
        answer = registrar.register(**pairwise, sector_identifier_uri=f"{site}/all")
        assert answer["subject_type"] == "pairwise"
        for path, error in (
            ("/some", "invalid_redirect_uri"),
            ("/object", "invalid_redirect_uri"),
            ("/huge", "invalid_client_metadata"),
            ("/text", "invalid_client_metadata"),
            ("/missing", "invalid_client_metadata"),
        ):
            response = registrar.ask(**pairwise, sector_identifier_uri=f"{site}{path}")
            assert refusal(response) == error, path


def test_a_registration_is_recorded_and_no_secret_is_kept(
    world: SignOnWorld, registrar: Registrar
) -> None:
    answer = registrar.register()
    row = registrar.row(answer["client_id"])
    with world.services.database.transaction() as session:
        record = session.scalars(select(AuditRecord).where(AuditRecord.subject_id == row.id)).one()
    assert record.tag == "client:created"
    assert record.actor_label == "test machine"
    kept = repr(vars(row)) + repr(vars(record))
    assert answer["client_secret"] not in kept
    assert answer["registration_access_token"] not in kept
