"""Every example of the README runs, from the first to the last."""

import re
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

import congvu_sso
from congvu_sso import SsoError, certificate_thumbprint
from tests.sso_client.conftest import AUDIENCE
from tests.support.token_issuer import ManualClock, TokenIssuer, encode, new_key, sign

README = Path(__file__).parents[2] / "sso_client" / "README.md"
PEM = f"-----BEGIN CERTIFICATE-----\n{encode(b'certificate')}=\n-----END CERTIFICATE-----\n"


class Redis:
    def set(self, name: str, _: int, *, nx: bool, exat: int) -> bool:
        return bool(nx and name and exat)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(time.time())


@pytest.fixture
def names(issuer: TokenIssuer, clock: ManualClock) -> dict[str, object]:
    """What the examples take for granted."""
    key = new_key("ES256", "own")
    bound = issuer.access_token(cnf={"jkt": key.thumbprint()})
    claims = {
        "jti": "1",
        "htm": "GET",
        "htu": f"{AUDIENCE}/documents",
        "iat": int(clock()),
        "ath": encode(sha256(bound.encode()).digest()),
    }
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    return {
        "token": issuer.access_token(),
        "token_of_organisation": issuer.access_token(sub="organisation", act={"sub": "person"}),
        "id_token": issuer.id_token(nonce="n", auth_time=int(clock())),
        "nonce": "n",
        "logout_token": issuer.logout_token(sid="session"),
        "bound_token": bound,
        "proof": sign(header, claims, key),
        "certified_token": issuer.access_token(cnf={"x5t#S256": certificate_thumbprint(PEM)}),
        "headers": {"X-Client-Certificate": quote(PEM)},
        "redis": Redis(),
        "public_jwk": issuer.key.as_dict(private=False),
    }


def test_the_examples_run(
    issuer: TokenIssuer, names: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    text = README.read_text().replace("https://sso.example.gov.vn", issuer.url)
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 9
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)  # noqa: S102  # our own text
    assert (names["who"], names["on_behalf_of"]) == ("person", "organisation")
    assert "end the session session" in capsys.readouterr().out


def test_every_code_is_listed() -> None:
    text = README.read_text()
    for name in congvu_sso.__all__:
        kind = getattr(congvu_sso, name)
        if isinstance(kind, type) and issubclass(kind, SsoError) and not kind.__subclasses__():
            assert f"`{kind.code}`" in text
