"""Requests that wait for a person, known to the browser by a secret."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.tokens import token_hash
from sso.protocol.models import Interaction
from sso.settings import SignOnSettings
from sso.throttling.strangers import StrangerThrottling


class Interactions:
    def __init__(self, settings: SignOnSettings, throttling: StrangerThrottling) -> None:
        self._settings = settings
        self._throttling = throttling

    def begin(
        self,
        session: Session,
        client_id: UUID,
        parameters: Mapping[str, Any],
        *,
        address: str | None,
        now: datetime,
    ) -> str:
        """The secret of a new one. `parameters`: checked ones. Raises TooManyAttempts."""
        self._throttling.take(address, now)
        secret = secrets.token_urlsafe(32)
        session.add(
            Interaction(
                id=uuid4(),
                secret_hash=token_hash(secret),
                client_id=client_id,
                parameters=parameters,
                created_at=now,
                expires_at=now + timedelta(minutes=self._settings.interaction_minutes),
            )
        )
        return secret

    def find(self, session: Session, secret: str, now: datetime) -> Interaction | None:
        """One that still waits, locked until the transaction ends."""
        statement = select(Interaction).where(
            Interaction.secret_hash == token_hash(secret),
            Interaction.expires_at > now,
            Interaction.completed_at.is_(None),
        )
        return session.scalar(statement.with_for_update())
