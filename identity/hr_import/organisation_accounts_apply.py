"""Writes the accepted rows of a list of organisation accounts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from identity.accounts.models import AccountKind
from identity.accounts.service import rename_account
from identity.hr_import.applying import Context, NewAccount, open_accounts

Payload = Mapping[str, Any]


def apply_organisation_accounts(context: Context, payloads: Sequence[tuple[int, Payload]]) -> None:
    for _, payload in payloads:
        if "account_id" in payload:
            rename_account(
                context.session,
                context.actor,
                UUID(payload["account_id"]),
                payload["display_name"],
                basis=context.basis,
            )
            context.progress.advance()
    quota = context.mailboxes.organisation_quota_bytes
    wanted = [
        NewAccount(
            AccountKind.ORGANISATION,
            payload["display_name"],
            payload["account"],
            quota,
            position,
            organisation_id=UUID(payload["organisation_id"]),
            purpose=payload["purpose"],
        )
        for position, payload in payloads
        if "account" in payload
    ]
    open_accounts(context, wanted)
