"""One refresh at a time, and nobody waits for it who need not."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from congvu_sso import CacheSettings, KeysUnavailable, SsoError, Verifier
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import DISCOVERY, JWKS, ManualClock, TokenIssuer, answering


@pytest.mark.parametrize("cache", [CacheSettings(), CacheSettings(cooldown_seconds=0)])
def test_first_use_by_many_threads_at_once_fetches_once(
    issuer: TokenIssuer, clock: ManualClock, cache: CacheSettings
) -> None:
    verifier = Verifier(issuer.url, audience=AUDIENCE, cache=cache, clock=clock)
    tokens = [issuer.access_token(jti=str(number)) for number in range(32)]
    issuer.gate.clear()
    with ThreadPoolExecutor(len(tokens)) as pool:
        results = [pool.submit(verifier.verify_access_token, token) for token in tokens]
        assert issuer.asked.wait(5)
        issuer.gate.set()
        assert {result.result(10).token_id for result in results} == set(map(str, range(32)))
    assert issuer.requests == {DISCOVERY: 1, JWKS: 1}


def test_while_one_thread_refreshes_the_others_go_on(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    clock.pass_seconds(301)
    token = issuer.access_token()
    issuer.asked.clear()
    issuer.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(warm.verify_access_token, token)
        assert issuer.asked.wait(5)
        for _ in range(20):
            warm.verify_access_token(token)
        assert not slow.done()
        issuer.gate.set()
        slow.result(10)
    assert issuer.requests[JWKS] == 2


def test_threads_that_need_the_same_new_key_wait_for_one_refresh(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    clock.pass_seconds(20)
    issuer.rotate()
    tokens = [issuer.access_token(jti=str(number)) for number in range(16)]
    issuer.asked.clear()
    issuer.gate.clear()
    with ThreadPoolExecutor(len(tokens)) as pool:
        results = [pool.submit(warm.verify_access_token, token) for token in tokens]
        assert issuer.asked.wait(5)
        issuer.gate.set()
        for result in results:
            result.result(10)
    assert issuer.requests[JWKS] == 2


def test_keys_that_rotate_under_load_never_cost_a_good_token(
    issuer: TokenIssuer, warm: Verifier, clock: ManualClock
) -> None:
    """Even if the issuer signs at once with a key that it has only just published."""
    refused: list[SsoError] = []
    stop = threading.Event()

    def use() -> None:
        while not stop.is_set():
            try:
                warm.verify_access_token(issuer.access_token())
            except SsoError as error:
                refused.append(error)

    workers = [threading.Thread(target=use) for _ in range(4)]
    for worker in workers:
        worker.start()
    for number in range(10):
        clock.pass_seconds(20)
        issuer.rotate(kid=f"key-{number}")
        warm.refresh()
    stop.set()
    for worker in workers:
        worker.join()
    assert refused == []


def test_many_threads_at_an_issuer_that_is_down_do_not_try_one_after_the_other(
    issuer: TokenIssuer, verifier: Verifier
) -> None:
    issuer.answers[DISCOVERY] = answering(b"", 503)
    tokens = [issuer.access_token(jti=str(number)) for number in range(16)]
    issuer.gate.clear()
    with ThreadPoolExecutor(len(tokens)) as pool:
        results = [pool.submit(verifier.verify_access_token, token) for token in tokens]
        assert issuer.asked.wait(5)
        issuer.gate.set()
        assert all(isinstance(result.exception(10), KeysUnavailable) for result in results)
    assert issuer.requests[DISCOVERY] == 1
