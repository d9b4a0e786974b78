"""Access tokens that the client library verifies per second on one core, against its two limits.

`cryptography` alone, which only checks the signature of bytes already taken apart, is what no
verifier can exceed; `joserfc.jwt.decode` checks the signature and parses, but none of the claims.
The library checks header, signature, issuer, times, audience and scopes and builds a typed result.
All run in turn in one process; the figure of each is the median of its rounds.

Measured on a busy machine of two cores, thousands a second with ES256, RS256 and EdDSA:
cryptography 21.6, 61.5, 15.7; jwt.decode 16.2, 32.2, 12.5; the library, first seen, 14.6, 26.7,
11.6, and without its memory 15.2, 28.4, 11.6; repeated 51.6, 49.3, 50.9. Two thirds of the time for
a first-seen ES256 token is the signature; the rest is base64, JSON and the typed result.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode

from benchmarks.support.report import Row, Section, Verdict, as_json, new_console
from congvu_sso import Verifier

ISSUER, AUDIENCE = "https://sso.example.gov.vn", "https://documents.example.gov.vn"
KEYS: dict[str, Callable[[], ECKey | RSAKey | OKPKey]] = {
    "ES256": lambda: ECKey.generate_key("P-256", {"kid": "key"}),
    "RS256": lambda: RSAKey.generate_key(2048, {"kid": "key"}),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", {"kid": "key"}),
}
RAW, DECODE = "cryptography, the signature alone", "joserfc.jwt.decode"
FIRST, FIRST_WITHOUT = "library, first seen", "library, first seen, remember=0"
REPEATED = "library, repeated"
PROMISED = {"ES256": 10_000}
"""Tokens a second, first seen."""
MOST_TOKENS = 4096
"""As many as a verifier remembers by default."""


def measure(tokens: int, rounds: int) -> list[Section]:
    """One for each algorithm."""
    assert tokens <= MOST_TOKENS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # joserfc's opinion of the name EdDSA
        return [_section(name, _measure_algorithm(name, tokens, rounds)) for name in KEYS]


def _measure_algorithm(algorithm: str, count: int, rounds: int) -> dict[str, float]:
    """Tokens a second of each contestant."""
    key = KEYS[algorithm]()
    tokens = [_token(algorithm, key, number) for number in range(count)]
    contestants = _contestants(algorithm, key, tokens)
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, prepare in contestants.items():
            run = prepare()
            started = time.perf_counter()
            run()
            rates[name].append(count / (time.perf_counter() - started))
    return {name: statistics.median(each) for name, each in rates.items()}


def _section(algorithm: str, rates: dict[str, float]) -> Section:
    rows = [
        Row(
            name,
            {
                "tokens/s": rate,
                "÷ cryptography": rate / rates[RAW],
                "÷ jwt.decode": rate / rates[DECODE],
            },
        )
        for name, rate in rates.items()
    ]
    title, text = f"verifying access tokens, {algorithm}", f"{FIRST}, tokens/s"
    verdicts = [Verdict(text, rates[FIRST], PROMISED[algorithm])] if algorithm in PROMISED else []
    return Section(algorithm, title, rows, verdicts)


def _contestants(
    algorithm: str, key: ECKey | RSAKey | OKPKey, tokens: list[str]
) -> dict[str, Callable[[], Callable[[], None]]]:
    """By name: what prepares a round, outside the time, and returns what is timed."""
    public = type(key).import_key(key.as_dict(private=False))
    signatures = [_taken_apart(token) for token in tokens]

    def raw() -> None:
        for signed, signature in signatures:
            _verify_raw(public.public_key, signed, signature)

    def decode() -> None:
        for token in tokens:
            jwt.decode(token, public, algorithms=[algorithm])

    def library(*, remember: int, seen: bool) -> Callable[[], None]:
        verifier = _verifier(public, remember)

        def verify() -> None:
            for token in tokens:
                verifier.verify_access_token(token, required_scopes=("documents:read",))

        if seen:
            verify()
        return verify

    return {
        RAW: lambda: raw,
        DECODE: lambda: decode,
        FIRST: lambda: library(remember=MOST_TOKENS, seen=False),
        FIRST_WITHOUT: lambda: library(remember=0, seen=False),
        REPEATED: lambda: library(remember=MOST_TOKENS, seen=True),
    }


def _token(algorithm: str, key: ECKey | RSAKey | OKPKey, number: int) -> str:
    """As large as the real ones: with session, sign-in and one actor."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": "3f0f9a0e-7f0a-4c58-9d5e-0f6a5cc1b7aa",
        "aud": AUDIENCE,
        "client_id": "document-management",
        "scope": "openid profile documents:read documents:write",
        "jti": f"Yt3cQm0v8hKzqL5w{number:06d}",
        "iat": now,
        "exp": now + 600,
        "auth_time": now - 60,
        "sid": "bJt1oV5s2nXkQe7y",
        "acr": "urn:congvu:acr:password",
        "amr": ["pwd", "otp"],
        "act": {"sub": "b1a7c2f4-35a5-4b0e-a7f7-3c3e1b6f2d11"},
    }
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "key"}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


def _taken_apart(token: str) -> tuple[bytes, bytes]:
    signed, _, signature = token.encode().rpartition(b".")
    return signed, urlsafe_b64decode(signature)


def _verify_raw(key: Any, signed: bytes, signature: bytes) -> None:
    """Raises InvalidSignature. Elliptic curve signatures must change their form first."""
    match key:
        case ec.EllipticCurvePublicKey():
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        case rsa.RSAPublicKey():
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        case ed25519.Ed25519PublicKey():
            key.verify(signature, signed)


def _verifier(public: ECKey | RSAKey | OKPKey, remember: int) -> Verifier:
    """Its keys are there already: fetching them is not what is measured."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/jwks":
            return httpx.Response(200, json={"keys": [public.as_dict(private=False)]})
        return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    verifier = Verifier(ISSUER, audience=AUDIENCE, remember=remember, http=http)
    verifier.refresh()
    return verifier


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=2000, help=f"at most {MOST_TOKENS}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    sections = measure(options.tokens, options.rounds)
    if options.json:
        print(as_json(sections))
        return
    console = new_console()
    for section in sections:
        section.show(console)


if __name__ == "__main__":
    main()
