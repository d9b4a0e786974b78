"""Keys that clients publish: fetched rarely, by few at once, and only of the right kind."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey

from kernel.messages import Message
from kernel.outbound import OutboundRefused, OutboundUnavailable
from sso.clients.description import ClientDescription
from sso.clients.keys import MOST_KEYS, MOST_WAITING, ClientKeys, KeysUnavailable, import_keys
from sso.clients.registry import Client

KEY = ECKey.generate_key("P-256", auto_kid=True)
GOOD = {"keys": [KEY.as_dict(private=False)]}
REASON = Message("thử", "a test")


class Publisher:
    """Answers what a test says, and counts."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer
        self.asked = 0

    def get_json(self, _: str) -> Any:
        self.asked += 1
        return self.answer()

    def visit(self, _: str, __: Mapping[str, str]) -> None: ...


def client(address: str = "https://app.example/keys") -> Client:
    description = ClientDescription(
        client_name="x",
        redirect_uris=["https://app.example/callback"],
        token_endpoint_auth_method="private_key_jwt",
        jwks_uri=address,
    )
    return Client(uuid4(), "app", description)


def refuse() -> Any:
    raise OutboundRefused("169.254.169.254", REASON)


def fail() -> Any:
    raise OutboundUnavailable("app.example", REASON)


@pytest.mark.parametrize("answer", [refuse, fail, dict, list, lambda: None, lambda: {"keys": []}])
def test_who_has_no_keys_is_not_asked_again_at_once(answer: Callable[[], Any]) -> None:
    """Else anybody could make us knock at an address as often as they like."""
    publisher = Publisher(answer)
    keys = ClientKeys(publisher)
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            keys.of(client())
    assert publisher.asked == 1


def test_keys_are_kept_for_a_while() -> None:
    publisher = Publisher(lambda: GOOD)
    keys = ClientKeys(publisher)
    assert keys.at_hand(client()) is None
    assert all(keys.of(client()).keys[0].kid == KEY.kid for _ in range(5))
    assert keys.at_hand(client()) is not None
    assert publisher.asked == 1


def test_one_asks_and_the_others_wait_for_the_answer() -> None:
    gate = threading.Event()

    def slowly() -> Any:
        gate.wait(10)
        return GOOD

    publisher = Publisher(slowly)
    keys = ClientKeys(publisher)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(keys.of, client()) for _ in range(8)]
        gate.set()
        assert all(future.result().keys for future in waiting)
    assert publisher.asked == 1


def test_slow_publishers_hold_few_threads() -> None:
    """The rest is refused at once, so that pages go on being answered."""
    gate, inside = threading.Event(), threading.Semaphore(0)

    def never() -> Any:
        inside.release()
        gate.wait(30)
        raise OutboundUnavailable("slow.example", REASON)

    keys = ClientKeys(Publisher(never))
    with ThreadPoolExecutor(MOST_WAITING) as pool:
        hanging = [
            pool.submit(keys.of, client(f"https://slow{number}.example/keys"))
            for number in range(MOST_WAITING)
        ]
        for _ in hanging:
            assert inside.acquire(timeout=10)
        with pytest.raises(KeysUnavailable):
            keys.of(client("https://another.example/keys"))
        gate.set()
        for future in hanging:
            with pytest.raises(KeysUnavailable):
                future.result()
    with pytest.raises(KeysUnavailable):
        keys.of(client("https://another.example/keys"))
    assert keys._places.acquire(blocking=False)


@pytest.mark.parametrize(
    "jwk",
    [
        KEY.as_dict(private=True),
        {"kty": "oct", "k": "c2VjcmV0"},
        RSAKey.generate_key(2048).as_dict(private=True),
        {"kty": "RSA", "e": "AQAB", "n": "A" * 171},
        {"kty": "EC", "crv": "secp256k1", "x": "A" * 43, "y": "A" * 43},
        {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},  # no point of the curve
        {"kty": "EC"},
        {"kty": "EC", "crv": 5, "x": [], "y": {}},
        {"kty": None},
        {},
        [],
        "x",
        None,
    ],
)
def test_one_bad_key_spoils_the_set(jwk: Any) -> None:
    assert import_keys({"keys": [jwk]}) is None
    assert import_keys({"keys": [GOOD["keys"][0], jwk]}) is None


def test_a_set_has_an_end() -> None:
    assert import_keys({"keys": GOOD["keys"] * MOST_KEYS}) is not None
    assert import_keys({"keys": GOOD["keys"] * (MOST_KEYS + 1)}) is None


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
Members = st.fixed_dictionaries(
    {"kty": st.sampled_from(["EC", "RSA", "OKP", "oct", "x"]) | Json},
    optional={name: Json | st.just("A" * 43) for name in ("crv", "x", "y", "n", "e", "d", "kid")},
)


@given(Json | st.fixed_dictionaries({"keys": Json | st.lists(Members | Json, max_size=3)}))
def test_any_document_is_a_set_or_is_none(document: Any) -> None:
    found = import_keys(document)
    assert found is None or all(not key.is_private for key in found.keys)
