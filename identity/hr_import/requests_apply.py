"""Writes the accepted rows of a request form."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from identity.accounts.queries import get_account_for_update
from identity.accounts.service import close_account, reinstate_account, suspend_account
from identity.hr_import.applying import Context
from identity.hr_import.errors import ImportPlanStale
from identity.hr_import.people_apply import apply_people, basis_of_row

Payload = Mapping[str, Any]

OPERATIONS = {
    "suspend": suspend_account,
    "reinstate": reinstate_account,
    "close": close_account,
}


def apply_requests(context: Context, payloads: Sequence[tuple[int, Payload]]) -> None:
    """Raises ImportPlanStale."""
    apply_people(context, [item for item in payloads if "operation" not in item[1]])
    for _, payload in payloads:
        if "operation" in payload:
            _change_status(context, payload)
            context.progress.advance()


def _change_status(context: Context, payload: Payload) -> None:
    account_id = UUID(payload["account_id"])
    account = get_account_for_update(context.session, account_id)
    if account.status.value != payload["before"]:
        raise ImportPlanStale
    OPERATIONS[payload["operation"]](
        context.session,
        context.actor,
        account_id,
        now=context.now,
        basis=basis_of_row(context.basis, payload),
    )
