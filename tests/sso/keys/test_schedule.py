"""Keys are known to everybody before they sign, and stay known until nothing they signed counts."""

from datetime import datetime, timedelta

import pytest

from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import Database
from kernel.encryption import KeyRing
from sso.keys.models import Algorithm, SigningKey
from sso.keys.ring import NoSigningKey, SigningKeys, load_signing_keys
from sso.keys.service import keep_keys_ready, rotate_now, withdraw
from sso.settings import SignOnSettings
from tests.support.registry import NOW

SETTINGS = SignOnSettings()
DAY = timedelta(days=1)


def keep(db: Database, keys: KeyRing, officer: Actor, now: datetime) -> list[SigningKey]:
    with db.transaction() as session:
        return keep_keys_ready(session, keys, SETTINGS, officer, now=now)


def loaded(db: Database, keys: KeyRing, now: datetime) -> SigningKeys:
    with db.transaction() as session:
        return load_signing_keys(session, keys, now)


def test_the_first_keys_sign_at_once_and_keeping_them_again_changes_nothing(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    made = keep(db, keys, officer, NOW)
    assert {key.algorithm for key in made} == set(Algorithm)
    assert keep(db, keys, officer, NOW) == []
    assert loaded(db, keys, NOW).signing(Algorithm.ES256, NOW).kid in {key.kid for key in made}


def test_a_successor_is_published_before_it_signs(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    first = {key.algorithm: key for key in keep(db, keys, officer, NOW)}
    near_the_end = NOW + timedelta(days=SETTINGS.key_days) - timedelta(hours=20)
    second = {key.algorithm: key for key in keep(db, keys, officer, near_the_end)}
    assert second.keys() == first.keys()
    for key in second.values():
        assert key.signs_from - key.published_at >= SETTINGS.key_lead
    now = loaded(db, keys, near_the_end)
    assert now.signing(Algorithm.ES256, near_the_end).kid == first[Algorithm.ES256].kid
    assert second[Algorithm.ES256].kid in now.by_kid
    later = near_the_end + 2 * DAY
    assert (
        loaded(db, keys, later).signing(Algorithm.ES256, later).kid == second[Algorithm.ES256].kid
    )


def test_an_old_key_stays_known_until_what_it_signed_has_expired(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    (key,) = [k for k in keep(db, keys, officer, NOW) if k.algorithm is Algorithm.ES256]
    assert key.kid in loaded(db, keys, key.signs_until + DAY).by_kid
    assert key.kid not in loaded(db, keys, key.withdrawn_at).by_kid


def test_a_late_worker_means_an_old_key_and_no_outage(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    (key,) = [k for k in keep(db, keys, officer, NOW) if k.algorithm is Algorithm.ES256]
    late = key.signs_until + DAY
    assert loaded(db, keys, late).signing(Algorithm.ES256, late).kid == key.kid


def test_rotation_by_hand_waits_for_everybody_to_know(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    keep(db, keys, officer, NOW)
    with db.transaction() as session:
        made = {key.kid for key in rotate_now(session, keys, SETTINGS, officer, now=NOW)}
    found = loaded(db, keys, NOW)
    assert made <= found.by_kid.keys()
    assert found.signing(Algorithm.ES256, NOW).kid not in made
    later = NOW + SETTINGS.key_lead
    assert found.signing(Algorithm.ES256, later).kid in made


def test_a_leaked_key_goes_at_once_and_another_takes_its_place(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    leaked = {key.kid for key in keep(db, keys, officer, NOW)}
    with db.transaction() as session:
        for kid in leaked:
            assert withdraw(session, officer, kid, now=NOW, basis=Basis("leaked"))
            assert not withdraw(session, officer, kid, now=NOW, basis=Basis("again"))
    with pytest.raises(NoSigningKey):
        loaded(db, keys, NOW).signing(Algorithm.ES256, NOW)
    keep(db, keys, officer, NOW)
    found = loaded(db, keys, NOW)
    assert found.signing(Algorithm.ES256, NOW).kid not in leaked
    assert not leaked & found.by_kid.keys()


def test_private_keys_are_sealed_in_the_database(
    db: Database, keys: KeyRing, officer: Actor
) -> None:
    for key in keep(db, keys, officer, NOW):
        assert "d" not in key.public_jwk
        assert b"PRIVATE" not in key.private_sealed
        assert keys.is_sealed_with_active_key(key.private_sealed)
