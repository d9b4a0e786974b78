"""The two codes of a device that waits (RFC 8628): a long one to poll with, a short one to type."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kernel.encryption import KeyRing
from kernel.tokens import token_hash
from sso.clients.registry import Client
from sso.protocol.models import DeviceAuthorization
from sso.settings import SignOnSettings

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words, and nothing to confuse with a digit (RFC 8628 section 6.1)."""
LETTERS, GROUP = 8, 4
INTERVAL_SECONDS = 5
ATTEMPTS = 5
"""To find a short code that is not in use: of 25 billion a handful are."""


@dataclass(frozen=True, slots=True)
class Codes:
    device: str
    user: str
    """As it is shown, with a hyphen in the middle."""


def normalise(typed: str) -> str:
    """Letters alone, as people type them with or without the hyphen."""
    return "".join(letter for letter in typed.upper() if letter in ALPHABET)


def shown(code: str) -> str:
    return f"{code[:GROUP]}-{code[GROUP:]}" if len(code) > GROUP else code


class DeviceCodes:
    """Both are kept as hashes; that of the short one is keyed, or it could be guessed from it."""

    def __init__(self, ring: KeyRing, settings: SignOnSettings) -> None:
        self._ring = ring
        self._settings = settings

    def _user_hash(self, code: str) -> bytes:
        return self._ring.index(code, "device-user-code")

    def create(
        self,
        session: Session,
        client: Client,
        scope: Sequence[str],
        resources: Sequence[str],
        *,
        now: datetime,
    ) -> Codes:
        device = secrets.token_urlsafe(32)
        for _attempt in range(ATTEMPTS):
            user = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
            statement = insert(DeviceAuthorization).values(
                device_code_hash=token_hash(device),
                user_code_hash=self._user_hash(user),
                client_id=client.id,
                scope=list(scope),
                resources=list(resources),
                created_at=now,
                expires_at=now + timedelta(minutes=self._settings.device_code_minutes),
                interval_seconds=INTERVAL_SECONDS,
            )
            statement = statement.on_conflict_do_nothing(index_elements=["user_code_hash"])
            done = session.execute(statement.returning(DeviceAuthorization.device_code_hash))
            if done.first() is not None:
                return Codes(device, shown(user))
        raise RuntimeError("no user code is free")

    def find_waiting(
        self, session: Session, user_code: str, now: datetime
    ) -> DeviceAuthorization | None:
        """By what a person typed, if nobody has answered yet; nobody else may answer meanwhile."""
        code = normalise(user_code)
        if len(code) != LETTERS:
            return None
        statement = select(DeviceAuthorization).where(
            DeviceAuthorization.user_code_hash == self._user_hash(code),
            DeviceAuthorization.expires_at > now,
            DeviceAuthorization.grant_id.is_(None),
            DeviceAuthorization.denied_at.is_(None),
        )
        return session.scalar(statement.with_for_update())


def find_for_poll(session: Session, device_code: str, client: Client) -> DeviceAuthorization | None:
    """Polls of one device wait for each other."""
    statement = select(DeviceAuthorization).where(
        DeviceAuthorization.device_code_hash == token_hash(device_code),
        DeviceAuthorization.client_id == client.id,
        DeviceAuthorization.consumed_at.is_(None),
    )
    return session.scalar(statement.with_for_update())


def note_poll(waiting: DeviceAuthorization, now: datetime) -> bool:
    """False when it came too soon: from then on it has to wait longer (section 3.5)."""
    before, waiting.polled_at = waiting.polled_at, now
    if before is None or now - before >= timedelta(seconds=waiting.interval_seconds):
        return True
    waiting.interval_seconds += INTERVAL_SECONDS
    return False


def consume(session: Session, approved: DeviceAuthorization, now: datetime) -> bool:
    """Once."""
    statement = (
        update(DeviceAuthorization)
        .where(
            DeviceAuthorization.device_code_hash == approved.device_code_hash,
            DeviceAuthorization.consumed_at.is_(None),
        )
        .values(consumed_at=now)
        .returning(DeviceAuthorization.device_code_hash)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).first() is not None
