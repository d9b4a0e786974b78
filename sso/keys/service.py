"""Making signing keys ahead of time and withdrawing them when nothing they signed can be in use."""

import enum
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.encryption import KeyRing
from sso.keys.errors import KeysChangedMeanwhile, SigningKeyNotFound
from sso.keys.models import Algorithm, SigningKey
from sso.keys.ring import KeyPair, sealing_context
from sso.settings import SignOnSettings

RSA_BITS = 3072
WITHDRAWN_AFTER = timedelta(days=2)
"""Past the longest token and the longest cache of others."""
LATE_AFTER = timedelta(hours=2)
"""The worker looks every hour."""
SCHEDULE = Basis("key schedule")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('sso_signing_key'))")

MAKERS: Mapping[Algorithm, Callable[[], KeyPair]] = {
    Algorithm.ES256: lambda: ECKey.generate_key("P-256", auto_kid=True),
    Algorithm.RS256: lambda: RSAKey.generate_key(RSA_BITS, auto_kid=True),
    Algorithm.EDDSA: lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
}


class KeyAuditTag(enum.StrEnum):
    PUBLISHED = "signing-key:published"
    WITHDRAWN = "signing-key:withdrawn"


def keep_keys_ready(
    session: Session,
    ring: KeyRing,
    settings: SignOnSettings,
    actor: Actor,
    *,
    now: datetime,
    basis: Basis = SCHEDULE,
) -> list[SigningKey]:
    """Publish a successor for every key that nears its end; the very first signs at once.

    Where a withdrawal left none that signs, the successor does from now on: it is published
    already. Repeating it changes nothing. Returns the keys it made.
    """
    session.execute(ONE_AT_A_TIME)
    publish = partial(_publish, session, ring, settings, actor, now=now, basis=basis)
    made = []
    for algorithm in Algorithm:
        keys = _published(session, algorithm, now)
        if not keys:
            made.append(publish(algorithm, now))
            continue
        keys[0].signs_from = min(keys[0].signs_from, now)
        last = max(key.signs_until for key in keys)
        if last - settings.key_lead <= now:
            signs_from = max(last, now + settings.key_lead)
            made.append(publish(algorithm, signs_from))
    return made


def _published(session: Session, algorithm: Algorithm, now: datetime) -> list[SigningKey]:
    """Not withdrawn, the first to sign first."""
    statement = (
        select(SigningKey)
        .where(SigningKey.algorithm == algorithm, SigningKey.withdrawn_at > now)
        .order_by(SigningKey.signs_from, SigningKey.kid)
        .with_for_update()
    )
    return list(session.scalars(statement))


def rotate_now(
    session: Session,
    ring: KeyRing,
    settings: SignOnSettings,
    actor: Actor,
    *,
    now: datetime,
    basis: Basis = SCHEDULE,
) -> list[SigningKey]:
    """New keys that take over as soon as everybody can know them: after the lead time."""
    session.execute(ONE_AT_A_TIME)
    signs_from = now + settings.key_lead
    return [
        _publish(session, ring, settings, actor, algorithm, signs_from, now=now, basis=basis)
        for algorithm in Algorithm
    ]


def rotate(
    session: Session,
    ring: KeyRing,
    settings: SignOnSettings,
    actor: Actor,
    *,
    now: datetime,
    basis: Basis = SCHEDULE,
    seen: Collection[str] | None = None,
) -> list[SigningKey]:
    """Those that are due, or else successors of all.

    With `seen`: only if these are still the published ones, so that two who ask at once make one.
    Raises KeysChangedMeanwhile.
    """
    session.execute(ONE_AT_A_TIME)
    published = select(SigningKey.kid).where(SigningKey.withdrawn_at > now)
    if seen is not None and set(seen) != set(session.scalars(published)):
        raise KeysChangedMeanwhile
    made = keep_keys_ready(session, ring, settings, actor, now=now, basis=basis)
    return made or rotate_now(session, ring, settings, actor, now=now, basis=basis)


def replace_leaked(
    session: Session,
    ring: KeyRing,
    settings: SignOnSettings,
    actor: Actor,
    kid: str,
    *,
    now: datetime,
    basis: Basis,
) -> None:
    """Withdraw a key, with another one signing from now on. Raises SigningKeyNotFound."""
    if not withdraw(session, actor, kid, now=now, basis=basis):
        raise SigningKeyNotFound(kid)
    session.flush()
    keep_keys_ready(session, ring, settings, actor, now=now, basis=basis)


def late_algorithms(
    session: Session, settings: SignOnSettings, *, now: datetime
) -> list[Algorithm]:
    """Those whose successor should have been published already: nobody keeps the schedule."""
    statement = (
        select(SigningKey.algorithm, func.max(SigningKey.signs_until))
        .where(SigningKey.withdrawn_at > now)
        .group_by(SigningKey.algorithm)
    )
    last = dict(session.execute(statement).all())
    due = now + settings.key_lead - LATE_AFTER
    return [one for one in Algorithm if one not in last or last[one] <= due]


def withdraw(session: Session, actor: Actor, kid: str, *, now: datetime, basis: Basis) -> bool:
    """Take a key that may have leaked out of the JWKS at once; what it signed is void."""
    key = session.get(SigningKey, kid, with_for_update=True)
    if key is None or key.withdrawn_at <= now:
        return False
    key.withdrawn_at, key.signs_until = now, min(key.signs_until, now)
    audit.record(session, actor, KeyAuditTag.WITHDRAWN, None, basis, kid=kid)
    return True


def list_keys(session: Session) -> list[SigningKey]:
    return list(session.scalars(select(SigningKey).order_by(SigningKey.published_at.desc())))


def signs_until(session: Session, now: datetime) -> dict[Algorithm, datetime | None]:
    """The end of the last published key of each; None where none signs now."""
    ends: dict[Algorithm, datetime | None] = {}
    published = [key for key in list_keys(session) if key.withdrawn_at > now]
    for algorithm in Algorithm:
        keys = [key for key in published if key.algorithm is algorithm]
        signing = any(key.signs_from <= now < key.signs_until for key in keys)
        ends[algorithm] = max(key.signs_until for key in keys) if signing else None
    return ends


def _publish(  # callers above it
    session: Session,
    ring: KeyRing,
    settings: SignOnSettings,
    actor: Actor,
    algorithm: Algorithm,
    signs_from: datetime,
    *,
    now: datetime,
    basis: Basis,
) -> SigningKey:
    key = MAKERS[algorithm]()
    signs_until = signs_from + timedelta(days=settings.key_days)
    kid = str(key.kid)
    row = SigningKey(
        kid=kid,
        algorithm=algorithm,
        private_sealed=ring.seal(key.as_der(private=True), sealing_context(kid)),
        public_jwk={**key.as_dict(private=False), "alg": algorithm.value, "use": "sig"},
        published_at=now,
        signs_from=signs_from,
        signs_until=signs_until,
        withdrawn_at=signs_until + settings.key_lead + WITHDRAWN_AFTER,
    )
    session.add(row)
    audit.record(
        session,
        actor,
        KeyAuditTag.PUBLISHED,
        None,
        basis,
        kid=kid,
        algorithm=algorithm.value,
        signs_from=signs_from.isoformat(),
    )
    return row
