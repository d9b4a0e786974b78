"""Tokens bound to a key (RFC 9449): the proof, and what a thief of the token lacks."""

from hashlib import sha256

import pytest
from joserfc.jwk import ECKey

from congvu_sso import (
    BindingUnsupported,
    CertificateMissing,
    DpopRequest,
    ProofInvalid,
    ProofMissing,
    ProofNonceNeeded,
    ProofReplayed,
    ReplayMemory,
    ReplayMemoryFull,
    Verifier,
    verify_dpop,
)
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import (
    ManualClock,
    TokenIssuer,
    encode,
    new_key,
    sign,
    unsigned,
)

URL = "https://documents.example.gov.vn/documents"


class Holder:
    """A client with a key of its own and a token bound to it."""

    def __init__(self, issuer: TokenIssuer, clock: ManualClock, algorithm: str = "ES256") -> None:
        self.clock = clock
        self.algorithm = algorithm
        self.key = new_key(algorithm, "own")
        self.token = issuer.access_token(cnf={"jkt": self.key.thumbprint()})
        self.used = 0

    def claims(self, **changes: object) -> dict[str, object]:
        self.used += 1
        claims: dict[str, object] = {
            "jti": f"proof-{self.used}",
            "htm": "GET",
            "htu": URL,
            "iat": int(self.clock()),
            "ath": encode(sha256(self.token.encode()).digest()),
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not ...}

    def header(self, **changes: object) -> dict[str, object]:
        public = self.key.as_dict(private=False)
        header = {"alg": self.algorithm, "typ": "dpop+jwt", "jwk": public, **changes}
        return {name: value for name, value in header.items() if value is not ...}

    def proof(self, **changes: object) -> str:
        return sign(self.header(), self.claims(**changes), self.key)

    def request(self, **changes: object) -> DpopRequest:
        return DpopRequest(self.proof(**changes), "GET", URL)


@pytest.fixture
def holder(issuer: TokenIssuer, clock: ManualClock) -> Holder:
    return Holder(issuer, clock)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_the_holder_of_the_key_may_use_the_token(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock, algorithm: str
) -> None:
    holder = Holder(issuer, clock, algorithm)
    token = verifier.verify_access_token(holder.token, dpop=holder.request())
    assert token.confirmation is not None
    assert token.confirmation.jkt == holder.key.thumbprint()


def test_a_stolen_token_is_worth_nothing_without_the_key(
    verifier: Verifier, holder: Holder
) -> None:
    with pytest.raises(ProofMissing):
        verifier.verify_access_token(holder.token)


def test_nor_with_a_key_of_the_thief(verifier: Verifier, holder: Holder) -> None:
    thief = new_key("ES256", "thief")
    proof = sign(holder.header(jwk=thief.as_dict(private=False)), holder.claims(), thief)
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=DpopRequest(proof, "GET", URL))


def test_nor_with_the_holders_key_in_the_header_and_the_thiefs_signature(
    verifier: Verifier, holder: Holder
) -> None:
    proof = sign(holder.header(), holder.claims(), new_key("ES256", "thief"))
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=DpopRequest(proof, "GET", URL))


def test_a_gateway_that_checked_the_proof_can_be_trusted_by_saying_so(
    verifier: Verifier, holder: Holder
) -> None:
    verifier.verify_access_token(holder.token, binding_checked_elsewhere=True)


def test_a_token_of_no_key_is_refused_with_a_proof(
    issuer: TokenIssuer, verifier: Verifier, holder: Holder
) -> None:
    holder.token = issuer.access_token()
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=holder.request())


def test_a_proof_works_once(verifier: Verifier, holder: Holder) -> None:
    request = holder.request()
    verifier.verify_access_token(holder.token, dpop=request)
    with pytest.raises(ProofReplayed):
        verifier.verify_access_token(holder.token, dpop=request)


def test_two_holders_may_choose_the_same_identifier(
    issuer: TokenIssuer, verifier: Verifier, clock: ManualClock
) -> None:
    for _ in range(2):
        holder = Holder(issuer, clock)
        verifier.verify_access_token(holder.token, dpop=holder.request(jti="same"))


def test_a_proof_that_failed_does_not_use_the_identifier_up(
    verifier: Verifier, holder: Holder
) -> None:
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=holder.request(jti="one", htm="POST"))
    verifier.verify_access_token(holder.token, dpop=holder.request(jti="one"))


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "POST"},
        {"htm": "get"},
        {"htu": "https://other.example.gov.vn/documents"},
        {"htu": "http://documents.example.gov.vn/documents"},
        {"htu": "https://documents.example.gov.vn:8443/documents"},
        {"htu": URL + "/"},
        {"htu": URL + "/7"},
        {"htu": "/documents"},
        {"htu": "https://documents.example.gov.vn@evil.example/documents"},
        {"htu": "https://user@documents.example.gov.vn/documents"},
        {"htu": "https://[/"},
        {"ath": encode(sha256(b"another token").digest())},
        {"ath": ...},
        {"jti": ...},
        {"jti": ""},
        {"htm": ...},
        {"htu": ...},
        {"iat": ...},
        {"iat": "now"},
    ],
)
def test_a_proof_for_anything_else_is_refused(
    verifier: Verifier, holder: Holder, changes: dict[str, object]
) -> None:
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=holder.request(**changes))


@pytest.mark.parametrize(
    "htu",
    [
        URL + "?page=2#top",
        "HTTPS://Documents.Example.gov.vn:443/documents",
        "https://documents.example.gov.vn/%64ocuments",
        "https://documents.example.gov.vn/x/../documents",
        "https://documents.example.gov.vn/./documents",
    ],
)
def test_an_address_may_be_spelt_in_equal_ways(
    verifier: Verifier, holder: Holder, htu: str
) -> None:
    verifier.verify_access_token(holder.token, dpop=holder.request(htu=htu))


@pytest.mark.parametrize(("path", "same"), [("", "/"), ("/a%2fb", "/a%2Fb"), ("/a/b/..", "/a/")])
def test_paths_are_compared_in_their_normal_form(
    verifier: Verifier, holder: Holder, path: str, same: str
) -> None:
    host = "https://documents.example.gov.vn"
    request = DpopRequest(holder.proof(htu=host + path), "GET", host + same)
    verifier.verify_access_token(holder.token, dpop=request)


def test_an_escaped_slash_is_no_slash(verifier: Verifier, holder: Holder) -> None:
    host = "https://documents.example.gov.vn"
    request = DpopRequest(holder.proof(htu=host + "/a%2Fb"), "GET", host + "/a/b")
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=request)


@pytest.mark.parametrize("age", [90, 0, -30])
def test_a_proof_lives_a_minute_and_the_leeway(
    verifier: Verifier, holder: Holder, clock: ManualClock, age: int
) -> None:
    verifier.verify_access_token(holder.token, dpop=holder.request(iat=int(clock()) - age))


@pytest.mark.parametrize("age", [91, -31])
def test_and_not_longer_or_earlier(
    verifier: Verifier, holder: Holder, clock: ManualClock, age: int
) -> None:
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=holder.request(iat=int(clock()) - age))


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "jwt"},
        {"typ": ...},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": ...},
        {"jwk": ...},
        {"jwk": "key"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}},
        {"jwk": {"kty": "RSA", "n": "A" * 700, "e": "AQAB"}},
        {"jwk": {"kty": "OKP", "crv": "X25519", "x": "A" * 43}},
        {"jku": "https://evil.example/jwks"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
    ],
)
def test_a_proof_with_a_wrong_header_is_refused(
    verifier: Verifier, holder: Holder, changes: dict[str, object]
) -> None:
    proof = sign(holder.header(**changes), holder.claims(), holder.key, "ES256")
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=DpopRequest(proof, "GET", URL))


def test_a_proof_that_shows_its_private_key_is_refused(verifier: Verifier, holder: Holder) -> None:
    header = holder.header(jwk=holder.key.as_dict(private=True))
    proof = sign(header, holder.claims(), holder.key)
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=DpopRequest(proof, "GET", URL))


@pytest.mark.parametrize("claimed", ["ES256", "ES384"])
def test_a_key_of_another_curve_is_refused(
    verifier: Verifier, holder: Holder, claimed: str
) -> None:
    key = ECKey.generate_key("P-384", {"kid": "own"})
    header = holder.header(alg=claimed, jwk=key.as_dict(private=False))
    proof = sign(header, holder.claims(), key, "ES384")
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=DpopRequest(proof, "GET", URL))


@pytest.mark.parametrize("proof", ["", "x", "{one},{two}", "{one}, {two}", "x" * 9000])
def test_anything_but_one_proof_is_refused(verifier: Verifier, holder: Holder, proof: str) -> None:
    text = proof.replace("{one}", holder.proof()).replace("{two}", holder.proof())
    with pytest.raises(ProofInvalid):
        verifier.verify_access_token(holder.token, dpop=DpopRequest(text, "GET", URL))


def test_a_server_may_want_a_nonce_of_its_own(verifier: Verifier, holder: Holder) -> None:
    for nonce in [..., "old", ["new"], 7]:
        request = DpopRequest(holder.proof(nonce=nonce), "GET", URL, nonces={"new", "newer"})
        with pytest.raises(ProofNonceNeeded):
            verifier.verify_access_token(holder.token, dpop=request)
    request = DpopRequest(holder.proof(nonce="newer"), "GET", URL, nonces={"new", "newer"})
    verifier.verify_access_token(holder.token, dpop=request)


@pytest.mark.parametrize("cnf", [{}, {"jwk": {"kty": "EC"}}, {"kid": "key"}])
def test_a_binding_of_another_kind_is_not_taken_for_none(
    issuer: TokenIssuer, verifier: Verifier, cnf: dict[str, object]
) -> None:
    with pytest.raises(BindingUnsupported):
        verifier.verify_access_token(issuer.access_token(cnf=cnf))


def test_a_token_bound_to_both_needs_both(
    issuer: TokenIssuer, verifier: Verifier, holder: Holder
) -> None:
    cnf = {"jkt": holder.key.thumbprint(), "x5t#S256": "thumbprint"}
    holder.token = issuer.access_token(cnf=cnf)
    with pytest.raises(CertificateMissing):
        verifier.verify_access_token(holder.token, dpop=holder.request())
    with pytest.raises(ProofMissing):
        verifier.verify_access_token(holder.token, certificate=b"certificate")


def test_a_replay_guard_of_ones_own_is_asked_last(
    issuer: TokenIssuer, holder: Holder, clock: ManualClock
) -> None:
    asked: list[tuple[str, float]] = []

    class Shared:
        def first_use(self, identifier: str, keep_until: float) -> bool:
            asked.append((identifier, keep_until))
            return True

    with Verifier(issuer.url, audience=AUDIENCE, replay=Shared(), clock=clock) as verifier:
        with pytest.raises(ProofInvalid):
            verifier.verify_access_token(holder.token, dpop=holder.request(htm="PUT"))
        assert asked == []
        verifier.verify_access_token(holder.token, dpop=holder.request())
    ((identifier, keep_until),) = asked
    assert len(identifier) == 43
    assert keep_until == clock() + 90


def test_the_memory_of_proofs_forgets_the_old_and_refuses_when_full(clock: ManualClock) -> None:
    memory = ReplayMemory(capacity=2, clock=clock)
    assert memory.first_use("one", clock() + 60)
    assert memory.first_use("two", clock() + 60)
    assert not memory.first_use("two", clock() + 60)
    with pytest.raises(ReplayMemoryFull):
        memory.first_use("three", clock() + 60)
    clock.pass_seconds(61)
    assert memory.first_use("three", clock() + 60)
    assert memory.first_use("one", clock() + 60)


def test_a_proof_can_be_checked_by_itself(holder: Holder, clock: ManualClock) -> None:
    proof = verify_dpop(
        holder.request(jti="alone"),
        access_token=holder.token,
        thumbprint=holder.key.thumbprint(),
        replay=ReplayMemory(clock=clock),
        clock=clock,
    )
    assert proof.token_id == "alone"
    assert proof.issued_at.timestamp() == clock()


def test_the_example_of_the_standard_is_accepted() -> None:
    """RFC 9449 section 7.1, figures 12 and 13; the thumbprint is that of section 6.1."""
    header = {
        "typ": "dpop+jwt",
        "alg": "ES256",
        "jwk": {
            "kty": "EC",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            "crv": "P-256",
        },
    }
    claims = {
        "jti": "e1j3V_bKic8-LAEB",
        "htm": "GET",
        "htu": "https://resource.example.org/protectedresource",
        "iat": 1562262618,
        "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
    }
    signature = (
        "2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
    )
    proof = f"{unsigned(header, claims)}.{signature}"
    verify_dpop(
        DpopRequest(proof, "GET", "https://resource.example.org/protectedresource"),
        access_token="Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",
        thumbprint="0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
        replay=ReplayMemory(),
        clock=lambda: 1562262618,
    )
