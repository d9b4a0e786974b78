"""Writes the accepted rows of a list of organisation accounts."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from identity.accounts.models import AccountKind
from identity.accounts.queries import get_account_for_update
from identity.accounts.service import AccountForm, create_account
from identity.addresses.models import AddressRole, MailDomain
from identity.addresses.service import give_address
from identity.hr_import.people_apply import Context
from kernel import audit

Payload = Mapping[str, Any]


class AccountNameAuditTag(enum.StrEnum):
    RENAMED = "account:renamed"


def apply_organisation_accounts(context: Context, payloads: Sequence[Payload]) -> None:
    """Raises AddressTaken when the registry has changed since the plan was made."""
    for payload in payloads:
        if "account_id" in payload:
            _rename(context, payload)
        else:
            _open(context, payload)


def _rename(context: Context, payload: Payload) -> None:
    account = get_account_for_update(context.session, UUID(payload["account_id"]))
    before, account.display_name = account.display_name, payload["display_name"]
    tag = AccountNameAuditTag.RENAMED
    audit.record(context.session, context.actor, tag, account.id, context.basis, before=before)


def _open(context: Context, payload: Payload) -> None:
    given = payload["account"]
    account = create_account(
        context.session,
        context.actor,
        AccountForm(
            kind=AccountKind.ORGANISATION,
            login=given["local_part"],
            display_name=payload["display_name"],
            organisation_id=UUID(payload["organisation_id"]),
            purpose=payload["purpose"],
            quota_bytes=context.mailboxes.organisation_quota_bytes,
        ),
        now=context.now,
        basis=context.basis,
    )
    give_address(
        context.session,
        context.actor,
        context.session.get_one(MailDomain, UUID(given["domain_id"])),
        given["local_part"],
        account.id,
        role=AddressRole.PRIMARY,
        on=context.day,
        basis=context.basis,
        policy_id=UUID(given["policy_id"]) if given["policy_id"] else None,
    )
