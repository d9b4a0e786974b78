"""Somebody at a browser answers for a device that waits (RFC 8628 section 3.3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from kernel.clock import office_day
from sso.claims.access import may_use
from sso.claims.subject import load_subject
from sso.clients import consents
from sso.clients.registry import Client
from sso.protocol.device_codes import DeviceCodes
from sso.protocol.models import DeviceAuthorization
from sso.protocol.server import ProtocolServer
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.service import Browser, SignedIn
from sso.throttling.service import Throttling, count_attempt, forget_attempts
from sso.tokens.grants import Approval, create_grant
from sso.tokens.minting import Authentication


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    row: DeviceAuthorization
    client: Client


class DeviceApprovals:
    def __init__(self, codes: DeviceCodes, server: ProtocolServer, throttling: Throttling) -> None:
        self._codes = codes
        self._server = server
        self._throttling = throttling

    def find(
        self, session: Session, typed: str, signed_in: SignedIn, now: datetime
    ) -> WaitingDevice | None:
        """Each wrong guess of a person makes the next one wait longer. Raises TooManyAttempts."""
        limits = [self._throttling.of_code(signed_in.account.id)]
        count_attempt(session, limits, now=now)
        row = self._codes.find_waiting(session, typed, now)
        client = self._server.clients().by_id.get(row.client_id) if row else None
        if row is None or client is None:
            return None
        forget_attempts(session, limits)
        return WaitingDevice(row, client)

    def approve(
        self,
        session: Session,
        device: WaitingDevice,
        signed_in: SignedIn,
        browser: Browser,
        now: datetime,
    ) -> bool:
        """False, and the device is told no, when the person may not use the client."""
        account, client = signed_in.account, device.client
        subject = load_subject(session, account.id, office_day(now))
        if not may_use(session, client, subject):
            device.row.denied_at = now
            return False
        grant = create_grant(
            session, _approval(device, signed_in), settings=self._server.settings, now=now
        )
        device.row.grant_id = grant.id
        consents.give(session, account.id, client.id, device.row.scope, now=now)
        record_sign_on(
            session,
            account_actor(account),
            SignOnAuditTag.DEVICE_APPROVED,
            account.id,
            browser,
            client_id=client.client_id,
            grant_id=str(grant.id),
            scope=device.row.scope,
        )
        return True

    def deny(self, device: WaitingDevice, now: datetime) -> None:
        device.row.denied_at = now


def _approval(device: WaitingDevice, signed_in: SignedIn) -> Approval:
    """No session stands behind it: the device stays signed in when the browser signs out."""
    browser = signed_in.session
    return Approval(
        client=device.client,
        account_id=signed_in.account.id,
        actor_account_id=None,
        participation_id=None,
        session_id=None,
        session_expires_at=None,
        scope=device.row.scope,
        resources=device.row.resources,
        authentication=Authentication(browser.authenticated_at, browser.acr, browser.amr),
    )
