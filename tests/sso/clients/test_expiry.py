"""What clients prove themselves with that ends soon."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kernel.clock import utc_now
from sso.clients.expiry import Ending, EndingKind, ends_of_certificates, list_endings
from sso.clients.keys import ClientKeys
from sso.clients.published import PublishedCertificates
from sso.clients.service import rotate_secret, set_enabled
from sso.forgetting import forget_what_is_over
from tests.sso.clients.test_keys import Publisher, client
from tests.support.certificates import Authority
from tests.support.registry import BASIS
from tests.support.sign_on import SignOnWorld
from tests.support.signatures import Signer

DAY = timedelta(days=1)


def with_certificate(folder: Path) -> tuple[dict[str, Any], x509.Certificate]:
    pair = Authority(folder).for_client("lgsp", "lgsp.example")
    parsed = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    encoded = base64.b64encode(parsed.public_bytes(Encoding.DER)).decode()
    return {"keys": [{**Signer().jwks["keys"][0], "x5c": [encoded]}]}, parsed


def test_former_secrets_and_certificates_are_told_before_they_end(
    world: SignOnWorld, tmp_path: Path
) -> None:
    now = utc_now()
    jwks, certificate = with_certificate(tmp_path)
    world.application("qlvb")
    world.application("stopped", jwks=jwks)
    world.application("lgsp", jwks=jwks)
    with world.services.database.transaction() as session:
        rotate = (session, world.officer, "qlvb")
        rotate_secret(*rotate, overlap=DAY, now=now, basis=BASIS)
        set_enabled(session, world.officer, "stopped", enabled=False, now=now, basis=BASIS)
    end = certificate.not_valid_after_utc
    of_certificate = Ending("lgsp", EndingKind.CERTIFICATE, end)
    with world.services.database.transaction() as session:
        assert list_endings(session, now) == [
            Ending("qlvb", EndingKind.SECRET, now + DAY),
            of_certificate,
        ]
        assert list_endings(session, now, DAY / 2) == []
        assert list_endings(session, end + DAY) == [of_certificate]


def test_what_is_no_certificate_is_passed_over() -> None:
    hostile: list[Any] = [None, {}, {"keys": None}, {"keys": ["x", {"x5c": 1}, {"x5c": ["!"]}]}]
    hostile.append({"keys": [{"x5c": [base64.b64encode(b"nothing").decode()]}, {"x5c": []}]})
    for jwks in hostile:
        assert list(ends_of_certificates(jwks)) == []


def test_certificates_behind_an_address_are_noted_when_keys_are_fetched(
    world: SignOnWorld, tmp_path: Path
) -> None:
    now, database = utc_now(), world.services.database
    jwks, certificate = with_certificate(tmp_path)
    address = "https://app.example/keys"
    world.application("lgsp", jwks_uri=address)
    published = PublishedCertificates(database, lambda: now)
    publisher = Publisher(lambda: jwks)
    ClientKeys(publisher, published.note).of(client(address))
    assert publisher.asked == 1
    end = certificate.not_valid_after_utc
    with database.transaction() as session:
        assert list_endings(session, now) == [Ending("lgsp", EndingKind.CERTIFICATE, end)]
        assert list_endings(session, now, timedelta(hours=1)) == []
    forget_what_is_over(database, world.services.settings.sso, now=now)
    with database.transaction() as session:
        assert list_endings(session, now) != []  # still in use
    published.note(address, {"keys": []})  # without certificates from now on
    with database.transaction() as session:
        assert list_endings(session, now) == []
