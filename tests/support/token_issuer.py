"""An issuer of tokens on loopback: real HTTP, keys that rotate, and every kind of misbehaviour."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.support.ports import free_port

DISCOVERY, JWKS = "/.well-known/openid-configuration", "/oauth2/jwks"

SigningKey = ECKey | RSAKey | OKPKey
Answer = Callable[["Handler"], None]


class ManualClock:
    """Seconds since 1970 that pass when the test says so."""

    def __init__(self, now: float = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds


def new_key(algorithm: str, kid: str) -> SigningKey:
    parameters: KeyParameters = {"kid": kid, "alg": algorithm, "use": "sig"}
    match algorithm[:2]:
        case "ES":
            return ECKey.generate_key("P-256", parameters)
        case "Ed":
            return OKPKey.generate_key("Ed25519", parameters)
        case _:
            return RSAKey.generate_key(2048, parameters)


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(header: object, claims: object) -> str:
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    return ".".join(encode(part) for part in parts)


def sign(header: Mapping[str, object], claims: object, key: Any, algorithm: str = "") -> str:
    """Any header at all: joserfc's own encoder would refuse most of what attackers send."""
    signed = unsigned(header, claims)
    return f"{signed}.{signature(signed, key, algorithm or str(header['alg']))}"


def signature(signed: str, key: Any, algorithm: str = "ES256") -> str:
    return encode(JWSRegistry.algorithms[algorithm].sign(signed.encode(), key))


class TokenIssuer:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._port = free_port()
        self._server: ThreadingHTTPServer | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.keys: list[SigningKey] = [new_key("ES256", "first")]
        self.requests: Counter[str] = Counter()
        """Answers of status 200 or otherwise, by path."""
        self.not_modified = 0
        self.cache_control: str | None = "public, max-age=300"
        self.answers: dict[str, Answer] = {}
        """Misbehaviour by path."""
        self.gate = threading.Event()
        """Answers wait until it is set; it is, unless a test clears it."""
        self.gate.set()
        self.asked = threading.Event()

    @property
    def key(self) -> SigningKey:
        """The one that signs now: the newest."""
        return self.keys[-1]

    def rotate(self, algorithm: str = "ES256", *, kid: str = "second", keep: bool = True) -> None:
        self.keys = [*(self.keys if keep else []), new_key(algorithm, kid)]

    def access_claims(self, **changes: object) -> dict[str, object]:
        now = int(self._clock())
        claims: dict[str, object] = {
            "iss": self.url,
            "sub": "3f0f9a0e-7f0a-4c58-9d5e-0f6a5cc1b7aa",
            "aud": "https://documents.example.gov.vn",
            "client_id": "documents",
            "scope": "openid documents:read",
            "jti": "Yt3cQm0v8hKzqL5w",
            "iat": now,
            "exp": now + 600,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not ...}

    def access_token(self, **changes: object) -> str:
        """Changes are claims; `...` leaves one out."""
        return self.token("at+jwt", self.access_claims(**changes))

    def id_token(self, **changes: object) -> str:
        claims = {"aud": "documents", "client_id": ..., "scope": ..., "jti": ..., **changes}
        return self.token("JWT", self.access_claims(**claims))

    def logout_token(self, **changes: object) -> str:
        events: object = {"http://schemas.openid.net/event/backchannel-logout": {}}
        claims = {"aud": "documents", "client_id": ..., "scope": ..., "events": events, **changes}
        return self.token("logout+jwt", self.access_claims(**claims))

    def token(self, kind: str, claims: object, key: SigningKey | None = None) -> str:
        key = key or self.key
        return sign({"alg": key.alg, "typ": kind, "kid": key.kid}, claims, key)

    def start(self) -> None:
        handler = type("HandlerHere", (Handler,), {"issuer": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """From now on connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Handler(BaseHTTPRequestHandler):
    issuer: TokenIssuer

    def do_GET(self) -> None:
        issuer = self.issuer
        issuer.requests[self.path] += 1
        issuer.asked.set()
        issuer.gate.wait(10)
        known: dict[str, Answer] = {DISCOVERY: _discovery, JWKS: _jwks}
        answer = issuer.answers.get(self.path) or known.get(self.path, _nothing)
        try:
            answer(self)
        except ConnectionError:  # whoever asked has gone: that is what some tests are about
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def respond(handler: Handler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"content_length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def document(handler: Handler) -> bytes:
    """What is rightly there."""
    issuer = handler.issuer
    if handler.path == DISCOVERY:
        return json.dumps({"issuer": issuer.url, "jwks_uri": issuer.url + JWKS}).encode()
    return json.dumps({"keys": [key.as_dict(private=False) for key in issuer.keys]}).encode()


def _discovery(handler: Handler) -> None:
    respond(handler, document(handler))


def _jwks(handler: Handler) -> None:
    issuer = handler.issuer
    body = document(handler)
    etag = f'"{sha256(body).hexdigest()[:16]}"'
    headers = {"etag": etag, "cache_control": issuer.cache_control or "public"}
    if handler.headers.get("if-none-match") == etag:
        issuer.not_modified += 1
        respond(handler, b"", HTTPStatus.NOT_MODIFIED, **headers)
        return
    respond(handler, body, HTTPStatus.OK, **headers)


def _nothing(handler: Handler) -> None:
    respond(handler, b"", 404)


def answering(body: bytes, status: int = 200, **headers: str) -> Answer:
    return lambda handler: respond(handler, body, status, **headers)


def huge(handler: Handler) -> None:
    """Right, but for a great many blanks after it."""
    respond(handler, document(handler) + b" " * 200_000)


def dripping(handler: Handler) -> None:
    """Right, but a blank comes now and then: every single read is in time."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(document(handler))
    for _ in range(500):
        handler.wfile.write(b" ")
        time.sleep(0.02)


@contextmanager
def token_issuer(clock: ManualClock) -> Iterator[TokenIssuer]:
    issuer = TokenIssuer(clock)
    issuer.start()
    try:
        yield issuer
    finally:
        issuer.gate.set()
        issuer.stop()
