"""Which key signs a message, if any."""

from datetime import timedelta

import pytest

from identity.addresses.queries import get_domain
from kernel.access import Actor
from kernel.encryption import KeyRing
from mail_admin.domains.dkim import make_dkim_key
from mail_admin.signing.service import Signer
from mail_admin.signing.settings import SigningSettings
from mail_admin.signing.signature import Field
from tests.support.registry import BASIS, DOMAIN, NOW, Province

OURS: Field = ("from", f" An <an@{DOMAIN}>".encode())


def test_a_renewed_key_signs_when_its_record_had_time_to_be_known(
    province: Province, keys: KeyRing
) -> None:
    signer = Signer(keys, SigningSettings(renewed_after_hours=48))

    def selector(hours: int) -> str | None:
        with province.db.transaction() as session:
            key = signer.find_key(session, [OURS], NOW + timedelta(hours=hours))
        return key.selector if key else None

    assert selector(0) is None
    with province.db.transaction() as session:
        domain, actor = get_domain(session, DOMAIN), Actor.system("test")
        for days in (0, 365):
            at = NOW + timedelta(days=days)
            make_dkim_key(session, actor, domain, keys, now=at, basis=BASIS)
    renewed = 365 * 24
    chosen = [selector(hours) for hours in (0, renewed + 47, renewed + 48)]
    assert chosen == ["cv20261123", "cv20261123", "cv20271123"]


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [OURS, OURS],
        [("from", b"ban@example.com")],
        [("from", f"an@phong.{DOMAIN}".encode())],
        [("from", f"an@{DOMAIN}, ban@example.com".encode())],
        [("from", b"\xff\0")],
        [OURS, ("x-sieve-redirected-from", b"an@a.vn")],
    ],
)
def test_what_is_not_plainly_ours_is_not_signed(
    province: Province, keys: KeyRing, fields: list[Field]
) -> None:
    with province.db.transaction() as session:
        domain = get_domain(session, DOMAIN)
        make_dkim_key(session, Actor.system("test"), domain, keys, now=NOW, basis=BASIS)
        assert Signer(keys, SigningSettings()).find_key(session, fields, NOW) is None
