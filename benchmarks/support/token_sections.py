"""What is measured of the token endpoint and its neighbours, and what was promised of each."""

import json
import urllib.request
from base64 import urlsafe_b64decode
from collections.abc import Sequence

from benchmarks.support.comparison import Measured, Side, compare
from benchmarks.support.load import CONNECTIONS, Request, repeat, rotate
from benchmarks.support.report import Row, Section, Verdict
from benchmarks.support.stage import Stage
from benchmarks.support.steady import Steady, ask_steadily

INTROSPECTIONS = 500
"""A second."""


def generator(stage: Stage) -> Section:
    """How fast the generator is when the server does nothing."""
    url, processes = stage.constant_server
    request = Request(url, authorization="Basic constant", body="grant_type=client_credentials")
    measured = compare(
        [
            Side("same request", lambda seconds: repeat(request, seconds), processes),
            Side("rotation", lambda seconds: rotate(request, "/", seconds), processes),
        ],
        stage.rounds,
    )
    return Section("generator", "wrk against a constant answer", rows(measured))


def client_credentials(stage: Stage) -> Section:
    """JWT access tokens, ES256."""
    check_access_token(stage)
    before = stage.ours.recorded()
    sides = [stage.ours.client_credentials()]
    sides += [peer.client_credentials() for peer in stage.oidc_providers]
    measured = compare(sides, stage.rounds)
    verdicts = [*against(measured, 1.0), _audited(stage, before, measured[0])]
    return Section("client-credentials", "client_credentials, ES256", rows(measured), verdicts)


def refresh(stage: Stage) -> Section:
    """Rotation; each connection rotates the token of its answer before."""
    before = stage.ours.recorded()
    sides = [stage.ours.rotation(), *(peer.rotation() for peer in stage.oidc_providers)]
    measured = compare(sides, stage.rounds)
    verdicts = [*against(measured, 1.0), _audited(stage, before, measured[0])]
    return Section("refresh", "refresh token rotation, ES256", rows(measured), verdicts)


def stored(stage: Stage) -> Section:
    """Against a server that stores its tokens too: its rotation, and what it does fastest."""
    peers = [side for peer in stage.oauth_toolkit for side in (peer.rotation(), peer.machine())]
    measured = compare([stage.ours.rotation(), *peers], stage.rounds)
    return Section("stored", "stored tokens", rows(measured), against(measured, 2.0))


def documents(stage: Stage) -> Section:
    """What everybody may read: keys and discovery."""
    measured = compare(
        [
            stage.ours.document("/oauth2/jwks", "keys"),
            *(peer.document("/jwks", "keys") for peer in stage.oidc_providers[1:]),
            stage.ours.document(DISCOVERY, "discovery"),
            *(peer.document(DISCOVERY, "discovery") for peer in stage.oidc_providers[1:]),
        ],
        stage.rounds,
    )
    ours = [one for one in measured if one.name.startswith(stage.ours.name)]
    verdicts = [Verdict(f"{one.name}, requests/s", one.rate, 5000) for one in ours]
    return Section("documents", "keys and discovery", rows(measured), verdicts)


DISCOVERY = "/.well-known/openid-configuration"


def introspection(stage: Stage) -> Section:
    """At a fixed rate, in turn. Ours asks the database about the person behind each token."""
    questions = {stage.ours.name: [stage.ours.introspection(text) for text in _tokens(stage)]}
    for peer in stage.oidc_providers[:1]:  # the other one may ask a process without the token
        questions[peer.name] = [peer.introspection(peer.refresh_token())]
    found: dict[str, list[Steady]] = {name: [] for name in questions}
    for _ in range(stage.rounds.count):
        for name, requests in questions.items():
            found[name].append(
                ask_steadily(requests, rate=INTROSPECTIONS, seconds=stage.rounds.seconds)
            )
    middle = {name: _middle(rounds) for name, rounds in found.items()}
    figures = [
        Row(name, {"p50 ms": one.median, "p99 ms": one.p99, "slowest ms": one.slowest})
        for name, one in middle.items()
    ]
    verdict = Verdict("p99 in ms", middle[stage.ours.name].p99, 10, at_least=False)
    title = f"introspection, {INTROSPECTIONS} a second"
    return Section("introspection", title, figures, [verdict])


def rows(measured: Sequence[Measured]) -> list[Row]:
    return [
        Row(
            one.name,
            {
                "requests/s": one.rate,
                "lowest": min(one.rates),
                "highest": max(one.rates),
                "p50 ms": one.median,
                "p99 ms": one.p99,
                "CPU µs each": one.processor,
                **({"failed": one.failed} if one.failed else {}),
            },
        )
        for one in measured
    ]


def against(measured: Sequence[Measured], limit: float) -> list[Verdict]:
    """The first, in multiples of each other one."""
    ours, *peers = measured
    return [Verdict(f"ours ÷ {peer.name}", ours.rate / peer.rate, limit) for peer in peers]


def check_access_token(stage: Stage) -> None:
    """Both sides sign with the same algorithm and say the same kind of thing."""
    requests = [stage.ours.client_credentials_request()]
    requests += [peer.client_credentials_request() for peer in stage.oidc_providers]
    headers = [read_header(ask(request)["access_token"]) for request in requests]
    assert all(found["alg"] == "ES256" and found["typ"] == "at+jwt" for found in headers), headers


def read_header(token: str) -> dict[str, str]:
    """Of a JWT."""
    text = token.partition(".")[0]
    found: dict[str, str] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def ask(request: Request) -> dict[str, str]:
    sent = urllib.request.Request(  # noqa: S310  # a server of ours
        request.url, request.body.encode(), {"Authorization": request.authorization}
    )
    with urllib.request.urlopen(sent) as answer:  # noqa: S310
        found: dict[str, str] = json.load(answer)
    return found


def _tokens(stage: Stage) -> list[str]:
    """Access tokens of as many people."""
    texts = stage.ours.refresh_tokens(CONNECTIONS)
    bodies = (f"grant_type=refresh_token&refresh_token={text}" for text in texts)
    return [ask(stage.ours.token_request(body))["access_token"] for body in bodies]


def _audited(stage: Stage, before: int, measured: Measured) -> Verdict:
    """Every token has its record; a few more belong to answers that wrk did not wait for."""
    return Verdict("audit records ÷ tokens", (stage.ours.recorded() - before) / measured.total, 1.0)


def _middle(rounds: list[Steady]) -> Steady:
    return sorted(rounds, key=lambda one: one.p99)[(len(rounds) - 1) // 2]
